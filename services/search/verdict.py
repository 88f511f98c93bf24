"""Is the best hit meant, may one of several be meant, or is nothing like it here? Thresholds, from a data file.

Chosen from question sets: see benchmarks/understanding/calibration/README.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec

FILE = Path(__file__).with_name("thresholds.json")


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For one way of scoring."""

    #: Below this nothing is like the question.
    nothing: float
    #: From this on the best hit is meant, if it stands alone.
    sure: float
    #: A hit within this share of the best one is as good.
    tie: float
    #: What words alone must give so that the best hit is meant: meaning alone offers, it never answers.
    agreed: float
    #: Where nothing is as near in meaning as this, words must give `worded`, or nothing is like the question: common
    #: words are found in everything that is asked, and a sum of two halves hides that one of them is empty.
    near: float = 0.0
    worded: float = 0.0


class TopicThresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of one topic: scores by words alone, and scores that hold nearness of meaning too, are of different size."""

    words: Thresholds
    meaning: Thresholds
    #: Where words are as sure as this, what is meant is not asked for.
    plain: Thresholds


class Score(Protocol):
    """Of one hit, 0..1."""

    @property
    def score(self) -> float: ...

    @property
    def words(self) -> float:
        """What the words alone give."""


def load_thresholds(topic: str, path: Path = FILE) -> TopicThresholds:
    """A topic's thresholds; raises msgspec.DecodeError where the file is damaged, KeyError for an unknown topic."""
    return msgspec.json.decode(path.read_bytes(), type=dict[str, TopicThresholds])[topic]


def decide(
    found: Sequence[Score], thresholds: Thresholds, *, nearest: float | None = None
) -> Literal["sure", "unsure", "none"]:
    """Judges hits, best first. `nearest`: how near in meaning the nearest text of all is; None: not known."""
    if not found or found[0].score < thresholds.nothing:
        return "none"
    best = found[0]
    if nearest is not None and nearest < thresholds.near and best.words < thresholds.worded:
        return "none"
    if best.score < thresholds.sure or best.words < thresholds.agreed:
        return "unsure"
    if len(found) > 1 and found[1].score >= best.score * (1 - thresholds.tie):
        return "unsure"
    return "sure"
