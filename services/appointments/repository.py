"""How are halls, slots and appointments read and written? SQL only.

Whoever needs several locks takes them in one order, so that nobody waits in a circle: the Idempotency-Key, then
appointments by code, then slots by id, then reminders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments.models import (
    AppointmentRow,
    HallRow,
    HallServiceRow,
    HolidayRow,
    RequestRow,
    SlotRow,
)
from services.appointments.rules import ACTIVE

#: An appointment with its slot, its hall and the service there.
Full = tuple[AppointmentRow, SlotRow, HallRow, HallServiceRow]


async def halls(session: AsyncSession, *, district: str | None, service_code: str | None) -> Sequence[HallRow]:
    query = select(HallRow).order_by(HallRow.area_code, HallRow.hall_code)
    if district:
        query = query.where(or_(HallRow.district == district, HallRow.area_code == district))
    if service_code:
        offers = select(HallServiceRow.hall_code).where(
            HallServiceRow.service_code == service_code, HallServiceRow.offered
        )
        query = query.where(HallRow.hall_code.in_(offers))
    return (await session.scalars(query)).all()


async def offered_services(session: AsyncSession, hall_codes: Collection[str]) -> Sequence[HallServiceRow]:
    query = (
        select(HallServiceRow)
        .where(HallServiceRow.hall_code.in_(hall_codes), HallServiceRow.offered)
        .order_by(HallServiceRow.service_code)
    )
    return (await session.scalars(query)).all()


async def service_names(session: AsyncSession) -> Sequence[Row[tuple[str, str]]]:
    """Every service offered anywhere, each once."""
    query = (
        select(HallServiceRow.service_code, func.min(HallServiceRow.name))
        .where(HallServiceRow.offered)
        .group_by(HallServiceRow.service_code)
        .order_by(HallServiceRow.service_code)
    )
    return (await session.execute(query)).all()


async def hall_service(
    session: AsyncSession, hall_code: str, service_code: str
) -> tuple[HallRow, HallServiceRow] | None:
    """A hall with a service that it offers."""
    query = (
        select(HallRow, HallServiceRow)
        .join(HallServiceRow, HallServiceRow.hall_code == HallRow.hall_code)
        .where(HallRow.hall_code == hall_code, HallServiceRow.service_code == service_code, HallServiceRow.offered)
    )
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def holidays(session: AsyncSession, first: date, last: date) -> Sequence[HolidayRow]:
    query = select(HolidayRow).where(HolidayRow.day.between(first, last), ~HolidayRow.removed)
    return (await session.scalars(query)).all()


async def own_capacities(session: AsyncSession, hall_code: str, *, since: datetime, until: datetime) -> dict[str, int]:
    """slot_id -> places, for the slots to which staff have given a capacity of their own."""
    query = select(SlotRow.slot_id, SlotRow.own_capacity).where(
        SlotRow.hall_code == hall_code,
        SlotRow.own_capacity.is_not(None),
        SlotRow.starts_at >= since,
        SlotRow.starts_at <= until,
    )
    return {slot_id: own for slot_id, own in await session.execute(query) if own is not None}


async def taken_places(
    session: AsyncSession, hall_code: str, service_code: str, *, since: datetime, until: datetime, now: datetime
) -> dict[str, int]:
    """slot_id -> places that are really taken: reservations past their time do not count."""
    overdue = (
        select(func.count())
        .where(
            AppointmentRow.slot_id == SlotRow.slot_id,
            AppointmentRow.state == "reserved",
            AppointmentRow.expires_at <= now,
        )
        .scalar_subquery()
    )
    query = select(SlotRow.slot_id, SlotRow.taken - overdue).where(
        SlotRow.hall_code == hall_code,
        SlotRow.service_code == service_code,
        SlotRow.starts_at >= since,
        SlotRow.starts_at < until,
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def ensure_slot(session: AsyncSession, values: dict[str, Any]) -> None:
    """Makes the slot's counter where it is missing."""
    await session.execute(insert(SlotRow).values(taken=0, **values).on_conflict_do_nothing())


async def lock_appointments(
    session: AsyncSession,
    *,
    now: datetime,
    code: str | None = None,
    slot_id: str | None = None,
    person_mark: bytes | None = None,
) -> Sequence[AppointmentRow]:
    """Locks the appointment `code`, and overdue reservations of the slot or of the person, in the order of codes."""
    overdue = and_(AppointmentRow.state == "reserved", AppointmentRow.expires_at <= now)
    wanted = []
    if code is not None:
        wanted.append(AppointmentRow.code == code)
    if slot_id is not None:
        wanted.append(and_(overdue, AppointmentRow.slot_id == slot_id))
    if person_mark is not None:
        wanted.append(and_(overdue, AppointmentRow.person_mark == person_mark))
    query = select(AppointmentRow).where(or_(*wanted)).order_by(AppointmentRow.code).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def lock_slots(session: AsyncSession, slot_ids: Iterable[str]) -> None:
    query = select(SlotRow.slot_id).where(SlotRow.slot_id.in_(set(slot_ids))).order_by(SlotRow.slot_id)
    await session.execute(query.with_for_update())


