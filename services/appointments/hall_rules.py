"""When is a hall open, for how many, on which days not? Staff change it; what they set, no import takes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments import booking, desk_repository, overview, repository, texts, timetable
from services.appointments.errors import SlotClosed, SlotPast
from services.appointments.models import HallRow, HallServiceRow, HolidayRow, SlotRow
from services.appointments.overview import SlotLine, Week
from services.appointments.rules import WEEKDAYS, parse_opening, parse_slot_id
from services.appointments.types import Appointment, Hall
from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.db import Sessions
from services.errors import BadRequest, Conflict, NotFound

log = structlog.stdlib.get_logger(__name__)

MOST_PLACES = 1000


class BelowTaken(Conflict):
    """More people have booked this slot than it would have places."""

    type = "below-taken"
    title = "Below taken"

    def __init__(self, taken: int) -> None:
        self.taken = taken
        super().__init__(f"capacity: {taken} have booked this slot")


@dataclass(frozen=True, kw_only=True, slots=True)
class ServicePlaces:
    """A service of a hall, and how many are served in one slot."""

    service_code: str
    name: str
    slot_minutes: int
    capacity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HallSettings:
    """A hall with the rules that staff may change."""

    hall: Hall
    #: Hours by weekday, as `rules.parse_opening` reads them.
    opening: Mapping[str, Sequence[str]]
    services: Sequence[ServicePlaces]
    #: Who changed the hours here last; empty: they are as they were imported.
    opening_set_by: str
    #: Appointments whose time the hall does not offer any more.
    stranded: Sequence[Appointment]


@dataclass(frozen=True, kw_only=True, slots=True)
class Holiday:
    """A day that does not follow its weekday."""

    day: date
    name: str
    closed: bool
    as_weekday: int
    set_by: str


class HallRules:
    """The staff's side of timetables. Every act may be repeated and then changes nothing; every change is audited."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def slots(self, hall_code: str, day: date, service_code: str = "") -> Sequence[SlotLine]:
        """How full the day's slots are; raises NotFound."""
        async with self._sessions() as session:
            return await overview.day_slots(session, hall_code, day, service_code=service_code, now=self._clock.now())

    async def rest_reason(self, hall_code: str, day: date) -> str:
        """Why the hall is closed on that day; empty where it is open."""
        async with self._sessions() as session:
            return await overview.rest_reason(session, hall_code, day)

    async def week(self, hall_code: str, first: date) -> Week:
        """How full seven days are; raises NotFound."""
        async with self._sessions() as session:
            return await overview.week(session, hall_code, first, self._clock.now())

    async def hall(self, hall_code: str) -> HallSettings:
        """Raises NotFound."""
        async with self._sessions() as session:
            hall = await timetable.hall(session, hall_code)
            row = await session.get_one(HallRow, hall_code)
            services = await repository.offered_services(session, [hall_code])
            stranded = await overview.stranded(session, hall_code, self._clock.now())
        return HallSettings(
            hall=hall,
            opening=row.opening,
            services=[
                ServicePlaces(
                    service_code=one.service_code, name=one.name, slot_minutes=one.slot_minutes, capacity=one.capacity
                )
                for one in services
            ],
            opening_set_by=row.opening_set_by or "",
            stranded=stranded,
        )

    async def set_opening(
        self, actor: Actor, hall_code: str, opening: Mapping[str, Sequence[str]], hours_text: str
    ) -> None:
        """From now on the hall is open then; booked appointments stay. Raises NotFound, BadRequest."""
        try:
            parse_opening(opening)
        except ValueError as error:
            raise BadRequest(f"opening: {error}") from error
        hours = {day: list(opening[day]) for day in WEEKDAYS if opening.get(day)}
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await desk_repository.lock_hall(session, hall_code)
            if row is None:
                raise NotFound("hall_code: no such hall")
            old, new = {**row.opening, "text": row.hours_text}, {**hours, "text": hours_text}
            if old == new:
                return
            row.opening, row.hours_text, row.opening_set_by = hours, hours_text, actor.login
            record(session, actor, "appointments.hours_set", _hall(hall_code), now=now, before=old, after=new)

    async def set_capacity(self, actor: Actor, hall_code: str, service_code: str, capacity: int) -> None:
        """So many are served in each slot; nobody loses a place that is taken. Raises NotFound, BadRequest."""
        _check(capacity, least=1)
        async with self._sessions.begin() as session:
            row = await session.get(HallServiceRow, (hall_code, service_code), with_for_update={"key_share": True})
            if row is None or not row.offered:
                raise NotFound("this hall does not offer this service")
            if row.capacity == capacity:
                return
            old, new = {"capacity": row.capacity}, {"capacity": capacity, "service": row.name}
            row.capacity, row.capacity_set_by = capacity, actor.login
            now = self._clock.now()
            record(session, actor, "appointments.capacity_set", _hall(hall_code), now=now, before=old, after=new)

    async def set_slot_capacity(self, actor: Actor, slot_id: str, capacity: int | None) -> SlotLine:
        """One slot serves so many (0: nobody), None: as many as the service's others.

        Raises NotFound, SlotClosed, SlotPast, BadRequest, and BelowTaken when more have booked.
        """
        if capacity is not None:
            _check(capacity, least=0)
        now = self._clock.now()
        async with self._sessions.begin() as session:
            before = await _slot(session, slot_id, now)
            if before.past:
                raise SlotPast()
            # Committed here, so that the next transaction only locks the counter and never inserts it.
            await _ensure(session, before)
        async with self._sessions.begin() as session:
            await booking.expire_slot(session, slot_id, now)
            row = await session.get_one(SlotRow, slot_id, populate_existing=True)
            if capacity is not None and capacity < row.taken:
                raise BelowTaken(row.taken)
            if row.own_capacity != capacity:
                old, new = {"capacity": row.own_capacity}, {"capacity": capacity}
                row.own_capacity = capacity
                # What is taken stays within it: the check of the table is the guarantee.
                row.capacity = max(row.taken, capacity if capacity is not None else row.capacity)
                subject = Subject(kind="slot", id=slot_id)
                record(session, actor, "appointments.slot_capacity_set", subject, now=now, before=old, after=new)
        async with self._sessions() as session:
            return await _slot(session, slot_id, now)

    async def holidays(self, *, since: date, after: date | None, limit: int) -> Sequence[Holiday]:
        """Days that do not follow their weekday, by day."""
        async with self._sessions() as session:
            rows = await desk_repository.holidays(session, since=since, after=after, limit=limit)
        return [
            Holiday(day=row.day, name=row.name, closed=row.closed, as_weekday=row.as_weekday, set_by=row.set_by or "")
            for row in rows
        ]

    async def set_holiday(self, actor: Actor, day: date, *, name: str, closed: bool, as_weekday: int) -> int:
        """That day all halls are closed, or open as on a weekday; gives how many have booked it."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await session.get(HolidayRow, day, with_for_update=True)
            old = None if row is None or row.removed else _holiday(row)
            if row is None:
                row = HolidayRow(day=day)
                session.add(row)
            row.name, row.closed, row.as_weekday, row.removed = name, closed, as_weekday, False
            if old != (new := _holiday(row)):
                row.set_by = actor.login
                subject = Subject(kind="holiday", id=day.isoformat())
                record(session, actor, "appointments.holiday_set", subject, now=now, before=old, after=new)
            return await desk_repository.booked_on(session, day) if closed else 0

    async def remove_holiday(self, actor: Actor, day: date) -> None:
        """The day follows its weekday again; no import brings the holiday back. Raises NotFound."""
        async with self._sessions.begin() as session:
            row = await session.get(HolidayRow, day, with_for_update=True)
            if row is None:
                raise NotFound("day: no holiday")
            if not row.removed:
                row.removed, row.set_by = True, actor.login
                subject = Subject(kind="holiday", id=day.isoformat())
                now = self._clock.now()
                record(session, actor, "appointments.holiday_removed", subject, now=now, before=_holiday(row))


async def _slot(session: AsyncSession, slot_id: str, now: datetime) -> SlotLine:
    """The slot as the rules have it."""
    key = parse_slot_id(slot_id)
    if key is None:
        raise NotFound("slot_id: no such slot")
    lines = await overview.day_slots(session, key.hall_code, key.day, service_code=key.service_code, now=now)
    found = next((line for line in lines if line.slot_id == slot_id), None)
    if found is None:
        raise SlotClosed()
    return found


async def _ensure(session: AsyncSession, line: SlotLine) -> None:
    """Makes the slot's counter where it is missing."""
    values = {
        "slot_id": line.slot_id,
        "hall_code": line.hall_code,
        "service_code": line.service_code,
        "starts_at": line.starts_at,
        "ends_at": line.ends_at,
        "capacity": line.capacity,
    }
    await repository.ensure_slot(session, values)


def _check(capacity: int, *, least: int) -> None:
    if not least <= capacity <= MOST_PLACES:
        raise BadRequest(f"capacity: must be {least} to {MOST_PLACES}")


def _hall(hall_code: str) -> Subject:
    return Subject(kind="hall", id=hall_code)


def _holiday(row: HolidayRow) -> dict[str, object]:
    hours = "" if row.closed else texts.WEEKDAY_NAMES[row.as_weekday]
    return {"name": row.name, "closed": row.closed, "hours_of": hours}
