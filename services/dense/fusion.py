"""How do two rankings become one? Reciprocal ranks are added: scores of different kinds need no common scale. Pure.

Source: Cormack, Clarke and Buettcher, "Reciprocal rank fusion outperforms Condorcet", SIGIR 2009.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: How slowly a rank loses weight. The paper's 60 is for lists of a thousand; ours are short and their heads matter.
FLATNESS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """A document whose nearest text has this cosine similarity, at most 1."""

    key: str
    similarity: float


def fused(*rankings: Sequence[str]) -> list[str]:
    """All keys, the best first; of equals the one that an earlier ranking has further up."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for place, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (FLATNESS + place)
    return sorted(scores, key=lambda key: -scores[key])
