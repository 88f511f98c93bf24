"""Sure, unsure or none: the thresholds decide."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest

from services.search.verdict import Thresholds, decide

THRESHOLDS = Thresholds(nothing=0.4, sure=0.6, tie=0.1, agreed=0.2)


@dataclass(frozen=True)
class Hit:
    score: float
    words: float = 1.0


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ([], "none"),
        ([0.39], "none"),
        ([0.4], "unsure"),
        ([0.59, 0.1], "unsure"),
        ([0.6], "sure"),
        ([0.9, 0.5], "sure"),
        ([0.9, 0.85], "unsure"),
        ([1.0, 1.0], "unsure"),
    ],
)
def test_scores_are_judged(scores: list[float], verdict: str) -> None:
    assert decide([Hit(score) for score in scores], THRESHOLDS) == verdict


@pytest.mark.parametrize(
    ("nearest", "words", "verdict"),
    [(0.49, 0.69, "none"), (0.49, 0.7, "sure"), (0.5, 0.3, "sure"), (None, 0.3, "sure")],
)
def test_where_nothing_is_near_in_meaning_plain_words_are_needed(
    nearest: float | None, words: float, verdict: str
) -> None:
    thresholds = msgspec.structs.replace(THRESHOLDS, near=0.5, worded=0.7)
    assert decide([Hit(0.9, words)], thresholds, nearest=nearest) == verdict


def test_what_only_its_meaning_is_near_of_is_never_sure() -> None:
    assert decide([Hit(0.9, words=0.1)], THRESHOLDS) == "unsure"
    assert decide([Hit(0.9, words=0.2)], THRESHOLDS) == "sure"
