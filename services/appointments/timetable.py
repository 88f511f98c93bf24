"""Which halls are there, when are they open, and which slots have places? Rules from the database, applied by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments import repository, texts
from services.appointments.errors import SlotClosed, SlotPast
from services.appointments.models import HallRow, HallServiceRow, HolidayRow
from services.appointments.rules import (
    Opening,
    SlotKey,
    SpecialDay,
    hours_of,
    last_bookable,
    parse_opening,
    parse_slot_id,
    slot_starts,
)
from services.appointments.types import Day, Hall, ServiceName, Slot
from services.clock import CITY_ZONE, local
from services.errors import NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """One slot as today's rules have it."""

    key: SlotKey
    starts_at: datetime
    ends_at: datetime
    capacity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Timetable:
    """A service at a hall over some days."""

    hall_code: str
    service_code: str
    slot_minutes: int
    capacity: int
    opening: Opening
    special: dict[date, SpecialDay]
    service_name: str
    #: slot_id -> places of the slots that have a capacity of their own.
    own: Mapping[str, int]

    def plans(self, day: date) -> Sequence[Plan]:
        """Every slot of the day, past ones too; none when it is closed."""
        hours = hours_of(day, self.opening, self.special.get(day))
        return [self._plan(day, start) for start in slot_starts(hours, self.slot_minutes)]

    def _plan(self, day: date, start: time) -> Plan:
        key = SlotKey(hall_code=self.hall_code, service_code=self.service_code, day=day, start=start)
        starts_at = datetime.combine(day, start, CITY_ZONE)
        return Plan(
            key=key,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=self.slot_minutes),
            capacity=self.own.get(str(key), self.capacity),
        )

    def closed_reason(self, day: date, today: date) -> str:
        """Why citizens cannot book that day; "" when they can."""
        if day < today:
            return texts.DAY_PAST
        return self.rest_reason(day) or (texts.NOT_YET if day > last_bookable(today) else "")

    def rest_reason(self, day: date) -> str:
        """Why the hall is closed that day; "" when it is open."""
        special = self.special.get(day)
        if hours_of(day, self.opening, special):
            return ""
        return texts.holiday(special.name) if special and special.closed else texts.rest_day(day.weekday())


async def load(session: AsyncSession, hall_code: str, service_code: str, first: date, last: date) -> Timetable:
    """Raises NotFound when there is no such hall or it does not offer the service."""
    found = await repository.hall_service(session, hall_code, service_code)
    if found is None:
        raise NotFound("this hall does not offer this service")
    hall, service = found
    return _timetable(hall, service, await _exceptions(session, hall_code, first, last))


async def load_all(session: AsyncSession, hall_code: str, first: date, last: date) -> Sequence[Timetable]:
    """Every service that the hall offers, by code; raises NotFound when there is no such hall."""
    hall = await session.get(HallRow, hall_code)
    if hall is None:
        raise NotFound("hall_code: no such hall")
    exceptions = await _exceptions(session, hall_code, first, last)
    services = await repository.offered_services(session, [hall_code])
    return [_timetable(hall, service, exceptions) for service in services]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Exceptions:
    """What differs from the weekly rules."""

    special: dict[date, SpecialDay]
    own: dict[str, int]


async def _exceptions(session: AsyncSession, hall_code: str, first: date, last: date) -> _Exceptions:
    # Not the midnight after it: the last day of the calendar has none.
    since, until = midnight(first), datetime.combine(last, time.max, CITY_ZONE)
    return _Exceptions(
        special={row.day: _special(row) for row in await repository.holidays(session, first, last)},
        own=await repository.own_capacities(session, hall_code, since=since, until=until),
    )


def _timetable(hall: HallRow, service: HallServiceRow, exceptions: _Exceptions) -> Timetable:
    return Timetable(
        hall_code=hall.hall_code,
        service_code=service.service_code,
        slot_minutes=service.slot_minutes,
        capacity=service.capacity,
        opening=parse_opening(hall.opening),
        special=exceptions.special,
        service_name=service.name,
        own=exceptions.own,
    )


def _special(row: HolidayRow) -> SpecialDay:
    return SpecialDay(day=row.day, name=row.name, closed=row.closed, as_weekday=row.as_weekday)


