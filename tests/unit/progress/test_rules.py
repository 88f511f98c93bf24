"""Are waits, keys and typed codes right?"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clock import CITY_ZONE
from services.progress.rules import (
    FORGOTTEN_AFTER,
    SPANS,
    as_instant,
    id_tail,
    most_counted,
    seconds_to_wait,
    step_key,
    typed_code,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)
spread = st.sampled_from([timedelta(hours=3), timedelta(days=3), timedelta(days=40)])
ages = spread.flatmap(lambda longest: st.lists(st.timedeltas(timedelta(0), longest), max_size=50))
limits = st.integers(1, 10)


@given(ages=ages, limit=limits)
def test_who_waits_as_told_may_try_again_and_not_a_second_earlier(ages: list[timedelta], limit: int) -> None:
    attempts = sorted(NOW - age for age in ages)
    wait = seconds_to_wait(attempts, limit, NOW)
    within = [sum(moment > NOW - span for moment in attempts) for span, _ in SPANS]
    assert (wait == 0) == all(count < limit * times for count, (_, times) in zip(within, SPANS, strict=True))
    assert 0 <= wait <= FORGOTTEN_AFTER.total_seconds()
    if wait:
        assert seconds_to_wait(attempts, limit, NOW + timedelta(seconds=wait)) == 0
        assert seconds_to_wait(attempts, limit, NOW + timedelta(seconds=wait - 1)) > 0


@given(ages=ages, limit=limits)
def test_the_latest_attempts_are_enough_to_know_the_wait(ages: list[timedelta], limit: int) -> None:
    attempts = sorted(NOW - age for age in ages)
    assert seconds_to_wait(attempts[-most_counted(limit) :], limit, NOW) == seconds_to_wait(attempts, limit, NOW)


def test_who_guesses_whenever_allowed_waits_longer_and_longer_and_gets_few_tries() -> None:
    attempts: list[datetime] = []
    now, waits = NOW, []
    while now < NOW + timedelta(days=30):
        wait = seconds_to_wait(attempts, 5, now)
        if wait:
            waits.append(timedelta(seconds=wait))
            now += waits[-1]
        else:
            attempts.append(now)
    assert waits == [
        timedelta(hours=1),
        timedelta(hours=23),
        timedelta(hours=1),
        timedelta(days=29) - timedelta(hours=1),
    ]
    assert len(attempts) == 20


def test_the_oldest_of_the_last_attempts_decides() -> None:
    attempts = [NOW - timedelta(minutes=minute) for minute in (59, 50, 40)]
    assert seconds_to_wait(attempts, 3, NOW) == 60
    assert seconds_to_wait(attempts, 2, NOW) == 600
    assert seconds_to_wait(attempts, 4, NOW) == 0


@given(text=st.text(st.characters(max_codepoint=0xFF5E, categories=("Nd", "Lu", "Ll", "Zs", "Pd")), max_size=40))
def test_a_typed_code_read_again_is_the_same(text: str) -> None:
    assert typed_code(typed_code(text)) == typed_code(text)


@pytest.mark.parametrize("typed", ["00002x", " 00 002X ", "００００２ｘ"])
def test_codes_are_read_as_people_type_them(typed: str) -> None:
    assert typed_code(typed) == "00002X" == id_tail("11010519491200002x")


def test_a_step_reported_again_has_the_same_key_and_another_one_has_not() -> None:
    local = datetime(2026, 11, 23, 10, 0, tzinfo=CITY_ZONE)
    keys = [
        step_key("审查", "", NOW),
        step_key("审查", "", NOW + timedelta(seconds=1)),
        step_key("审查", "", None),
        step_key("审查", "复核", NOW),
        step_key("受理", "", NOW),
    ]
    assert len(set(keys)) == 5
    assert step_key("审查", "", local) == keys[0]
    assert all(len(key) == 32 for key in keys)


def test_a_time_without_a_zone_is_the_citys() -> None:
    wall = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001 (as feeds have it)
    assert as_instant(wall, CITY_ZONE) == NOW
    assert as_instant(NOW, CITY_ZONE) == NOW
    assert as_instant(None, CITY_ZONE) is None
