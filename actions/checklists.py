"""What do I have to bring, in my case? Questions one by one, then this citizen's own checklist (一次性告知)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import Asked, Checklist
from actions.base import BackedAction
from actions.errors import BadValue, Missing
from actions.forms import FormAction, Step, Turn
from actions.memory import Event, item_in_hand, shown, take_in_hand
from actions.options import Option, picked
from actions.subject import subject, trimmed
from actions.wording import titled

CHECKLIST = "checklist"
ITEM, ANSWER = "checklist_item", "situation"
OFFER, YES, NO = "offer", "yes", "no"
OFFERED = (Option(kind=OFFER, value=YES, title="要，帮我列清单"), Option(kind=OFFER, value=NO, title="不用了"))
#: What asks for a checklist names no item: 清单 alone would find the items that end in one.
_ASKING = re.compile(
    r"(?:请|麻烦)?(?:帮我|给我|替我|我想要|我要)?(?:生成|做|列|给|要|来|整理)?(?:一?[个份张下])?(?:我)?(?:自己的|专属的?)?"
    r"(?:材料|办事|准备|申请)?(?:清单|单子)|一次性(?:告知|告诉我?)(?:清单)?|(?:按|根据)我的情况"
)
_BACK = re.compile(r"上一[个步题问]|返回|选错了?|点错了?|改一下|重新选|刚才.*错了?|^不对|^错了")
_UNSURE = re.compile(r"不知道|不清楚|不确定|都不是|看不懂|什么意思|不懂|啥意思")


class ItemStep:
    """Which item the checklist is for: the one named, or the one in hand."""

    slot = "checklist_item"

    async def read(self, turn: Turn) -> None:
        if turn.values[self.slot] is not None:
            return
        chosen = turn.picked(ITEM)
        if chosen is not None:
            turn.take(self.slot, chosen.value)
            return
        named = subject(_ASKING.sub(" ", turn.message.unasked))
        hand = item_in_hand(turn.tracker, turn.now)
        if named:
            await self._find(turn)
        elif hand is not None and not turn.asked_for(self.slot):
            turn.take(self.slot, hand.code)

    async def ask(self, turn: Turn) -> None:
        if not (turn.options and turn.options[0].kind == ITEM):
            turn.ask("utter_checklist_which_item")

    async def _find(self, turn: Turn) -> None:
        found = await turn.parts.backends.find_items(trimmed(_ASKING.sub(" ", turn.message.text)))
        if found.verdict == "sure":
            turn.take(self.slot, found.hits[0].task_code)
        elif found.verdict == "ask":
            options = [Option(kind=ITEM, value=one.task_code, title=title) for one, title in titled(found.hits)]
            turn.ask("utter_which_item", options)
            turn.answered = turn.hold = True
            turn.requested = self.slot
        elif turn.asked_for(self.slot):
            turn.tell("utter_checklist_no_item", hotline=turn.parts.settings.hotline)


class SituationsStep:
    """Every question of the item in its turn; at the end the checklist is told."""

    slot = "checklist_done"

    async def read(self, turn: Turn) -> None:
        if not turn.asked_for(self.slot) or turn.values[ITEM] is None:
            return
        answers: dict[str, str] = dict(turn.values["checklist_answers"] or {})
        chosen = turn.picked(ANSWER)
        if chosen is not None:
            question, _, option = chosen.value.partition("/")
            turn.take("checklist_answers", {**answers, question: option})
        elif _BACK.search(turn.message.text):
            earlier = dict(list(answers.items())[:-1])
            turn.take("checklist_answers", earlier | await self._instead(turn, earlier))
        elif _UNSURE.search(turn.message.text):
            turn.tell("utter_checklist_unsure", hotline=turn.parts.settings.hotline)

    async def _instead(self, turn: Turn, earlier: dict[str, str]) -> dict[str, str]:
        """What the question before is to be answered with, where that is said too: "不对，选1"."""
        said = _BACK.sub("", turn.message.text).strip("，,。 ")
        try:
            asked = (await turn.parts.backends.checklist(turn.values[ITEM], earlier)).asked
        except (BadValue, Missing):  # asking again tells the citizen
            return {}
        chosen = picked(said, _options(asked)) if asked and said else None
        return dict([chosen.value.split("/", 1)]) if chosen else {}

    async def ask(self, turn: Turn) -> None:
        code, answers = turn.values[ITEM], turn.values["checklist_answers"] or {}
        try:
            found = await turn.parts.backends.checklist(code, answers)
        except BadValue:  # the item's questions were changed meanwhile: they are asked anew
            answers = turn.values["checklist_answers"] = {}
            found = await turn.parts.backends.checklist(code, answers)
        except Missing:
            turn.tell("utter_item_gone", hotline=turn.parts.settings.hotline)
            turn.end()
            return
        if found.asked is not None:
            _ask(turn, found, found.asked)
            return
        tell(turn.say, found, hotline=turn.parts.settings.hotline)
        turn.answered = True
        turn.values[self.slot] = True
        kept = SlotSet("checklist_last", {"code": code, "answers": dict(answers)})
        turn.extra += [kept, *take_in_hand(found.task_code, found.task_name, turn.now)]


class ValidateChecklistForm(FormAction):
    """The form that makes a citizen's own checklist."""

    @property
    def form(self) -> str:
        return "checklist_form"

    @property
    def slots(self) -> Sequence[str]:
        return ("checklist_item", "checklist_answers", "checklist_done")

    @property
    def own_intents(self) -> frozenset[str]:
        return frozenset({"ask_checklist"})

    def steps(self, turn: Turn) -> Sequence[Step]:
        return (ItemStep(), SituationsStep())


