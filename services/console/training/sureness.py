"""How is drawn whether a model is as sure as it is right? A bar for each step of confidence, and a line. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from services.training.types import Sureness

STEPS = 10


def sureness_chart(sureness: Sequence[Sureness]) -> dict[str, object]:
    """Labels and series in points of 100: all ten steps, so that one sees where nothing was said; none without any."""
    if not sureness:
        return {"labels": [], "series": []}
    found = {round(one.least * STEPS): one for one in sureness}
    steps = [found.get(step) for step in range(STEPS)]
    return {
        "labels": [f"{step * STEPS}–{(step + 1) * STEPS}%" for step in range(STEPS)],
        "series": [
            {"name": "实际认对（%）", "values": [_points(one.right) if one else None for one in steps]},
            {
                "name": "自己说的把握（%）",
                "values": [_points(one.confidence) if one else None for one in steps],
                "kind": "line",
            },
            {"name": "句数", "values": [one.sentences if one else 0 for one in steps], "drawn": False},
        ],
    }


def _points(share: float) -> float:
    return round(100 * share, 1)
