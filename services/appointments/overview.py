"""How full is a hall: a day's slots, a week's days? And which appointments has it no time for any more?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments import desk_repository, repository, timetable
from services.appointments.models import SlotRow
from services.appointments.rules import last_bookable
from services.appointments.timetable import Timetable, midnight
from services.appointments.types import Appointment
from services.appointments.views import appointment_view
from services.clock import local


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotLine:
    """One slot as the desk sees it."""

    slot_id: str
    hall_code: str
    service_code: str
    service_name: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int
    #: Has staff given this slot a capacity of its own?
    own: bool
    #: Has it begun?
    past: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekCell:
    """One day of one service."""

    day: date
    capacity: int
    taken: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WeekLine:
    """One service over a week."""

    service_code: str
    service_name: str
    cells: Sequence[WeekCell]


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """A hall's week."""

    days: Sequence[date]
    #: Day -> why the hall is closed; days that are not in it are open.
    closed: dict[date, str]
    lines: Sequence[WeekLine]


async def day_slots(
    session: AsyncSession, hall_code: str, day: date, *, service_code: str, now: datetime
) -> Sequence[SlotLine]:
    """The day's slots by time, past ones too; none when the hall is closed. Raises NotFound."""
    tables = await timetable.load_all(session, hall_code, day, day)
    taken = await _taken(session, hall_code, day, day, now)
    lines = [
        SlotLine(
            slot_id=str(plan.key),
            hall_code=hall_code,
            service_code=table.service_code,
            service_name=table.service_name,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            capacity=plan.capacity,
            taken=taken.get(str(plan.key), 0),
            own=str(plan.key) in table.own,
            past=plan.starts_at <= now,
        )
        for table in tables
        if service_code in ("", table.service_code)
        for plan in table.plans(day)
    ]
    return sorted(lines, key=lambda line: (line.starts_at, line.service_code))


async def week(session: AsyncSession, hall_code: str, first: date, now: datetime) -> Week:
    """Seven days from `first` on; raises NotFound."""
    days = [first + timedelta(days=ahead) for ahead in range(7)]
    tables = await timetable.load_all(session, hall_code, days[0], days[-1])
    taken = await _taken(session, hall_code, days[0], days[-1], now)
    closed = {day: reason for table in tables[:1] for day in days if (reason := table.rest_reason(day))}
    return Week(days=days, closed=closed, lines=[_line(table, days, taken) for table in tables])


def _line(table: Timetable, days: Sequence[date], taken: dict[str, int]) -> WeekLine:
    cells = []
    for day in days:
        plans = table.plans(day)
        full = sum(plan.capacity for plan in plans)
        cells.append(WeekCell(day=day, capacity=full, taken=sum(taken.get(str(plan.key), 0) for plan in plans)))
    return WeekLine(service_code=table.service_code, service_name=table.service_name, cells=cells)


async def rest_reason(session: AsyncSession, hall_code: str, day: date) -> str:
    """Why the hall is closed on that day; empty where it is open. Raises NotFound."""
    tables = await timetable.load_all(session, hall_code, day, day)
    return next((reason for table in tables[:1] if (reason := table.rest_reason(day))), "")


async def stranded(session: AsyncSession, hall_code: str, now: datetime) -> Sequence[Appointment]:
    """Appointments ahead whose time the hall does not offer any more: hours, holidays or services have changed."""
    first = local(now).date()
    last = last_bookable(first)
    offered = {
        str(plan.key)
        for table in await timetable.load_all(session, hall_code, first, last)
        for ahead in range((last - first).days + 1)
        for plan in table.plans(first + timedelta(days=ahead))
    }
    rows = await _slots(session, hall_code, first, last, now)
    lost = [row.slot_id for row, taken in rows if taken and row.slot_id not in offered and row.starts_at > now]
    found = await repository.appointments_in(session, lost)
    shown = [appointment_view(row, now) for row in found]
    return [one for one in shown if one.state in ("reserved", "confirmed")]


async def _taken(session: AsyncSession, hall_code: str, first: date, last: date, now: datetime) -> dict[str, int]:
    return {row.slot_id: taken for row, taken in await _slots(session, hall_code, first, last, now)}


async def _slots(
    session: AsyncSession, hall_code: str, first: date, last: date, now: datetime
) -> Sequence[tuple[SlotRow, int]]:
    since, until = midnight(first), midnight(last + timedelta(days=1))
    return await desk_repository.slots_of(session, hall_code, since=since, until=until, now=now)
