"""Do histograms with fixed steps give times back well enough?"""

from __future__ import annotations

import math
from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.figures.rules import STEPS, added, percentile


def _histogram(times: list[int]) -> list[int]:
    counts = [0] * (len(STEPS) + 1)
    for one in times:
        counts[bisect_right(STEPS, one)] += 1
    return counts


def test_nothing_has_no_percentile() -> None:
    assert percentile([0] * (len(STEPS) + 1), 0.5) is None


@given(st.lists(st.integers(20, 50_000), min_size=1), st.sampled_from([0.5, 0.95]))
def test_a_percentile_lies_in_the_step_in_which_it_is(times: list[int], share: float) -> None:
    exact = sorted(times)[math.ceil(share * len(times)) - 1]
    place = bisect_right(STEPS, exact)
    found = percentile(_histogram(times), share)

    assert found is not None
    assert STEPS[place - 1] <= found <= STEPS[place]


def test_hours_add_up_to_a_day() -> None:
    assert added([_histogram([100, 300]), _histogram([300])]) == _histogram([100, 300, 300])


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_what_takes_longer_than_the_last_step_counts_as_that(share: float) -> None:
    assert percentile(_histogram([10**9]), share) == STEPS[-1]