async def plan_of(session: AsyncSession, slot_id: str, now: datetime) -> Plan:
    """The slot, when it can be booked now; raises NotFound, SlotPast or SlotClosed. Makes its counter if need be."""
    key = parse_slot_id(slot_id)
    if key is None:
        raise NotFound("slot_id: no such slot")
    timetable = await load(session, key.hall_code, key.service_code, key.day, key.day)
    today = local(now).date()
    if key.day > last_bookable(today):
        raise SlotClosed("this day cannot be booked yet")
    if key.day < today:
        raise SlotPast()
    plan = next((plan for plan in timetable.plans(key.day) if plan.key == key), None)
    if plan is None:
        raise SlotClosed("the hall is closed then, or its slots start at other times")
    if plan.starts_at <= now:
        raise SlotPast()
    await repository.ensure_slot(
        session,
        {
            "slot_id": slot_id,
            "hall_code": key.hall_code,
            "service_code": key.service_code,
            "starts_at": plan.starts_at,
            "ends_at": plan.ends_at,
            "capacity": plan.capacity,
        },
    )
    return plan


async def days(
    session: AsyncSession, hall_code: str, service_code: str, first: date, *, count: int, now: datetime
) -> list[Day]:
    """The days from `first` on, each with its free places."""
    last = first + timedelta(days=count - 1)
    timetable = await load(session, hall_code, service_code, first, last)
    taken = await _taken(session, timetable, first, last, now)
    return [_day(timetable, first + timedelta(days=ahead), taken, now) for ahead in range(count)]


def _day(timetable: Timetable, day: date, taken: dict[str, int], now: datetime) -> Day:
    today = local(now).date()
    reason = timetable.closed_reason(day, today)
    ahead = [] if reason else [plan for plan in timetable.plans(day) if plan.starts_at > now]
    if not reason and not ahead:
        reason = texts.TODAY_OVER
    free = sum(max(0, plan.capacity - taken.get(str(plan.key), 0)) for plan in ahead)
    return Day(date=day, open=not reason, closed_reason=reason, free=free)


async def slots(session: AsyncSession, hall_code: str, service_code: str, day: date, now: datetime) -> list[Slot]:
    """The day's slots that can still be booked or are full; none when the day cannot be booked."""
    timetable = await load(session, hall_code, service_code, day, day)
    if timetable.closed_reason(day, local(now).date()):
        return []
    taken = await _taken(session, timetable, day, day, now)
    return [
        Slot(
            slot_id=str(plan.key),
            hall_code=hall_code,
            service_code=service_code,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            capacity=plan.capacity,
            free=max(0, plan.capacity - taken.get(str(plan.key), 0)),
        )
        for plan in timetable.plans(day)
        if plan.starts_at > now
    ]


async def _taken(session: AsyncSession, timetable: Timetable, first: date, last: date, now: datetime) -> dict[str, int]:
    since, until = midnight(first), midnight(last + timedelta(days=1))
    return await repository.taken_places(
        session, timetable.hall_code, timetable.service_code, since=since, until=until, now=now
    )


def midnight(day: date) -> datetime:
    """The instant at which the city's day begins."""
    return datetime.combine(day, time.min, CITY_ZONE)


async def halls(session: AsyncSession, district: str | None, service_code: str | None) -> list[Hall]:
    rows = await repository.halls(session, district=district, service_code=service_code)
    return await _with_services(session, rows)


async def hall(session: AsyncSession, hall_code: str) -> Hall:
    row = await session.get(HallRow, hall_code)
    if row is None:
        raise NotFound("hall_code: no such hall")
    return (await _with_services(session, [row]))[0]


async def _with_services(session: AsyncSession, rows: Sequence[HallRow]) -> list[Hall]:
    offered = await repository.offered_services(session, [row.hall_code for row in rows])
    return [
        Hall(
            hall_code=row.hall_code,
            name=row.name,
            district=row.district,
            area_code=row.area_code,
            address=row.address,
            phone=row.phone,
            hours_text=row.hours_text,
            latitude=row.latitude,
            longitude=row.longitude,
            services=[
                ServiceName(service_code=service.service_code, name=service.name)
                for service in offered
                if service.hall_code == row.hall_code
            ],
        )
        for row in rows
    ]
