"""Does the chart of how sure a model is show every step, with the numbers of its sentences?"""

from __future__ import annotations

from services.console.training.sureness import sureness_chart
from services.training.types import Sureness


def test_every_step_has_its_place_and_a_step_without_sentences_has_no_bar() -> None:
    chart = sureness_chart(
        [
            Sureness(least=0.3, sentences=4, confidence=0.35, right=0.25),
            Sureness(least=0.9, sentences=96, confidence=0.97, right=0.95),
        ]
    )

    assert chart["labels"][3] == "30–40%"  # type: ignore[index]
    right, said, many = chart["series"]  # type: ignore[misc]
    assert right["values"] == [None, None, None, 25.0, None, None, None, None, None, 95.0]
    assert (said["values"][3], said["values"][9]) == (35.0, 97.0)
    assert (many["values"], many["drawn"]) == ([0, 0, 0, 4, 0, 0, 0, 0, 0, 96], False)


def test_a_version_that_was_judged_without_these_numbers_has_no_chart() -> None:
    assert sureness_chart([]) == {"labels": [], "series": []}
