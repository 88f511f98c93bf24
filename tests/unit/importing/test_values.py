"""Values lose their noise, and a field that does not fit is named."""

from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from services.importing.values import BadRowError, cleaned, converted, unknown_fields


class Part(msgspec.Struct, frozen=True):
    count: int


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=5)]
    parts: list[Part] = []


@pytest.mark.parametrize("nothing", ["", "  ", "无", " 无 ", None, "null"])
def test_what_says_not_known_is_left_out(nothing: str | None) -> None:
    assert cleaned({"a": nothing, "b": ["x", nothing], "c": 0, "d": False}) == {"b": ["x"], "c": 0, "d": False}


def test_texts_are_trimmed_and_storable() -> None:
    assert cleaned(" a\x00b\ud800c\r\nd\u200b\ufeff ") == "abc\nd"


def test_words_that_hold_the_sign_for_nothing_stay() -> None:
    assert cleaned("无条件受理") == "无条件受理"


@pytest.mark.parametrize(
    ("value", "field", "reason"),
    [
        ({}, "name", "Object missing required field `name`"),
        ({"name": 12}, "name", "Expected `str`, got `int` (write it in quotes)"),
        ({"name": "abcdef"}, "name", "Expected `str` of length <= 5"),
        ({"name": "a", "parts": [{"count": 1}, {"count": "x"}]}, "parts[1].count", "Expected `int`, got `str`"),
        ({"name": "a", "parts": [{}]}, "parts[0].count", "Object missing required field `count`"),
    ],
)
def test_a_field_that_does_not_fit_is_named(value: dict[str, object], field: str, reason: str) -> None:
    with pytest.raises(BadRowError) as caught:
        converted(value, Thing)
    assert (caught.value.field, caught.value.reason) == (field, reason)


def test_fields_without_a_place_are_told() -> None:
    assert unknown_fields({"name": 1, "colour": 2}, Thing.__struct_fields__) == ["colour"]
