"""Vectors at hand give what the database would give."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dense.held import HeldVectors

NUMBERS = st.lists(st.integers(-3, 3), min_size=3, max_size=3).filter(any)


def cosine(one: list[int], other: list[int]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True)) / math.dist(one, [0] * 3) / math.dist(other, [0] * 3)


@settings(deadline=None)
@given(
    batches=st.lists(st.lists(NUMBERS, max_size=6), max_size=4),
    asked=NUMBERS,
    limit=st.integers(1, 8),
    gone=st.integers(0, 5),
)
def test_the_nearest_come_first_up_to_the_limit(
    batches: list[list[list[int]]], asked: list[int], limit: int, gone: int
) -> None:
    held = HeldVectors()
    vectors: dict[str, list[int]] = {}
    for number, batch in enumerate(batches):
        added = {f"{number}-{place}": one for place, one in enumerate(batch)}
        held.add({one: vector for one, vector in added.items() if one in held.lacking(added)})
        vectors |= added
    kept = dict(list(vectors.items())[gone:])
    held.keep(kept)
    found = held.nearest(asked, above=0.2503, limit=limit)
    expected = sorted((cosine(asked, one) for one in kept.values() if cosine(asked, one) > 0.2503), reverse=True)
    if not kept:
        assert found is None
        return
    assert found is not None
    assert list(found.values()) == pytest.approx(expected[:limit], abs=1e-5)
    assert list(found.values()) == pytest.approx([cosine(asked, kept[one]) for one in found], abs=1e-5)


def test_more_than_there_is_room_for_is_not_held() -> None:
    held = HeldVectors(room=4 * 384 * 10)
    assert held.fits(10, 384)
    assert not held.fits(11, 384)


def test_what_is_held_is_not_lacking() -> None:
    held = HeldVectors()
    held.add({"a": [1.0, 0.0], "b": [0.0, 2.0]})
    assert held.lacking(["a", "c"]) == ["c"]
    held.keep(())
    assert held.lacking(["a"]) == ["a"]
    assert held.nearest([1.0, 0.0], above=0.0, limit=3) is None
