"""Item or answer: two searches weighed against each other."""

from __future__ import annotations

import pytest

from actions.answers import FaqHit, FaqSearch, ItemHit, ItemSearch
from actions.deciding import Decision, Manner, TheAnswer, TheItem, Unknown, Which, decide, nearby
from actions.memory import ItemInHand

ITEM, OTHER = ItemHit(task_code="a", task_name="甲", score=0.7), ItemHit(task_code="b", task_name="乙", score=0.69)
HAND = ItemInHand(code="b", name="乙")
THE_ITEM, THE_HAND = TheItem(code="a", name="甲"), TheItem(code="b", name="乙")


def the_answer(score: float) -> FaqHit:
    return FaqHit(id="q", question="问", score=score)


@pytest.mark.parametrize(
    ("items", "answers", "score", "manner", "named", "hand", "expected"),
    [
        ("sure", "none", 0.0, "aspect", "甲", None, THE_ITEM),
        ("sure", "sure", 0.8, "aspect", "甲", None, THE_ITEM),
        ("sure", "sure", 0.95, "aspect", "甲", None, TheAnswer(hit=the_answer(0.95))),
        ("sure", "sure", 0.75, "yes_no", "甲", None, TheAnswer(hit=the_answer(0.75))),
        ("sure", "sure", 0.7, "yes_no", "甲", None, THE_ITEM),
        ("sure", "sure", 0.95, "policy", "甲", None, TheAnswer(hit=the_answer(0.95))),
        ("sure", "sure", 0.95, "item", "甲", None, THE_ITEM),
        ("ask", "sure", 0.95, "item", "甲", None, TheAnswer(hit=the_answer(0.95))),
        ("ask", "sure", 0.71, "item", "甲", None, Which(items=[ITEM, OTHER], questions=[])),
        ("ask", "none", 0.0, "aspect", "甲", None, Which(items=[ITEM, OTHER], questions=[])),
        ("ask", "none", 0.0, "aspect", "甲", HAND, THE_HAND),
        ("ask", "offer", 0.6, "policy", "甲", None, Which(items=[ITEM, OTHER], questions=[the_answer(0.6)])),
        ("none", "sure", 0.6, "aspect", "孩子", HAND, TheAnswer(hit=the_answer(0.6))),
        ("none", "offer", 0.5, "other", "假期", None, Which(items=[], questions=[the_answer(0.5)])),
        ("none", "none", 0.0, "aspect", "孩子", HAND, THE_HAND),
        ("none", "none", 0.0, "aspect", "火星签证办理", HAND, Unknown(best=None)),
        ("none", "none", 0.0, "item", "火星", HAND, Unknown(best=None)),
    ],
)
def test_the_better_of_item_and_answer_wins(
    *,
    items: str,
    answers: str,
    score: float,
    manner: Manner,
    named: str,
    hand: ItemInHand | None,
    expected: object,
) -> None:
    decision = decide(
        ItemSearch(verdict=items, hits=[] if items == "none" else [ITEM, OTHER]),  # type: ignore[arg-type]
        FaqSearch(verdict=answers, hits=[] if answers == "none" else [the_answer(score)]),  # type: ignore[arg-type]
        manner=manner,
        subject=named,
        hand=hand,
    )

    assert decision == expected


def in_district(code: str, district: str, name: str = "居住证申领") -> ItemHit:
    return ItemHit(task_code=code, task_name=name, district=district, score=0.7)


TWINS = Which(items=[in_district("a", "江北区"), in_district("b", "高新区")], questions=[])


@pytest.mark.parametrize(
    ("decision", "text", "expected"),
    [
        (TWINS, "我租在江北那边，居住证要带什么", TheItem(code="a", name="居住证申领")),
        (TWINS, "从江北搬到高新了，居住证怎么办", TWINS),
        (TWINS, "居住证要带什么", TWINS),
        (Which(items=[in_district("a", "江北区")], questions=[]), "江北", None),
        (Which(items=[], questions=[the_answer(0.6)]), "江北", None),
        (THE_ITEM, "江北", None),
        (Unknown(best=None), "江北", None),
    ],
)
def test_of_items_that_differ_by_district_the_one_spoken_of_is_meant(
    decision: Decision, text: str, expected: Decision | None
) -> None:
    assert nearby(decision, text) == (expected or decision)
