"""What happens in the transaction that gives, moves or takes back a place? Locks in one order, then the change."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments import reminders, repository
from services.appointments.errors import AlreadyBooked, ReservationExpired, SlotFull, TooLate, WrongState
from services.appointments.models import AppointmentRow, SlotRow
from services.appointments.person import Applicant
from services.appointments.rules import held_until, make_code
from services.appointments.timetable import Plan
from services.appointments.types import Appointment
from services.appointments.views import appointment_view, current_state
from services.crypto import Cipher
from services.errors import NotFound, Unavailable

CODE_TRIES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Who wants which place, and for how long it is held."""

    citizen_id: UUID
    applicant: Applicant
    plan: Plan
    hold_seconds: int


async def reserve(session: AsyncSession, cipher: Cipher, wish: Wish, now: datetime) -> Appointment:
    """Takes a place for a person; raises AlreadyBooked, SlotFull."""
    slot_id, key = str(wish.plan.key), wish.plan.key
    mark = wish.applicant.mark(cipher)
    overdue = await repository.lock_appointments(session, now=now, slot_id=slot_id, person_mark=mark)
    await repository.lock_slots(session, {slot_id, *(row.slot_id for row in overdue)})
    await expire(session, overdue, now)
    if await repository.is_booked(session, mark, key.service_code, key.day):
        raise AlreadyBooked()
    if not await repository.take_place(session, slot_id, wish.plan.capacity):
        raise SlotFull()
    return await view(session, await _insert(session, cipher, wish, mark, now), now)


async def _insert(session: AsyncSession, cipher: Cipher, wish: Wish, mark: bytes, now: datetime) -> str:
    """Gives the new appointment's code."""
    key = wish.plan.key
    values = {
        "citizen_id": wish.citizen_id,
        "slot_id": str(key),
        "service_code": key.service_code,
        "day": key.day,
        "state": "reserved",
        "expires_at": held_until(now, wish.plan.starts_at, wish.hold_seconds),
        "person_mark": mark,
        "created_at": now,
        "changed_at": now,
        **wish.applicant.masked(),
    }
    for _ in range(CODE_TRIES):
        code = make_code(secrets.choice)
        sealed = wish.applicant.sealed(cipher, code)
        if await repository.insert_appointment(session, {"code": code, "person_sealed": sealed, **values}):
            return code
        if await repository.is_booked(session, mark, key.service_code, key.day):
            raise AlreadyBooked()
    raise Unavailable("no free appointment code was found")


async def confirm(session: AsyncSession, code: str, citizen_id: UUID, now: datetime) -> Appointment:
    """Raises NotFound, ReservationExpired, WrongState."""
    row, slot = await _own(session, await repository.lock_appointments(session, now=now, code=code), code, citizen_id)
    state = current_state(row, now)
    if state == "expired":
        raise ReservationExpired()
    if state == "reserved":
        row.state, row.expires_at, row.changed_at = "confirmed", None, now
        await reminders.plan(session, row, slot.starts_at, now)
    elif state != "confirmed":
        raise WrongState(f"the appointment is {state}")
    return await view(session, row.code, now)


async def cancel(session: AsyncSession, code: str, citizen_id: UUID, now: datetime) -> Appointment:
    """Raises NotFound, ReservationExpired, TooLate."""
    row, slot = await _own(session, await repository.lock_appointments(session, now=now, code=code), code, citizen_id)
    if row.state != "cancelled":
        _check_movable(row, slot, now)
        row.state, row.expires_at, row.changed_at = "cancelled", None, now
        await repository.free_places(session, row.slot_id, 1)
        await reminders.drop(session, row.code)
    return await view(session, row.code, now)


async def change(session: AsyncSession, code: str, citizen_id: UUID, plan: Plan, now: datetime) -> Appointment:
    """Raises NotFound, ReservationExpired, WrongState, TooLate, SlotFull, AlreadyBooked; then the old slot stays."""
    new_id, key = str(plan.key), plan.key
    mark = await repository.person_mark_of(session, code)
    locked = await repository.lock_appointments(session, now=now, code=code, slot_id=new_id, person_mark=mark)
    row, slot = await _own(session, locked, code, citizen_id)
    _check_movable(row, slot, now)
    if row.slot_id == new_id:
        return await view(session, row.code, now)
    await repository.lock_slots(session, {new_id, *(one.slot_id for one in locked)})
    await expire(session, (one for one in locked if one is not row), now)
    if await repository.is_booked(session, row.person_mark, key.service_code, key.day, besides=code):
        raise AlreadyBooked()
    if not await repository.take_place(session, new_id, plan.capacity):
        raise SlotFull()
    await repository.free_places(session, row.slot_id, 1)
    row.slot_id, row.service_code, row.day, row.changed_at = new_id, key.service_code, key.day, now
    if row.expires_at is not None:
        row.expires_at = min(row.expires_at, plan.starts_at)
    await _flush_move(session)
    await reminders.drop(session, row.code)
    if row.state == "confirmed":
        await reminders.plan(session, row, plan.starts_at, now)
    return await view(session, row.code, now)


async def _flush_move(session: AsyncSession) -> None:
    """The unique index finds what another transaction has booked since `is_booked` looked; nothing else can break."""
    try:
        await session.flush()
    except IntegrityError as error:
        raise AlreadyBooked() from error


async def expire_slot(session: AsyncSession, slot_id: str, now: datetime) -> int:
    """Expires the slot's overdue reservations; gives how many."""
    overdue = await repository.lock_appointments(session, now=now, slot_id=slot_id)
    await repository.lock_slots(session, [slot_id])
    await expire(session, overdue, now)
    return len(overdue)


async def expire(session: AsyncSession, overdue: Iterable[AppointmentRow], now: datetime) -> None:
    """Frees the places of overdue reservations; rows and slots are locked already."""
    places: Counter[str] = Counter()
    for row in overdue:
        row.state, row.expires_at, row.changed_at = "expired", None, now
        places[row.slot_id] += 1
    for slot_id, count in places.items():
        await repository.free_places(session, slot_id, count)


async def view(session: AsyncSession, code: str, now: datetime) -> Appointment:
    """Raises NotFound."""
    row = await repository.appointment(session, code)
    if row is None:
        raise NotFound("code: no such appointment")
    return appointment_view(row, now)


async def _own(
    session: AsyncSession, locked: Sequence[AppointmentRow], code: str, citizen_id: UUID
) -> tuple[AppointmentRow, SlotRow]:
    """The citizen's appointment among the locked rows, with its slot; another's is as unknown as none."""
    for row in locked:
        if row.code == code and row.citizen_id == citizen_id:
            return row, await session.get_one(SlotRow, row.slot_id)
    raise NotFound("code: no such appointment")


def _check_movable(row: AppointmentRow, slot: SlotRow, now: datetime) -> None:
    """Raises what forbids to cancel or change."""
    state = current_state(row, now)
    if state == "expired":
        raise ReservationExpired()
    if state == "cancelled":
        raise WrongState("the appointment is cancelled")
    if state not in {"reserved", "confirmed"} or slot.starts_at <= now:
        raise TooLate()
