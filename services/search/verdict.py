"""Is the best hit meant, may one of several be meant, or is nothing like it here? Thresholds, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """Chosen from a question set: see benchmarks/understanding/calibration/README.md."""

    #: Below this nothing is like the question.
    nothing: float
    #: From this on the best hit is meant, if it stands alone.
    sure: float
    #: A hit within this share of the best one is as good.
    tie: float


def decide(scores: Sequence[float], thresholds: Thresholds) -> Literal["sure", "unsure", "none"]:
    """Judges scores, best first."""
    if not scores or scores[0] < thresholds.nothing:
        return "none"
    if scores[0] < thresholds.sure:
        return "unsure"
    if len(scores) > 1 and scores[1] >= scores[0] * (1 - thresholds.tie):
        return "unsure"
    return "sure"