class SendChecklist(BackedAction):
    """The last checklist once more, as the item is today; where there is none, one is made."""

    def name(self) -> str:
        return "action_send_checklist"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        last: dict[str, Any] | None = tracker.get_slot("checklist_last")
        if last is None:
            return [FollowupAction("checklist_form")]
        try:
            found = await self.parts.backends.checklist(last["code"], last["answers"])
        except (BadValue, Missing):
            dispatcher.utter_message(response="utter_checklist_outdated")
            return [SlotSet("checklist_last", None)]
        if found.asked is not None:
            dispatcher.utter_message(response="utter_checklist_outdated")
            return [SlotSet("checklist_last", None)]
        tell(dispatcher, found, hotline=self.parts.settings.hotline)
        return take_in_hand(found.task_code, found.task_name, self.parts.clock.now())


def offer(say: CollectingDispatcher, count: int, *, numbered: bool) -> list[Event]:
    """Offers a checklist for the item in hand; a plain yes accepts it. `numbered`: its answers get numbers, because no
    other list is on the table."""
    buttons = [one.button() for one in OFFERED] if numbered else None
    say.utter_message(response="utter_offer_checklist", count=str(count), buttons=buttons)
    return [SlotSet("offer", {"kind": CHECKLIST}), *(shown(OFFERED) if numbered else ())]


def tell(say: CollectingDispatcher, found: Checklist, *, hotline: str) -> None:
    """The checklist in as few messages as it takes: what holds, what to bring, when, where and for how much."""
    given = "\n".join(f"· {one}" for one in found.given)
    response = "utter_checklist" if given else "utter_checklist_for_all"
    materials = "\n".join(f"{number}. {one}" for number, one in enumerate(found.materials, start=1))
    say.utter_message(response=response, item=found.task_name, given=given, materials=materials or "不需要提交材料。")
    if found.conditions:
        say.utter_message(response="utter_checklist_conditions", conditions="\n".join(found.conditions))
    facts = [f"{one.title}：{one.text}" for one in found.sections if not one.missing]
    phone = next((one.text for one in found.sections if one.aspect == "phone" and not one.missing), hotline)
    response = "utter_checklist_facts" if facts else "utter_checklist_no_facts"
    say.utter_message(response=response, facts="\n".join(facts), phone=phone, department=found.dept_name)


def _ask(turn: Turn, found: Checklist, asked: Asked) -> None:
    first = asked.number == 1 and not turn.answered and "checklist_answers" not in turn.taken
    turn.ask(
        "utter_checklist_first_question" if first else "utter_checklist_question",
        _options(asked),
        item=found.task_name,
        number=str(asked.number),
        count=str(asked.count),
        question=asked.question,
    )


def _options(asked: Asked) -> list[Option]:
    return [Option(kind=ANSWER, value=f"{asked.id}/{one.id}", title=one.label) for one in asked.options]
