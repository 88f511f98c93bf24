"""Are opening hours, slots and due times right for every day and hour?"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.appointments.rules import (
    CODE_LENGTH,
    CODE_LETTERS,
    DAYS_AHEAD,
    STATES,
    Interval,
    SlotKey,
    SpecialDay,
    held_until,
    hours_of,
    last_bookable,
    make_code,
    parse_opening,
    parse_slot_id,
    reminder_due,
    slot_starts,
    state_now,
)
from services.clock import CITY_ZONE

MORNING = Interval(start=time(9), end=time(12))
AFTERNOON = Interval(start=time(13), end=time(17))
WEEK = dict.fromkeys(range(5), (MORNING, AFTERNOON))
MONDAY = date(2026, 11, 23)

codes = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12)
days = st.dates(date(1000, 1, 1), date(9999, 12, 31))
clock_times = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
instants = st.integers(1_577_836_800, 2_208_988_800).map(lambda second: datetime.fromtimestamp(second, timezone.utc))


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    start, end = sorted(draw(st.tuples(clock_times, clock_times)))
    assume(start < end)
    return Interval(start=start, end=end)


def minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


@given(hall=codes, service=codes, day=days, start=clock_times)
def test_a_slots_name_says_what_it_is(hall: str, service: str, day: date, start: time) -> None:
    key = SlotKey(hall_code=hall, service_code=service, day=day, start=start)
    assert parse_slot_id(str(key)) == key


@given(text=st.text(max_size=60))
def test_any_text_is_a_slots_name_or_none(text: str) -> None:
    key = parse_slot_id(text)
    assert key is None or str(key) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "JB",
        "JB-HJ-20261124",
        "JB-HJ-20261324-0900",
        "JB-HJ-20261124-2400",
        "jb-HJ-20261124-0900",
        "JB-HJ-20261124-0900\n",
    ],
)
def test_what_is_no_slots_name_is_none(text: str) -> None:
    assert parse_slot_id(text) is None


@given(interval=intervals(), length=st.integers(5, 480))
def test_slots_fill_the_hours_without_gap_overlap_or_overtime(interval: Interval, length: int) -> None:
    starts = [minutes(start) for start in slot_starts([interval], length)]
    assert len(starts) == (minutes(interval.end) - minutes(interval.start)) // length
    assert starts == [minutes(interval.start) + index * length for index in range(len(starts))]
    assert all(start + length <= minutes(interval.end) for start in starts)


def test_no_slot_reaches_over_the_lunch_break() -> None:
    starts = [f"{start:%H:%M}" for start in slot_starts([MORNING, AFTERNOON], 50)]
    assert starts == ["09:00", "09:50", "10:40", "13:00", "13:50", "14:40", "15:30"]


@given(day=days)
def test_an_ordinary_day_follows_its_weekday(day: date) -> None:
    assert bool(hours_of(day, WEEK, None)) == (day.weekday() < 5)


@given(day=days, weekday=st.integers(0, 6))
def test_a_holiday_is_closed_and_a_worked_day_has_the_hours_of_the_day_it_stands_for(day: date, weekday: int) -> None:
    closed = SpecialDay(day=day, name="元旦", closed=True)
    worked = SpecialDay(day=day, name="调休上班", closed=False, as_weekday=weekday)
    assert hours_of(day, WEEK, closed) == ()
    assert hours_of(day, WEEK, worked) == WEEK.get(weekday, ())


def test_opening_hours_are_read_by_weekday() -> None:
    opening = parse_opening({"mon": ["09:00-12:00", "13:00-17:00"], "sun": []})
    assert opening == {0: (MORNING, AFTERNOON), 6: ()}


@pytest.mark.parametrize(
    "wrong",
    [
        {"monday": []},
        {"mon": ["9:00-12:00"]},
        {"mon": ["09:00-24:00"]},
        {"mon": ["09:00 - 12:00"]},
        {"mon": ["12:00-09:00"]},
        {"mon": ["09:00-09:00"]},
        {"mon": ["09:00-12:00", "11:30-13:00"]},
        {"mon": ["13:00-17:00", "09:00-12:00"]},
    ],
)
def test_opening_hours_that_make_no_sense_are_refused_naming_the_weekday(wrong: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match="mon"):
        parse_opening(wrong)


def test_thirty_days_ahead_can_be_booked() -> None:
    assert last_bookable(MONDAY) - MONDAY == timedelta(days=DAYS_AHEAD)


@given(now=instants, ahead=st.integers(1, 100_000), hold=st.integers(30, 86_400))
def test_a_reservation_is_held_as_long_as_set_but_not_beyond_the_start(now: datetime, ahead: int, hold: int) -> None:
    starts_at = now + timedelta(seconds=ahead)
    until = held_until(now, starts_at, hold)
    assert now < until <= starts_at
    assert until - now == timedelta(seconds=min(hold, ahead))


@given(now=instants, ahead=st.timedeltas(timedelta(seconds=1), timedelta(days=40)))
def test_a_reminder_is_never_in_the_past_and_always_before_the_appointment(now: datetime, ahead: timedelta) -> None:
    starts_at = now + ahead
    due = reminder_due(starts_at, now, CITY_ZONE)
    if due is None:
        assert ahead <= timedelta(hours=2)
        return
    assert now <= due < starts_at
    shown = due.astimezone(CITY_ZONE)
    evening_before = (shown.date() == starts_at.astimezone(CITY_ZONE).date() - timedelta(days=1)) and (
        shown.time() == time(18)
    )
    assert evening_before or due == now


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23T10:00", "2026-11-23T18:00"),
        ("2026-11-23T18:00", "2026-11-23T18:00"),
        ("2026-11-23T18:01", "2026-11-23T18:01"),
        ("2026-11-24T06:59", "2026-11-24T06:59"),
        ("2026-11-24T07:00", None),
        ("2026-11-24T08:59", None),
    ],
)
def test_an_appointment_at_nine_is_reminded_at_six_the_evening_before_or_at_once(now: str, due: str | None) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE)

    assert reminder_due(at("2026-11-24T09:00"), at(now), CITY_ZONE) == (at(due) if due else None)


def test_codes_have_only_letters_that_are_not_mistaken_and_hardly_repeat() -> None:
    dice = random.Random(1)  # noqa: S311 (only the alphabet is looked at)
    made = {make_code(dice.choice) for _ in range(10_000)}
    assert len(made) == 10_000
    assert set("".join(made)) == set(CODE_LETTERS)
    assert {len(code) for code in made} == {CODE_LENGTH}
    assert not set("01OIL") & set(CODE_LETTERS)


@given(
    state=st.sampled_from(STATES), now=instants, ahead=st.none() | st.timedeltas(timedelta(days=-1), timedelta(days=1))
)
def test_only_an_overdue_reservation_is_in_another_state_than_its_row(
    state: str, now: datetime, ahead: timedelta | None
) -> None:
    shown = state_now(state, now + ahead if ahead is not None else None, now)  # type: ignore[arg-type]
    overdue = state == "reserved" and ahead is not None and ahead <= timedelta(0)
    assert shown == ("expired" if overdue else state)
