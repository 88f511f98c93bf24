"""One question looks the same however it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.normalise import Normaliser

NORMALISE = Normaliser()
CHINESE = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@pytest.mark.parametrize(
    ("typed", "normalised"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("辦理居住證", "办理居住证"),
        ("「身份证」丢了！！！", "身份证 丢了"),
        ("急急急急 怎么办", "急 怎么办"),
        ("999元", "999元"),
        ("驾照😀到期", "驾照 到期"),
        ("  A4  纸 ", "a4 纸"),
        ("\ud800\x00", ""),
    ],
)
def test_spellings_become_one(typed: str, normalised: str) -> None:
    assert NORMALISE(typed) == normalised


@given(st.text(alphabet=st.one_of(CHINESE, st.characters()), max_size=40))
def test_what_is_normal_stays_as_it_is(text: str) -> None:
    once = NORMALISE(text)
    assert NORMALISE(once) == once


def test_a_story_falls_into_its_clauses() -> None:
    assert NORMALISE.clauses("我妈60了，想问下！養老金怎么领？") == ["我妈60了", "想问下", "养老金怎么领"]


def test_what_has_no_words_has_no_clauses() -> None:
    assert NORMALISE.clauses("？！……") == []
