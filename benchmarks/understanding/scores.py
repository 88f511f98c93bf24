"""What do counted answers come to? Shares by group, calibration error, percentiles. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: Equal steps of confidence in which calibration is looked at.
BINS = 10


def share(hits: Iterable[bool]) -> float | None:
    """Percent of the hits that are true; None where there are none at all."""
    counted = [bool(hit) for hit in hits]
    return round(100 * sum(counted) / len(counted), 2) if counted else None


def by_group(rows: Sequence[Mapping[str, Any]], group: str, measures: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each value of `group`: how many rows, and each measure's share of them."""
    names = sorted({str(row.get(group) or "-") for row in rows})
    return {name: summary([row for row in rows if str(row.get(group) or "-") == name], measures) for name in names}


def summary(rows: Sequence[Mapping[str, Any]], measures: Sequence[str]) -> dict[str, Any]:
    """How many rows, and each measure's share of those that have it."""
    shares = {measure: share(row[measure] for row in rows if measure in row) for measure in measures}
    return {"questions": len(rows), **shares}


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error in points: how far confidence is from the share that was right, in ten steps."""
    if not confidences:
        raise ValueError("calibration needs one answer or more")
    error = 0.0
    for step in range(BINS):
        inside = [
            (confidence, hit)
            for confidence, hit in zip(confidences, right, strict=True)
            if min(int(confidence * BINS), BINS - 1) == step
        ]
        if inside:
            gap = sum(confidence for confidence, _ in inside) - sum(hit for _, hit in inside)
            error += abs(gap) / len(confidences)
    return round(100 * error, 2)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
