"""How are times to answer counted and read back? Pure: a histogram whose steps are fixed can be added up."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

#: Upper ends in milliseconds; each about a quarter above the one before: a percentile is off by an eighth at most.
STEPS: tuple[int, ...] = (
    *(20, 30, 40, 50, 65, 80, 100, 125, 160, 200, 250, 320, 400, 500, 650, 800, 1000, 1250, 1600, 2000),
    *(2500, 3200, 4000, 5000, 6500, 8000, 10_000, 15_000, 20_000, 30_000, 60_000),
)


def added(histograms: Sequence[Sequence[int]]) -> list[int]:
    """Several histograms as one."""
    return [sum(counts) for counts in zip(*histograms, strict=True)] or [0] * (len(STEPS) + 1)


def percentile(histogram: Sequence[int], share: float) -> int | None:
    """Milliseconds within which this share was answered, between the ends of its step; None where there is nothing.

    What took longer than the last step counts as that.
    """
    total = sum(histogram)
    if total == 0:
        return None
    wanted = share * total
    for place, reached in enumerate(accumulate(histogram)):
        if reached >= wanted:
            if place >= len(STEPS):
                return STEPS[-1]
            low, high = (STEPS[place - 1] if place else 0), STEPS[place]
            inside = (wanted - (reached - histogram[place])) / histogram[place] if histogram[place] else 1.0
            return round(low + (high - low) * inside)
    return STEPS[-1]
