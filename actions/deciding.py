"""Is this about a service item or a matter of policy, and which? Two searches weighed against each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from actions.answers import FaqHit, FaqSearch, ItemHit, ItemSearch
from actions.gets import GETS
from actions.memory import ItemInHand
from actions.said import Said

#: How something is asked: for yes or no, a matter of policy, an aspect of an item, an item by name, or none of these.
Manner = Literal["yes_no", "policy", "aspect", "item", "other"]
_YES_OR_NO = re.compile(
    r"[吗么不没][?？。！!\s]*$|能不能|可不可以|要不要|是不是|需不需要|用不用|必须|行吗|可以.*吗|还能|会不会|有没有"
)
#: By how much an answer of the staff must fit better than the surest item to be given in its place. Chosen on the
#: questions in benchmarks/understanding/calibration: 152 of 168 are routed to where their answer is.
MARGINS: Mapping[Manner, float] = {"yes_no": 0.02, "policy": 0.2, "aspect": 0.2, "item": 0.3, "other": 0.3}
#: So much less where the item is not sure itself.
UNSURE = 0.1
#: Up to so many signs beside the asking words may be a remark on the item in hand ("孩子要带什么").
REMARK = 3
#: Questions offered below items that are asked about.
QUESTIONS_BESIDE = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class TheItem:
    """It is about this item."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TheAnswer:
    """The staff have answered just this."""

    hit: FaqHit


@dataclass(frozen=True, kw_only=True, slots=True)
class Which:
    """It may be about any of these; the citizen is asked."""

    items: Sequence[ItemHit]
    questions: Sequence[FaqHit]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """Nothing fits; what came nearest goes on the staff's list."""

    best: FaqHit | None


Decision = TheItem | TheAnswer | Which | Unknown


def manner_of(message: Said) -> Manner:
    """How the message asks; who asks for yes or no wants that answered, whatever it is about."""
    if GETS.intersection(message.aspects):
        # No guide states it.
        return "yes_no"
    if _YES_OR_NO.search(message.text):
        # "能邮寄吗" asks for an aspect in the form of a question for yes or no.
        return "aspect" if message.cues else "yes_no"
    if message.meant == "ask_faq":
        return "policy"
    if message.aspects:
        return "aspect"
    return "item" if message.meant == "find_item" else "other"


def decide(
    items: ItemSearch,
    answers: FaqSearch,
    *,
    manner: Manner,
    subject: str,
    hand: ItemInHand | None,
) -> Decision:
    """`subject`: what is left of the question beside the asking words."""
    hits = items.hits if items.verdict != "none" else []
    questions = answers.hits if answers.verdict != "none" else []
    if _answer_wins(items, answers, manner):
        return TheAnswer(hit=questions[0])
    if hits and items.verdict == "sure":
        return TheItem(code=hits[0].task_code, name=hits[0].task_name)
    if hand is not None and manner == "aspect" and _is_remark(hits, hand, subject):
        return TheItem(code=hand.code, name=hand.name)
    if hits or questions:
        beside = questions[:QUESTIONS_BESIDE] if manner in {"policy", "yes_no"} else []
        return Which(items=hits, questions=beside if hits else questions)
    return Unknown(best=answers.hits[0] if answers.hits else None)


def nearby(decision: Decision, text: str) -> Decision:
    """Of items that differ by district only the one whose district is spoken of: "我住江北那边"."""
    if not isinstance(decision, Which) or not decision.items:
        return decision
    twins = [one for one in decision.items if one.task_name == decision.items[0].task_name]
    spoken = [one for one in twins if one.district and one.district.rstrip("区县市") in text]
    if len(twins) < 2 or len(spoken) != 1:
        return decision
    return TheItem(code=spoken[0].task_code, name=spoken[0].task_name)


def _is_remark(hits: Sequence[ItemHit], hand: ItemInHand, subject: str) -> bool:
    """Whether a question goes on about the item in hand: it is among those found, or nothing much was named."""
    if hits:
        return any(hit.task_code == hand.code for hit in hits)
    return len(subject) <= REMARK


def _answer_wins(items: ItemSearch, answers: FaqSearch, manner: Manner) -> bool:
    """Whether the staff's answer is given although there may be an item as well."""
    if answers.verdict != "sure" or not answers.hits:
        return False
    if not items.hits or items.verdict == "none":
        return True
    needed = MARGINS[manner] - (UNSURE if items.verdict == "ask" else 0.0)
    return answers.hits[0].score - items.hits[0].score > needed