async def take_place(session: AsyncSession, slot_id: str, capacity: int) -> bool:
    """Takes one place if one is left by today's rules, or by the slot's own; False when the slot is full."""
    places = func.coalesce(SlotRow.own_capacity, capacity)
    query = (
        update(SlotRow)
        .where(SlotRow.slot_id == slot_id, SlotRow.taken < places)
        .values(taken=SlotRow.taken + 1, capacity=places)
        .returning(SlotRow.slot_id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(query)).first() is not None


async def free_places(session: AsyncSession, slot_id: str, count: int) -> None:
    query = update(SlotRow).where(SlotRow.slot_id == slot_id).values(taken=SlotRow.taken - count)
    await session.execute(query.execution_options(synchronize_session=False))


async def is_booked(
    session: AsyncSession, person_mark: bytes, service_code: str, day: date, *, besides: str = ""
) -> bool:
    """Has the person an active appointment of that service and day, `besides` aside?"""
    query = select(AppointmentRow.code).where(
        AppointmentRow.person_mark == person_mark,
        AppointmentRow.service_code == service_code,
        AppointmentRow.day == day,
        AppointmentRow.state.in_(ACTIVE),
        AppointmentRow.code != besides,
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def person_mark_of(session: AsyncSession, code: str) -> bytes | None:
    """Whose appointment it is; that never changes, so no lock is needed."""
    return (await session.scalars(select(AppointmentRow.person_mark).where(AppointmentRow.code == code))).first()


async def insert_appointment(session: AsyncSession, values: dict[str, Any]) -> bool:
    """False when the code is used already, or the person has just got another appointment for service and day."""
    query = insert(AppointmentRow).values(**values).on_conflict_do_nothing().returning(AppointmentRow.code)
    return (await session.execute(query)).first() is not None


def full() -> Select[Full]:
    """Appointments with all that belongs to them."""
    return (
        select(AppointmentRow, SlotRow, HallRow, HallServiceRow)
        .join(SlotRow, SlotRow.slot_id == AppointmentRow.slot_id)
        .join(HallRow, HallRow.hall_code == SlotRow.hall_code)
        .join(
            HallServiceRow,
            and_(
                HallServiceRow.hall_code == SlotRow.hall_code,
                HallServiceRow.service_code == SlotRow.service_code,
            ),
        )
    )


async def appointment(session: AsyncSession, code: str) -> Row[Full] | None:
    return (await session.execute(full().where(AppointmentRow.code == code))).first()


async def appointments_of(session: AsyncSession, citizen_id: UUID, limit: int) -> Sequence[Row[Full]]:
    """A citizen's appointments, latest slots first."""
    query = full().where(AppointmentRow.citizen_id == citizen_id)
    return (await session.execute(query.order_by(SlotRow.starts_at.desc(), AppointmentRow.code).limit(limit))).all()


async def appointments_at(
    session: AsyncSession, hall_code: str, day: date, service_code: str | None
) -> Sequence[Row[Full]]:
    """A hall's appointments of one day in the order of their slots."""
    query = full().where(SlotRow.hall_code == hall_code, AppointmentRow.day == day)
    if service_code:
        query = query.where(SlotRow.service_code == service_code)
    return (await session.execute(query.order_by(SlotRow.starts_at, AppointmentRow.created_at))).all()


async def appointments_in(session: AsyncSession, slot_ids: Collection[str]) -> Sequence[Row[Full]]:
    """The appointments of these slots by time."""
    query = full().where(AppointmentRow.slot_id.in_(slot_ids)).order_by(SlotRow.starts_at, AppointmentRow.code)
    return (await session.execute(query)).all()


async def overdue_slots(session: AsyncSession, now: datetime, limit: int) -> Sequence[str]:
    """Slots in which reservations are overdue."""
    query = select(AppointmentRow.slot_id).where(AppointmentRow.state == "reserved", AppointmentRow.expires_at <= now)
    return (await session.scalars(query.distinct().limit(limit))).all()


async def request_of(session: AsyncSession, citizen_id: UUID, key: str) -> RequestRow | None:
    return await session.get(RequestRow, (citizen_id, key), populate_existing=True)


async def claim_request(session: AsyncSession, citizen_id: UUID, key: str, mark: bytes, now: datetime) -> bool:
    """Enters the key; waits while another transaction is about to; False when it is there already."""
    query = (
        insert(RequestRow)
        .values(citizen_id=citizen_id, key=key, request_mark=mark, answer=None, created_at=now)
        .on_conflict_do_nothing()
        .returning(RequestRow.key)
    )
    return (await session.execute(query)).first() is not None


async def answer_request(session: AsyncSession, citizen_id: UUID, key: str, answer: dict[str, Any]) -> None:
    query = update(RequestRow).where(RequestRow.citizen_id == citizen_id, RequestRow.key == key)
    await session.execute(query.values(answer=answer))


async def forget_requests(session: AsyncSession, before: datetime) -> int:
    """Removes keys that nobody can still be retrying."""
    query = delete(RequestRow).where(RequestRow.created_at < before).returning(RequestRow.key)
    return len((await session.execute(query)).all())


async def forget_citizen(session: AsyncSession, citizen_id: UUID) -> None:
    """Takes the citizen's contact out; the hall keeps the appointments."""
    await session.execute(delete(RequestRow).where(RequestRow.citizen_id == citizen_id))
    mine = select(AppointmentRow).where(AppointmentRow.citizen_id == citizen_id).order_by(AppointmentRow.code)
    for row in await session.scalars(mine.with_for_update().execution_options(populate_existing=True)):
        row.citizen_id = None
