"""What goes on about the answer just told, and which part of it answers."""

from __future__ import annotations

import pytest

from actions.answers import FaqHit, ItemHit
from actions.deciding import Decision, TheAnswer, TheItem, Unknown, Which
from actions.going_on import goes_on, is_new, passage
from actions.memory import AnswerInHand
from actions.subject import subject

ANSWER = (
    "断缴的当月不能报销，续缴后恢复。断开不超过三个月的，接着交就能报；超过三个月的，续缴后有三个月等待期。"
    "补缴在小程序或大厅办，不收手续费。"
)
TOLD = AnswerInHand(entry="gap", question="医保断了还能报销吗？")


@pytest.mark.parametrize(
    ("question", "part"),
    [
        ("那要断多久才行", "断开不超过三个月的，接着交就能报；超过三个月的，续缴后有三个月等待期。"),
        ("在哪补", "补缴在小程序或大厅办，不收手续费。"),
        ("多少钱", "补缴在小程序或大厅办，不收手续费。"),
        ("电话多少", ""),
        ("那我妈呢", ""),
    ],
)
def test_the_part_of_an_answer_is_told_that_is_asked_for(question: str, part: str) -> None:
    assert passage(ANSWER, question) == part


def test_no_more_than_two_sentences_are_told() -> None:
    assert passage("一天。两天。三天。", "要多久") == "一天。两天。"


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("那要断多久才行", True),
        ("多少钱", True),
        ("如果断了半年以上还算不算连续", True),
        ("居住证续签需要原来的房东到场配合", False),
    ],
)
def test_words_without_a_subject_of_their_own_go_on(text: str, on: bool) -> None:
    assert goes_on(text, subject(text)) is on


def the_item(score: float) -> ItemHit:
    return ItemHit(task_code="a", task_name="甲", score=score)


@pytest.mark.parametrize(
    ("decision", "new"),
    [
        (TheAnswer(hit=FaqHit(id="other", question="问")), True),
        (TheAnswer(hit=FaqHit(id="gap", question="问")), False),
        (TheItem(code="a", name="甲"), True),
        (TheItem(code="hand", name="乙"), False),
        (Which(items=[the_item(0.8)], questions=[]), True),
        (Which(items=[the_item(0.4)], questions=[]), False),
        (Unknown(best=None), False),
    ],
)
def test_what_is_found_well_is_a_subject_of_its_own(decision: Decision, new: bool) -> None:
    assert is_new(decision, TOLD, "hand") is new
