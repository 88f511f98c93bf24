"""When is a hall open, which slots does a day have, and what may be done with an appointment when? Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, get_args

#: Monday first, as `date.weekday()` counts.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: How many days after today can be booked.
DAYS_AHEAD = 30
REMINDER_TIME = time(18, 0)
#: A reminder shortly before the appointment itself tells nobody anything.
REMINDER_LEAST_AHEAD = timedelta(hours=2)
#: No 0/O, 1/I/L: a code is read aloud at a counter. 31^8 codes, some 850 thousand million.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8

State = Literal["reserved", "confirmed", "called", "finished", "missed", "cancelled", "expired"]
STATES: tuple[State, ...] = get_args(State)
#: States in which an appointment takes a place and counts as the person's one appointment of the day.
ACTIVE: tuple[State, ...] = ("reserved", "confirmed", "called")

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_SLOT_ID = re.compile(r"([A-Z0-9]{1,12})-([A-Z0-9]{1,12})-(\d{8})-(\d{4})", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Opening hours from `start` until `end`, wall clock."""

    start: time
    end: time


Opening = Mapping[int, Sequence[Interval]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecialDay:
    """A day that does not follow its weekday: a holiday, or a weekend day that is worked."""

    day: date
    name: str
    closed: bool
    #: Whose hours a worked day has, 0 = Monday.
    as_weekday: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotKey:
    """What a slot_id says."""

    hall_code: str
    service_code: str
    day: date
    start: time

    def __str__(self) -> str:
        return f"{self.hall_code}-{self.service_code}-{self.day:%Y%m%d}-{self.start:%H%M}"


def parse_slot_id(text: str) -> SlotKey | None:
    """The parts of `JB-HJ-20261124-0900`, or None when it is no slot's name."""
    match = _SLOT_ID.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.strptime(match[3] + match[4], "%Y%m%d%H%M")  # noqa: DTZ007 (a wall clock, on purpose)
    except ValueError:
        return None
    return SlotKey(hall_code=match[1], service_code=match[2], day=moment.date(), start=moment.time())


def parse_opening(raw: Mapping[str, Sequence[str]]) -> Opening:
    """`{"mon": ["09:00-12:00"]}` as intervals by weekday; raises ValueError naming the weekday and what is wrong."""
    opening: dict[int, tuple[Interval, ...]] = {}
    for name, hours in raw.items():
        if name not in WEEKDAYS:
            raise ValueError(f"{name}: weekdays are {', '.join(WEEKDAYS)}")
        intervals = tuple(_interval(name, text) for text in hours)
        for before, after in itertools.pairwise(intervals):
            if after.start < before.end:
                raise ValueError(f"{name}: {hours} overlap or are out of order")
        opening[WEEKDAYS.index(name)] = intervals
    return opening


def _interval(weekday: str, text: str) -> Interval:
    match = _HOURS.fullmatch(text)
    if match is None:
        raise ValueError(f"{weekday}: {text!r} is not like 09:00-12:00")
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if end <= start:
        raise ValueError(f"{weekday}: {text!r} ends before it starts")
    return Interval(start=start, end=end)


def hours_of(day: date, opening: Opening, special: SpecialDay | None) -> Sequence[Interval]:
    """The hall's hours on that day; none when it is closed."""
    if special is None:
        return opening.get(day.weekday(), ())
    if special.closed:
        return ()
    return opening.get(special.as_weekday, ())


def slot_starts(hours: Sequence[Interval], slot_minutes: int) -> Iterator[time]:
    """The wall-clock starts of a day's slots; a slot that would reach over closing time is none."""
    for interval in hours:
        minute = _minutes(interval.start)
        while minute + slot_minutes <= _minutes(interval.end):
            yield time(minute // 60, minute % 60)
            minute += slot_minutes


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def last_bookable(today: date) -> date:
    """The last day that can be booked on that day."""
    return today + timedelta(days=DAYS_AHEAD)


def held_until(now: datetime, starts_at: datetime, seconds: int) -> datetime:
    """Until when a reservation holds its place: never beyond the start of its slot."""
    return min(now + timedelta(seconds=seconds), starts_at)


def reminder_due(starts_at: datetime, now: datetime, zone: tzinfo) -> datetime | None:
    """When to remind: the evening before, at once when that is over, None when the appointment is too near."""
    evening = datetime.combine(starts_at.astimezone(zone).date() - timedelta(days=1), REMINDER_TIME, zone)
    if now <= evening:
        return evening
    return now if starts_at - now > REMINDER_LEAST_AHEAD else None


def make_code(pick: Callable[[str], str]) -> str:
    """A new appointment code; `pick` chooses one letter unpredictably."""
    return "".join(pick(CODE_LETTERS) for _ in range(CODE_LENGTH))


def state_now(state: State, expires_at: datetime | None, now: datetime) -> State:
    """The state as it is: a reservation past its time has expired, whether or not a job has noticed."""
    if state == "reserved" and expires_at is not None and expires_at <= now:
        return "expired"
    return state
