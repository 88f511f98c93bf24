"""From which confidence on does the assistant act? Chosen on sentences that the classifier had not seen.

    python -m benchmarks.understanding.thresholds            # the table, and whether config.yml still fits
    python -m benchmarks.understanding.thresholds --write    # writes the best pair into config.yml

Acting rightly is worth 1, acting wrongly costs COST, asking back is worth nothing: so the thresholds follow from what a
wrong answer costs and from held-out sentences, not from taste.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from rich.console import Console
from rich.table import Table

from benchmarks.understanding.intents import Taught
from bot.rasa.linear import held_out

ROOT = Path(__file__).resolve().parents[2]
#: A wrong action takes from a citizen what a right one gives.
COST = 1.0
CONFIDENCES = tuple(round(0.05 * step, 2) for step in range(2, 17))
GAPS = (0.0, 0.03, 0.05, 0.1, 0.15, 0.2)
#: Points of worth, per hundred sentences, by which the set pair may be behind the best before it is stale.
STALE = 1.0

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """A pair of thresholds and what comes of it; shares in percent."""

    #: FallbackClassifier's `threshold`: below it nothing is acted on.
    confidence: float
    #: Its `ambiguity_threshold`: where the first two are nearer than this, the citizen is asked.
    gap: float
    acted: float
    right: float
    #: Worth of a hundred sentences.
    worth: float


def judged(chances: Floats, labels: npt.NDArray[np.int64], *, confidence: float, gap: float, cost: float) -> Chosen:
    """What this pair would have done. `chances`: one row a sentence, one column an intent."""
    ordered = np.sort(chances, axis=1)
    first = ordered[:, -1]
    acted = (first >= confidence) & (first - ordered[:, -2] >= gap)
    right = acted & (chances.argmax(axis=1) == labels)
    worth = right.mean() - cost * (acted & ~right).mean()
    return Chosen(
        confidence=confidence,
        gap=gap,
        acted=round(100 * float(acted.mean()), 1),
        right=round(100 * float(right.sum() / max(acted.sum(), 1)), 1),
        worth=round(100 * float(worth), 2),
    )


def choose(chances: Floats, labels: npt.NDArray[np.int64], *, cost: float = COST) -> Chosen:
    """The pair worth most; of equals the one that acts more."""
    pairs = [
        judged(chances, labels, confidence=confidence, gap=gap, cost=cost) for confidence in CONFIDENCES for gap in GAPS
    ]
    return max(pairs, key=lambda one: (one.worth, one.acted))


def read_pair(config: str) -> tuple[float, float]:
    """Threshold and ambiguity threshold of a config.yml's text."""
    steps: list[dict[str, Any]] = yaml.safe_load(config)["pipeline"]
    step = next(one for one in steps if one["name"] == "FallbackClassifier")
    return float(step["threshold"]), float(step["ambiguity_threshold"])


def with_pair(config: str, chosen: Chosen) -> str:
    """The text with the chosen pair; comments and everything else stay."""
    config = re.sub(r"(?m)^(\s+threshold:).*$", rf"\1 {chosen.confidence:g}", config)
    return re.sub(r"(?m)^(\s+ambiguity_threshold:).*$", rf"\1 {chosen.gap:g}", config)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.understanding.thresholds", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the best pair into config.yml")
    parser.add_argument("--cost", type=float, default=COST, help=f"what acting wrongly costs (default {COST})")
    arguments = parser.parse_args()
    out, path = Console(highlight=False), ROOT / "config.yml"
    taught = Taught.read(ROOT)
    chances, labels = held_out(*taught.sentences, taught.shape, taught.reader)
    best = choose(chances, labels, cost=arguments.cost)
    confidence, gap = read_pair(path.read_text(encoding="utf-8"))
    present = judged(chances, labels, confidence=confidence, gap=gap, cost=arguments.cost)
    table = Table("", "threshold", "ambiguity", "acted on %", "of these right %", "worth")
    steps = (judged(chances, labels, confidence=one, gap=gap, cost=arguments.cost) for one in CONFIDENCES)
    for name, one in _named(steps, present, best):
        table.add_row(name, *(f"{value:g}" for value in (one.confidence, one.gap, one.acted, one.right, one.worth)))
    out.print(table)
    if arguments.write:
        path.write_text(with_pair(path.read_text(encoding="utf-8"), best), encoding="utf-8")
        out.print(f"Written to {path.name}: train the model again (make model)")
        return 0
    stale = best.worth - present.worth > STALE
    out.print("config.yml is stale: run this with --write" if stale else "config.yml fits")
    return int(stale)


def _named(steps: Iterator[Chosen], present: Chosen, best: Chosen) -> Iterator[tuple[str, Chosen]]:
    yield from (("", one) for one in steps)
    yield "config.yml", present
    yield "best", best


if __name__ == "__main__":
    sys.exit(main())
