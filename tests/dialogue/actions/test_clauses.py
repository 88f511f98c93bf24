"""Two matters in one message, each with its own question."""

from __future__ import annotations

import re

import pytest

from actions.clauses import clauses
from actions.said import Found, Said

CUES = {"says_fee": "多少钱", "says_time_limit": "要多久", "says_materials": "要带什么"}


def heard(text: str) -> Said:
    found = tuple(
        Found(name=name, value=words, start=hit.start(), end=hit.end())
        for name, words in CUES.items()
        for hit in re.finditer(words, text)
    )
    return Said(text=text, intent="ask_fee", confidence=0.9, found=found, message_id="", citizen_id="")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("护照多少钱，身份证补办要多久", [("护照多少钱", ("fee",)), ("身份证补办要多久", ("time_limit",))]),
        ("护照多少钱还有居住证要带什么？", [("护照多少钱", ("fee",)), ("居住证要带什么", ("materials",))]),
        ("护照多少钱，要多久", []),
        ("护照要带什么", []),
        ("你好，护照多少钱", []),
        ("", []),
    ],
)
def test_a_message_falls_into_what_it_asks_of_each_matter(text: str, parts: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(one.text, one.aspects) for one in clauses(heard(text))] == parts


def test_the_words_for_what_is_asked_are_found_in_each_part() -> None:
    assert [one.unasked.strip() for one in clauses(heard("护照多少钱，身份证补办要多久"))] == ["护照", "身份证补办"]
