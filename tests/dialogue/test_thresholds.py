"""Does the command choose what is worth most, and write nothing else into config.yml?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.understanding.thresholds import Chosen, choose, judged, read_pair, with_pair

CONFIG = (Path(__file__).parents[2] / "config.yml").read_text(encoding="utf-8")


def sentences(*rows: tuple[float, float, int]) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of the first two of three intents, and which is true."""
    chances = np.array([[first, second, 1 - first - second] for first, second, _ in rows])
    return chances, np.array([true for _, _, true in rows])


def test_unsure_sentences_that_are_mostly_wrong_are_not_acted_on() -> None:
    sure, unsure = [(0.9, 0.05, 0)] * 10, [(0.42, 0.3, 1)] * 10

    chosen = choose(*sentences(*sure, *unsure))

    assert (chosen.acted, chosen.right) == (50.0, 100.0)


def test_unsure_sentences_that_are_mostly_right_are_acted_on() -> None:
    chosen = choose(*sentences(*[(0.35, 0.33, 0)] * 10))

    assert (chosen.confidence, chosen.gap, chosen.acted) == (0.1, 0.0, 100.0)


def test_a_close_second_is_asked_about_where_that_is_worth_more() -> None:
    clear, close = [(0.5, 0.1, 0)] * 10, [(0.5, 0.48, 1)] * 10

    assert choose(*sentences(*clear, *close)).gap > 0.02


def test_the_dearer_a_wrong_action_the_less_is_acted_on() -> None:
    rows = sentences(*[(0.6, 0.2, 0)] * 6, *[(0.6, 0.2, 1)] * 4)

    assert choose(*rows, cost=0.5).acted == 100.0
    assert choose(*rows, cost=5.0).acted == 0.0


def test_worth_is_what_was_right_less_what_was_wrong() -> None:
    rows = sentences((0.9, 0.05, 0), (0.9, 0.05, 1), (0.4, 0.35, 0), (0.9, 0.05, 0))

    assert judged(*rows, confidence=0.5, gap=0.0, cost=1.0).worth == 25.0


def test_only_the_two_thresholds_are_written() -> None:
    chosen = Chosen(confidence=0.55, gap=0.15, acted=0.0, right=0.0, worth=0.0)

    written = with_pair(CONFIG, chosen)

    assert read_pair(written) == (0.55, 0.15)
    changed = [line for line in written.splitlines() if line not in CONFIG.splitlines()]
    assert changed == ["    threshold: 0.55", "    ambiguity_threshold: 0.15"]
