"""Answers that contradict each other are told apart from answers that say the same in other words."""

from __future__ import annotations

import pytest

from services.faq.conflicts import asks_the_same, differences


@pytest.mark.parametrize(
    ("here", "there", "what"),
    [
        ("工本费120元。", "工本费60元。", ("数字", "120元", "60元")),
        ("断缴三个月内补缴。", "断缴6个月内补缴。", ("数字", "3个月", "6个月")),
        ("二十个工作日办结。", "7个工作日办结。", ("数字", "20工作日", "7工作日")),
        ("请拨打0100-88010001。", "请拨打0100-88010002。", ("电话", "0100-88010001", "0100-88010002")),
        ("可以代办。", "必须本人到场，不能由别人办理。", ("答案", "可以代办。", "必须本人到场，不能由别人办理。")),
    ],
)
def test_what_contradicts_is_named(here: str, there: str, what: tuple[str, str, str]) -> None:
    found = differences(here, "公安局", there, "公安局")

    assert [(one.what, one.here, one.there) for one in found] == [what]


def test_another_department_contradicts() -> None:
    found = differences("带身份证。", "公安局", "带身份证。", "医保局")

    assert [(one.what, one.here, one.there) for one in found] == [("部门", "公安局", "医保局")]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("", "带身份证。"),
        ("工本费120元，7天办好。", "工本费一百二十元，7日办好。"),
        ("带身份证和户口簿到窗口办理。", "带身份证、户口簿到窗口办理。"),
    ],
)
def test_what_says_the_same_and_what_is_not_written_yet_contradicts_nothing(here: str, there: str) -> None:
    assert list(differences(here, "公安局", there, "公安局")) == []


def test_only_questions_that_ask_much_the_same_are_compared() -> None:
    assert asks_the_same("办护照要多少钱", "办护照多少钱")
    assert not asks_the_same("办护照要多少钱", "办居住证要带什么")
