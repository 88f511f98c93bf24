"""Does each square of the confusions' chart lead to its sentences?"""

from __future__ import annotations

import pytest

from services.console.training.confusions import SHOWN, confusion_chart, page_of
from services.training.types import Confusion


def confusion(intent: str, taken_for: str, count: int) -> Confusion:
    return Confusion(intent=intent, taken_for=taken_for, count=count, sentences=[])


def test_each_pair_of_intents_is_one_square_with_its_place_in_the_list() -> None:
    found = confusion_chart(
        [confusion("ask_fee", "ask_place", 3), confusion("greet", "ask_fee", 2), confusion("ask_fee", "greet", 1)]
    )

    assert found["labels"] == ["问地点", "问收费", "打招呼"]
    assert found["series"] == [
        {"name": "打招呼", "values": [None, 2, None]},
        {"name": "问收费", "values": [3, None, 1]},
    ]
    assert found["places"] == {"0,1": 1, "1,0": 2, "2,1": 3}


def test_without_confusions_there_is_nothing_to_draw() -> None:
    assert confusion_chart([]) == {"labels": [], "series": [], "places": {}}


@pytest.mark.parametrize(
    ("asked", "number", "first", "shown"),
    [
        ("", 1, 1, SHOWN),
        ("2", 2, 31, SHOWN),
        ("3", 3, 61, 5),
        ("99", 3, 61, 5),
        ("9" * 5000, 1, 1, SHOWN),
        ("0", 1, 1, SHOWN),
        ("-1", 1, 1, SHOWN),
        ("\u0663", 1, 1, SHOWN),
    ],
)
def test_all_confusions_are_paged_through(asked: str, number: int, first: int, shown: int) -> None:
    found = [confusion(f"a{n}", "b", 100 - n) for n in range(65)]
    page = page_of(found, asked)
    assert (page.number, page.first, page.pages, page.total) == (number, first, 3, 65)
    assert list(page.rows) == found[first - 1 : first - 1 + shown]


def test_without_confusions_there_is_one_empty_page() -> None:
    page = page_of([], "2")
    assert (list(page.rows), page.number, page.pages) == ([], 1, 1)
