"""Does the clock tell aware instants, and the city's wall clock of them?"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from services.clock import SystemClock, local


def test_the_system_clock_tells_the_present_in_utc() -> None:
    before = datetime.now(timezone.utc)
    now = SystemClock().now()
    assert before <= now <= datetime.now(timezone.utc)
    assert now.utcoffset() == timedelta(0)


def test_the_city_is_eight_hours_ahead_of_utc() -> None:
    shown = local(datetime(2026, 11, 23, 16, 0, tzinfo=timezone.utc))
    assert shown.isoformat() == "2026-11-24T00:00:00+08:00"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local(datetime(2026, 11, 23, 16, 0))  # noqa: DTZ001 (what must be refused)
