"""What is named in a sentence, and does it ask for more or for less?"""

from __future__ import annotations

import pytest

from actions.answers import Subject
from actions.subscriptions import named_subjects, names_of, wants_less
from tests.fakes.backend_data import SUBJECTS

ALL = [Subject(**one) for one in SUBJECTS]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("订阅医保通知", ["医保"]),
        ("社保和医保卡的消息", ["社保", "医保"]),
        ("住房公积金", ["公积金"]),
        ("公积金，还有住房公积金", ["公积金"]),
        ("江北的和江南区的", ["江北区", "江南区"]),
        ("退订", []),
        ("", []),
    ],
)
def test_subjects_are_found_by_all_their_names_each_once(text: str, names: list[str]) -> None:
    assert [one.name for one in named_subjects(text, ALL)] == names


@pytest.mark.parametrize(
    ("text", "less"),
    [
        ("关闭通知", True),
        ("不想再收到医保的消息", True),
        ("别发了", True),
        ("订阅医保", False),
        ("恢复我取消的通知", False),
        ("重新接收通知", False),
    ],
)
def test_the_words_tell_more_from_less(text: str, less: bool) -> None:
    assert wants_less(text) is less


def test_many_names_are_counted_in_place_of_told() -> None:
    assert names_of(ALL[:2]) == "医保、社保"
    assert names_of(ALL) == "医保、社保、公积金、户籍、教育等8项"
