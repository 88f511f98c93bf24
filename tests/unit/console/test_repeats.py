"""Does a choice of staff become the right pattern, and does a pattern read like what they chose?"""

from __future__ import annotations

from datetime import datetime

import pytest

from services.console.notices.repeats import OTHER, choice_of, pattern_of, words


@pytest.mark.parametrize(
    ("choice", "first", "pattern", "said"),
    [
        ("day", datetime(2026, 11, 30, 9, 5), "5 9 * * *", "每天 09:05"),  # noqa: DTZ001 (a wall clock)
        ("week", datetime(2026, 11, 30, 9, 5), "5 9 * * 1", "每周一 09:05"),  # noqa: DTZ001
        ("week", datetime(2026, 11, 29, 18, 0), "0 18 * * 0", "每周日 18:00"),  # noqa: DTZ001
        ("month", datetime(2026, 11, 30, 9, 5), "5 9 30 * *", "每月 30 日 09:05"),  # noqa: DTZ001
        ("month", datetime(2026, 12, 31, 9, 5), "5 9 L * *", "每月最后一天 09:05"),  # noqa: DTZ001
    ],
)
def test_a_choice_repeats_the_first_time(choice: str, first: datetime, pattern: str, said: str) -> None:
    assert pattern_of(choice, first) == pattern
    assert (choice_of(pattern), words(pattern)) == (choice, said)


def test_once_is_no_pattern() -> None:
    assert pattern_of("", datetime(2026, 11, 30, 9, 5)) == ""  # noqa: DTZ001
    assert choice_of("") == ""


@pytest.mark.parametrize("pattern", ["0 9 * * 1-5", "0 9 1 * 1", "*/30 9 * * *", "0 9 1 1 *"])
def test_what_no_choice_makes_is_kept_and_shown_as_it_is(pattern: str) -> None:
    assert choice_of(pattern) == OTHER
    assert words(pattern) == f"按规则 {pattern}"


def test_a_pattern_by_another_clock_is_no_ready_made_choice() -> None:
    assert choice_of("5 9 * * 1", "Asia/Tokyo") == OTHER
    assert words("5 9 * * 1", "Asia/Tokyo") == "按规则 5 9 * * 1（Asia/Tokyo 时间）"
