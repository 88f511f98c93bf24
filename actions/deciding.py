"""Is this about a service item or a matter of policy, and which? Two searches weighed against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.answers import FaqHit, FaqSearch, ItemHit, ItemSearch
from actions.memory import ItemInHand

#: A question of the staff's own wording beats an item only when it fits about as well.
CLEARLY_BETTER = 0.05
#: Up to so many signs beside the asking words may be a remark on the item in hand ("孩子要带什么").
REMARK = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class TheItem:
    """It is about this item."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WhichItem:
    """It is about one of these; the citizen is asked."""

    hits: Sequence[ItemHit]


@dataclass(frozen=True, kw_only=True, slots=True)
class TheAnswer:
    """The staff have answered just this."""

    hit: FaqHit


@dataclass(frozen=True, kw_only=True, slots=True)
class WhichQuestion:
    """The staff have answered something near; the citizen is asked."""

    hits: Sequence[FaqHit]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """Nothing fits; what came nearest goes on the staff's list."""

    best: FaqHit | None


Decision = TheItem | WhichItem | TheAnswer | WhichQuestion | Unknown


def decide(
    items: ItemSearch,
    answers: FaqSearch,
    *,
    policy: bool,
    aspects: Sequence[str],
    subject: str,
    hand: ItemInHand | None,
) -> Decision:
    """`policy`: the classifier takes it for a matter of policy; `subject`: what is left beside the asking words."""
    item = _item(items, answers, policy=policy, aspects=aspects, hand=hand)
    if item is not None:
        return item
    if answers.verdict == "sure" and answers.hits:
        return TheAnswer(hit=answers.hits[0])
    if hand is not None and aspects and len(subject) <= REMARK:
        return TheItem(code=hand.code, name=hand.name)
    if answers.verdict == "offer" and answers.hits:
        return WhichQuestion(hits=answers.hits)
    return Unknown(best=answers.hits[0] if answers.hits else None)


def _item(
    items: ItemSearch, answers: FaqSearch, *, policy: bool, aspects: Sequence[str], hand: ItemInHand | None
) -> TheItem | WhichItem | None:
    """The item or items that win over the staff's answers; None where the answers win or there is no item."""
    if not items.hits or items.verdict == "none":
        return None
    answered = answers.verdict == "sure" and bool(answers.hits)
    best = items.hits[0]
    if items.verdict == "sure":
        better = answered and answers.hits[0].score > best.score + CLEARLY_BETTER
        if answered and not aspects and (policy or better):
            return None
        return TheItem(code=best.task_code, name=best.task_name)
    if answered and (policy or not aspects):
        return None
    for hit in items.hits:
        if hand is not None and aspects and hit.task_code == hand.code:
            return TheItem(code=hand.code, name=hand.name)
    return WhichItem(hits=items.hits)
