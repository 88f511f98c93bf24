"""Sure, unsure or none: the thresholds decide."""

from __future__ import annotations

import pytest

from services.search.verdict import Thresholds, decide

THRESHOLDS = Thresholds(nothing=0.4, sure=0.6, tie=0.1)


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
    assert decide(scores, THRESHOLDS) == verdict
