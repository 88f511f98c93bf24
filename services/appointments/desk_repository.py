"""How are a hall's appointments listed, counted and queued for staff? SQL only; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments.models import AppointmentRow, HallRow, HolidayRow, SlotRow
from services.appointments.repository import Full, full
from services.appointments.rules import ACTIVE


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which appointments of a hall's day are listed; empty fields ask for nothing."""

    hall_code: str
    day: date
    service_code: str = ""
    state: str = ""
    #: A code, or the last four of a mobile number.
    search: str = ""
    #: Only those behind this one: the start of its slot, and its code.
    after: tuple[datetime, str] | None = None
    limit: int = 50


async def page(session: AsyncSession, wanted: Wanted, now: datetime) -> Sequence[Row[Full]]:
    """In the order of their slots."""
    query = full().where(*_conditions(wanted, now))
    if wanted.after is not None:
        query = query.where(tuple_(SlotRow.starts_at, AppointmentRow.code) > wanted.after)
    return (await session.execute(query.order_by(SlotRow.starts_at, AppointmentRow.code).limit(wanted.limit))).all()


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [SlotRow.hall_code == wanted.hall_code, AppointmentRow.day == wanted.day]
    if wanted.service_code:
        found.append(SlotRow.service_code == wanted.service_code)
    if wanted.search:
        words = wanted.search.upper()
        found.append(
            or_(AppointmentRow.code == words, AppointmentRow.mobile_masked.endswith(wanted.search, autoescape=True))
        )
    overdue = (AppointmentRow.state == "reserved") & (AppointmentRow.expires_at <= now)
    if wanted.state == "arrived":
        found.append((AppointmentRow.state == "confirmed") & AppointmentRow.arrived_at.is_not(None))
    elif wanted.state == "expired":
        found.append(or_(AppointmentRow.state == "expired", overdue))
    elif wanted.state:
        found.append((AppointmentRow.state == wanted.state) & ~overdue)
    return found


async def counts(session: AsyncSession, hall_code: str, day: date, service_code: str) -> dict[str, int]:
    """State -> how many of the hall's day; who has arrived and waits is `arrived` and not `confirmed`."""
    waits = (AppointmentRow.state == "confirmed") & AppointmentRow.arrived_at.is_not(None)
    state = case((waits, "arrived"), else_=AppointmentRow.state)
    query = (
        select(state, func.count())
        .join(SlotRow, SlotRow.slot_id == AppointmentRow.slot_id)
        .where(SlotRow.hall_code == hall_code, AppointmentRow.day == day)
        .group_by(state)
    )
    if service_code:
        query = query.where(SlotRow.service_code == service_code)
    return {row[0]: row[1] for row in await session.execute(query)}


async def lock_hall(session: AsyncSession, hall_code: str) -> HallRow | None:
    """The hall, in which nobody else calls or changes rules until the transaction ends; bookings go on."""
    return await session.get(HallRow, hall_code, with_for_update={"key_share": True}, populate_existing=True)


async def called_by(session: AsyncSession, key: UUID) -> str | None:
    """The code that was called with this key."""
    return (await session.scalars(select(AppointmentRow.code).where(AppointmentRow.call_key == key))).first()


async def queue(
    session: AsyncSession, hall_code: str, service_code: str, *, day: date, now: datetime, limit: int
) -> Sequence[str]:
    """Who is next: those that have arrived, by slot; then those whose slot has begun. Codes."""
    query = (
        select(AppointmentRow.code)
        .join(SlotRow, SlotRow.slot_id == AppointmentRow.slot_id)
        .where(
            SlotRow.hall_code == hall_code,
            AppointmentRow.day == day,
            AppointmentRow.state == "confirmed",
            or_(AppointmentRow.arrived_at.is_not(None), SlotRow.starts_at <= now),
        )
        .order_by(
            AppointmentRow.arrived_at.is_(None), SlotRow.starts_at, AppointmentRow.arrived_at, AppointmentRow.code
        )
        .limit(limit)
    )
    if service_code:
        query = query.where(SlotRow.service_code == service_code)
    return (await session.scalars(query)).all()


async def find(
    session: AsyncSession, *, code: str = "", person_mark: bytes | None = None, mobile_masked: str = "", limit: int
) -> Sequence[Row[Full]]:
    """A person's appointments, the latest slots first; a masked number may be several people's."""
    if person_mark is not None:
        found = AppointmentRow.person_mark == person_mark
    elif mobile_masked:
        found = AppointmentRow.mobile_masked == mobile_masked
    else:
        found = AppointmentRow.code == code
    query = full().where(found).order_by(SlotRow.starts_at.desc(), AppointmentRow.code).limit(limit)
    return (await session.execute(query)).all()


async def ahead(session: AsyncSession, hall_code: str, since: date, until: date | None) -> Sequence[Row[Full]]:
    """The hall's appointments from that day on that take a place, by slot."""
    query = full().where(SlotRow.hall_code == hall_code, AppointmentRow.day >= since, AppointmentRow.state.in_(ACTIVE))
    if until is not None:
        query = query.where(AppointmentRow.day <= until)
    return (await session.execute(query.order_by(SlotRow.starts_at, AppointmentRow.code))).all()


async def booked_on(session: AsyncSession, day: date) -> int:
    """How many appointments of that day take a place, in all halls."""
    query = select(func.count()).where(AppointmentRow.day == day, AppointmentRow.state.in_(ACTIVE))
    return (await session.scalars(query)).one()


async def arrived_on(session: AsyncSession, day: date) -> int:
    """How many have come on that day and were not called yet, in all halls."""
    query = select(func.count()).where(
        AppointmentRow.day == day, AppointmentRow.state == "confirmed", AppointmentRow.arrived_at.is_not(None)
    )
    return (await session.scalars(query)).one()


async def slots_of(
    session: AsyncSession, hall_code: str, *, since: datetime, until: datetime, now: datetime
) -> Sequence[tuple[SlotRow, int]]:
    """The hall's counters with the places that are really taken: reservations past their time do not count."""
    overdue = (
        select(func.count())
        .where(
            AppointmentRow.slot_id == SlotRow.slot_id,
            AppointmentRow.state == "reserved",
            AppointmentRow.expires_at <= now,
        )
        .scalar_subquery()
    )
    query = select(SlotRow, SlotRow.taken - overdue).where(
        SlotRow.hall_code == hall_code, SlotRow.starts_at >= since, SlotRow.starts_at < until
    )
    return [(row, taken) for row, taken in await session.execute(query)]


async def holidays(session: AsyncSession, *, after: date | None, since: date, limit: int) -> Sequence[HolidayRow]:
    """Days that do not follow their weekday, by day, from `since` on."""
    query = select(HolidayRow).where(HolidayRow.day >= since, ~HolidayRow.removed).order_by(HolidayRow.day)
    if after is not None:
        query = query.where(HolidayRow.day > after)
    return (await session.scalars(query.limit(limit))).all()


async def miss_past(session: AsyncSession, today: date, now: datetime, limit: int) -> int:
    """Whoever was never called on a day that is over did not come; gives how many."""
    past = (
        select(AppointmentRow.code)
        .where(AppointmentRow.state == "confirmed", AppointmentRow.day < today)
        .order_by(AppointmentRow.code)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    query = update(AppointmentRow).where(AppointmentRow.code.in_(past)).values(state="missed", changed_at=now)
    query = query.returning(AppointmentRow.code).execution_options(synchronize_session=False)
    return len((await session.scalars(query)).all())
