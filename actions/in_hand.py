"""Does an unsure question go on about the item in hand ("孩子要去现场吗", "丢了")? It is searched for with its name.

By itself such a question shares a word or two with matters of all kinds; whoever asked it knows what it is about.
"""

from __future__ import annotations

import asyncio
import re

from actions.answers import FaqHit, FaqSearch, ItemSearch
from actions.backends import Backends
from actions.deciding import Decision, TheAnswer, TheItem, Unknown, Which
from actions.going_on import passage
from actions.memory import ItemInHand
from actions.said import Said
from actions.subject import subject

#: An item that fits as well as this was named, and so was an answer.
NAMED_ITEM, NAMED_ANSWER = 0.7, 0.8
#: What fits worse than this is not worth an option while an item is in hand.
WORTH_ITEM, WORTH_ANSWER = 0.5, 0.65
#: A longer question tells by itself what it is about.
LONGEST = 16
#: What is to be done with the thing in hand; another item may be the one for it.
_DEED = re.compile(r"丢|掉了|遗失|不见|坏|损|过期|到期|补|换|挂失|注销|转|改|迁|退")
#: "小孩归谁" asks for no office.
_OF_OFFICES = frozenset({"department", "audience", "basis"})
#: Who comes and where is no subject of its own.
_CIRCUMSTANCE = re.compile(
    r"孩子|小孩|宝宝|老人|老公|老婆|爱人|爸妈?|妈妈?|家人|家属|外地人?|外省|现场|窗口|大厅|那边|人在|人$"
)


async def with_item_in_hand(backends: Backends, message: Said, decision: Decision, hand: ItemInHand) -> Decision:
    """What is meant if the question is about the item in hand; `decision` where it is about something else."""
    if len(message.text) > LONGEST or not _is_unsure(decision):
        return decision
    items, answers = await asyncio.gather(
        backends.find_items(f"{hand.name}{message.text}"), backends.find_answers(f"{hand.name}{message.text}")
    )
    return meant(items, answers, message=message, decision=decision, hand=hand)


def meant(items: ItemSearch, answers: FaqSearch, *, message: Said, decision: Decision, hand: ItemInHand) -> Decision:
    """`items`, `answers`: what was found for the question along with the name of the item in hand. Pure."""
    answer = _answer_of(answers, hand, message)
    if answer is not None:
        return TheAnswer(hit=answer)
    other = _other_item(items, hand) if _DEED.search(message.text) else None
    if other is not None:
        return other
    if set(message.aspects) - _OF_OFFICES and len(subject(_CIRCUMSTANCE.sub(" ", message.unasked))) < 2:
        return TheItem(code=hand.code, name=hand.name)
    return Unknown(best=answers.hits[0] if answers.hits else None) if _is_worthless(decision) else decision


def _is_unsure(decision: Decision) -> bool:
    """Whether what was found for the question alone may be about anything."""
    match decision:
        case TheItem() | TheAnswer():
            return False
        case Which(items=items, questions=questions):
            # Beside items the staff's answers are an extra.
            return items[0].score < NAMED_ITEM if items else questions[0].score < NAMED_ANSWER
        case Unknown():
            return True


async def got_of_item(backends: Backends, message: Said, hand: ItemInHand) -> FaqHit | None:
    """The staff's answer on how long or how much one gets of the item in hand; None where none tells it."""
    found = await backends.find_answers(f"{hand.name}{message.text}")
    return next((one for one in found.hits if one.task_code == hand.code and passage(one.answer, message.text)), None)


def _answer_of(answers: FaqSearch, hand: ItemInHand, message: Said) -> FaqHit | None:
    """The staff's answer about this item, if it speaks of what was asked: the item's name alone finds some answer."""
    if answers.verdict != "sure" or answers.hits[0].task_code != hand.code:
        return None
    best, named = answers.hits[0], subject(message.text)
    pairs = {named[place : place + 2] for place in range(len(named) - 1)} or {named or message.text}
    return best if any(pair in best.question + best.answer for pair in pairs) else None


def _other_item(items: ItemSearch, hand: ItemInHand) -> TheItem | None:
    """The item for what is to be done with the thing in hand: 社会保障卡补领 for 社会保障卡申领."""
    best = items.hits[0] if items.verdict == "sure" and items.hits else None
    return TheItem(code=best.task_code, name=best.task_name) if best and best.task_code != hand.code else None


def _is_worthless(decision: Decision) -> bool:
    """Whether the options would be about nothing that was asked."""
    if not isinstance(decision, Which):
        return False
    items_fit = any(one.score >= WORTH_ITEM for one in decision.items)
    return not items_fit and not any(one.score >= WORTH_ANSWER for one in decision.questions)
