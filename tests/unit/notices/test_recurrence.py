"""When does a recurring notice come again?"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from services.notices import recurrence

CITY = "Asia/Shanghai"
#: A Saturday.
NOW = datetime(2026, 11, 28, 10, 0, tzinfo=ZoneInfo(CITY))


def first(pattern: str, zone: str = CITY, count: int = 2) -> list[str]:
    return [when.strftime("%m-%d %H:%M") for when in islice(recurrence.times_after(pattern, zone, NOW), count)]


@pytest.mark.parametrize(
    ("pattern", "times"),
    [
        ("0 9 * * *", ["11-29 09:00", "11-30 09:00"]),
        ("0 9 * * 1", ["11-30 09:00", "12-07 09:00"]),
        ("30 8 1 * *", ["12-01 08:30", "01-01 08:30"]),
        ("0 9 L * *", ["11-30 09:00", "12-31 09:00"]),
        ("0 9 29 2 *", ["02-29 09:00", "02-29 09:00"]),
    ],
)
def test_patterns_are_read_by_the_citys_clock(pattern: str, times: list[str]) -> None:
    assert first(pattern) == times
    recurrence.check(pattern, CITY, NOW)


def test_another_zones_clock_keeps_its_own_hour_when_summer_begins() -> None:
    before = datetime(2027, 3, 26, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    times = list(islice(recurrence.times_after("0 9 * * *", "Europe/Berlin", before), 3))
    assert [when.hour for when in times] == [9, 9, 9]
    assert [later - earlier for earlier, later in pairwise(times)] == [timedelta(days=1)] * 2
    assert times[2].astimezone(ZoneInfo("UTC")) - times[0].astimezone(ZoneInfo("UTC")) == timedelta(hours=47)


@pytest.mark.parametrize(
    ("pattern", "zone", "error"),
    [
        ("0 9 * *", CITY, recurrence.BadPattern),
        ("0 9 * * * *", CITY, recurrence.BadPattern),
        ("0 9 * * 8", CITY, recurrence.BadPattern),
        ("@daily", CITY, recurrence.BadPattern),
        ("每 周 一 九 点", CITY, recurrence.BadPattern),
        ("0 9 30 2 *", CITY, recurrence.NeverAgain),
        ("* * * * *", CITY, recurrence.TooOften),
        ("0,30 9 * * *", CITY, recurrence.TooOften),
        ("0 9 * * *", "Asia/Nowhere", recurrence.UnknownZone),
        ("0 9 * * *", "../etc/passwd", recurrence.UnknownZone),
    ],
)
def test_what_makes_no_sense_is_refused(pattern: str, zone: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        recurrence.check(pattern, zone, NOW)


def test_the_end_is_still_a_time_and_what_is_after_it_is_none() -> None:
    end = datetime(2026, 11, 30, 9, 0, tzinfo=ZoneInfo(CITY))
    assert recurrence.next_after("0 9 * * 1", CITY, NOW, ends_at=end) == end
    assert recurrence.next_after("0 9 * * 1", CITY, end, ends_at=end) is None


def test_missed_times_are_counted() -> None:
    since, now = NOW - timedelta(days=3), NOW
    assert recurrence.missed("0 9 * * *", CITY, since=since, now=now) == 3
    assert recurrence.missed("0 9 * * *", CITY, since=now, now=now) == 0
