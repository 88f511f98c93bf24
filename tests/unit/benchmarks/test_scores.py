"""Do shares, calibration error and percentiles come out as by hand?"""

from __future__ import annotations

import pytest

from benchmarks.understanding.scores import by_group, calibration_error, percentile, share, summary

ROWS = [
    {"style": "plain", "first": True, "fact": True},
    {"style": "plain", "first": False},
    {"style": "story", "first": True, "fact": False},
    {"first": True},
]


def test_a_share_is_in_percent_and_none_of_nothing():
    assert share([True, False, True]) == 66.67
    assert share([]) is None


def test_a_measure_is_shared_over_the_rows_that_have_it():
    assert summary(ROWS, ("first", "fact")) == {"questions": 4, "first": 75.0, "fact": 50.0}


def test_groups_are_counted_apart_and_rows_without_one_too():
    groups = by_group(ROWS, "style", ("first",))
    assert groups == {
        "-": {"questions": 1, "first": 100.0},
        "plain": {"questions": 2, "first": 50.0},
        "story": {"questions": 1, "first": 100.0},
    }


def test_confidence_that_is_as_often_right_as_it_says_has_no_error():
    assert calibration_error([0.75] * 4, [True, True, True, False]) == 0


def test_the_calibration_error_weighs_each_step_by_its_answers():
    # Three answers at 0.9 of which one is right, one at 0.2 that is wrong: (|2.7 - 1| + |0.2 - 0|) / 4
    assert calibration_error([0.9, 0.9, 0.9, 0.2], [True, False, False, False]) == pytest.approx(47.5)


def test_full_confidence_belongs_to_the_last_step():
    assert calibration_error([1.0, 1.0], [True, True]) == 0


def test_calibration_of_nothing_is_refused():
    with pytest.raises(ValueError, match="one answer or more"):
        calibration_error([], [])


def test_percentiles_are_values_that_occurred():
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 50) == 51
    assert percentile(values, 95) == 96
    assert percentile([7.0], 95) == 7
