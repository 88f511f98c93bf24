"""What happens to an appointment at the hall? The desk notes who has come, calls, finishes, misses, cancels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import structlog
from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments import cancellations, desk_repository, reminders, repository, texts, timetable
from services.appointments.desk_repository import Wanted
from services.appointments.errors import AlreadyBooked, WrongState
from services.appointments.models import AppointmentRow, CancellationRow, SlotRow
from services.appointments.person import person_in, sought
from services.appointments.repository import Full
from services.appointments.rules import ACTIVE, State
from services.appointments.types import Appointment, Person
from services.appointments.views import appointment_view, current_state
from services.audit.trail import Actor, Subject, record
from services.clock import Clock, local
from services.crypto import Cipher
from services.db import Sessions
from services.errors import NotFound

log = structlog.stdlib.get_logger(__name__)

#: How many appointments of one person are shown.
FOUND = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskAppointment:
    """An appointment with what the hall alone knows of it."""

    appointment: Appointment
    arrived_at: datetime | None
    changed_at: datetime
    #: Can the citizen still be told anything?
    reachable: bool

    @property
    def waits(self) -> bool:
        """Has the person come and not been called?"""
        return self.appointment.state == "confirmed" and self.arrived_at is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Cancelled:
    """Why the hall has taken an appointment back."""

    reason: str
    at: datetime
    #: When the citizen's message was handed over; None: not yet, or there is nobody to tell.
    told_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Move:
    """To which state, and from where that is allowed."""

    target: State
    allowed: Callable[[AppointmentRow, SlotRow, datetime], bool]


class Desk:
    """The hall's side of appointments. Every act may be repeated and then changes nothing; every change is audited."""

    def __init__(self, *, sessions: Sessions, clock: Clock, cipher: Cipher) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher

    async def day(self, hall_code: str, day: date, service_code: str | None = None) -> list[Appointment]:
        """A hall's appointments of one day by time; raises NotFound."""
        async with self._sessions() as session:
            await timetable.hall(session, hall_code)
            rows = await repository.appointments_at(session, hall_code, day, service_code)
        now = self._clock.now()
        return [appointment_view(row, now) for row in rows]

    async def page(self, wanted: Wanted) -> Sequence[DeskAppointment]:
        """Some of a hall's day, by time."""
        now = self._clock.now()
        async with self._sessions() as session:
            rows = await desk_repository.page(session, wanted, now)
        return [_desk_view(row, now) for row in rows]

    async def counts(self, hall_code: str, day: date, service_code: str = "") -> dict[str, int]:
        """State -> how many of the day; who has come and waits counts as `arrived`."""
        async with self._sessions() as session:
            return await desk_repository.counts(session, hall_code, day, service_code)

    async def waiting(self) -> int:
        """How many have come today and wait to be called, in all halls."""
        async with self._sessions() as session:
            return await desk_repository.arrived_on(session, local(self._clock.now()).date())

    async def next(self, hall_code: str, service_code: str = "") -> DeskAppointment | None:
        """Who would be called next today."""
        now = self._clock.now()
        async with self._sessions() as session:
            codes = await desk_repository.queue(
                session, hall_code, service_code, day=local(now).date(), now=now, limit=1
            )
            row = await repository.appointment(session, codes[0]) if codes else None
        return _desk_view(row, now) if row is not None else None

    async def one(self, code: str) -> tuple[DeskAppointment, Cancelled | None]:
        """One appointment; raises NotFound."""
        now = self._clock.now()
        async with self._sessions() as session:
            row = await repository.appointment(session, code.upper())
            cancelled = await cancellations.of(session, code.upper())
        if row is None:
            raise NotFound("code: no such appointment")
        return _desk_view(row, now), _cancelled(cancelled) if cancelled is not None else None

    async def find(self, text: str) -> Sequence[DeskAppointment] | None:
        """A person's appointments by code, ID number or mobile, the latest first; None: it is none of these."""
        by = sought(self._cipher, text)
        if by is None:
            return None
        now = self._clock.now()
        async with self._sessions() as session:
            rows = await desk_repository.find(
                session, code=by.code, person_mark=by.person_mark, mobile_masked=by.mobile_masked, limit=FOUND
            )
        return [_desk_view(row, now) for row in rows]

    async def arrive(self, code: str, actor: Actor) -> Appointment:
        """The person has come, on the appointment's day; raises NotFound, WrongState."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await _locked(session, code)
            if row.arrived_at is None:
                if not _may_be_called(row, await session.get_one(SlotRow, row.slot_id), now):
                    raise WrongState(f"the appointment is {row.state} and nobody can arrive for it now")
                row.arrived_at = now
                record(session, actor, "appointments.arrived", _subject(row.code), now=now)
            return await _view(session, row.code, now)

    async def call(self, code: str, actor: Actor) -> Appointment:
        """The citizen is called, on the appointment's day; raises NotFound, WrongState."""
        return await self._move(code, actor, CALLED)

    async def call_next(self, hall_code: str, service_code: str, *, key: UUID, actor: Actor) -> Appointment | None:
        """Calls who is next today; the same `key` again gives the same one. None: nobody waits. Raises NotFound."""
        now = self._clock.now()
        today = local(now).date()
        async with self._sessions.begin() as session:
            # Calls of one hall one after the other: two clerks never call the same person.
            if await desk_repository.lock_hall(session, hall_code) is None:
                raise NotFound("hall_code: no such hall")
            if (done := await desk_repository.called_by(session, key)) is not None:
                return await _view(session, done, now)
            while codes := await desk_repository.queue(session, hall_code, service_code, day=today, now=now, limit=1):
                row = await _locked(session, codes[0])
                if row.state == "confirmed":  # not called by itself, nor cancelled, while the lock was waited for
                    row.call_key = key
                    return await _moved(session, row, actor, CALLED, now)
        return None

    async def finish(self, code: str, actor: Actor) -> Appointment:
        """The matter is done; raises NotFound, WrongState."""
        return await self._move(code, actor, FINISHED)

    async def miss(self, code: str, actor: Actor) -> Appointment:
        """The citizen did not come; raises NotFound, WrongState."""
        return await self._move(code, actor, MISSED)

    async def put_back(self, code: str, actor: Actor) -> Appointment:
        """Called or missed by mistake: waits again, on the same day; raises NotFound, WrongState, AlreadyBooked."""
        try:
            return await self._move(code, actor, PUT_BACK)
        except IntegrityError as error:  # the person has booked once more for this day meanwhile
            raise AlreadyBooked() from error

    async def cancel(self, code: str, actor: Actor, reason: str) -> Appointment:
        """The hall takes the appointment back and the citizen is told why; raises NotFound, WrongState."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await _locked(session, code)
            state = current_state(row, now)
            if state != "cancelled":
                if state not in ACTIVE or row.day < local(now).date():
                    raise WrongState(f"the appointment is {state} and cannot be cancelled now")
                row.state, row.expires_at, row.changed_at = "cancelled", None, now
                await repository.free_places(session, row.slot_id, 1)
                await reminders.drop(session, row.code)
                cancellations.enter(session, row, reason=reason, now=now)
                _note(session, actor, row, before=state, reason=reason, now=now)
                log.info("appointment.cancelled", slot_id=row.slot_id, staff=actor.login)
            return await _view(session, row.code, now)

    async def reveal(self, code: str, actor: Actor, reason: str = "") -> Person:
        """The person in clear, for a named clerk; raises NotFound, SealBroken."""
        async with self._sessions.begin() as session:
            row = await session.get(AppointmentRow, code.upper())
            if row is None:
                raise NotFound("code: no such appointment")
            person = person_in(self._cipher, row.code, row.person_sealed)
            now = self._clock.now()
            record(session, actor, "appointments.revealed", _subject(row.code), now=now, reason=reason)
        log.info("appointment.revealed", slot_id=row.slot_id, staff=actor.login)
        return person

    async def _move(self, code: str, actor: Actor, move: _Move) -> Appointment:
        async with self._sessions.begin() as session:
            return await _moved(session, await _locked(session, code), actor, move, self._clock.now())


async def _locked(session: AsyncSession, code: str) -> AppointmentRow:
    row = await session.get(AppointmentRow, code.upper(), with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("code: no such appointment")
    return row


async def _moved(session: AsyncSession, row: AppointmentRow, actor: Actor, move: _Move, now: datetime) -> Appointment:
    if row.state != move.target:
        if not move.allowed(row, await session.get_one(SlotRow, row.slot_id), now):
            raise WrongState(f"the appointment is {row.state} and cannot become {move.target} now")
        before, row.state, row.changed_at = row.state, move.target, now
        if move.target == "confirmed":
            # Who is called anew gets a call of its own.
            row.call_key = None
        await session.flush()
        await reminders.drop(session, row.code)
        _note(session, actor, row, before=before, now=now)
        log.info(f"appointment.{move.target}", slot_id=row.slot_id, staff=actor.login)
    return await _view(session, row.code, now)


def _note(
    session: AsyncSession, actor: Actor, row: AppointmentRow, *, before: State, now: datetime, reason: str = ""
) -> None:
    # Back to `confirmed` leads only what was called or missed by mistake.
    action = "appointments.put_back" if row.state == "confirmed" else f"appointments.{row.state}"
    names = texts.STATE_NAMES
    old, new = {"state": names[before]}, {"state": names[row.state], "slot": row.slot_id}
    record(session, actor, action, _subject(row.code), now=now, before=old, after=new, reason=reason)


def _subject(code: str) -> Subject:
    return Subject(kind="appointment", id=code)


async def _view(session: AsyncSession, code: str, now: datetime) -> Appointment:
    full = await repository.appointment(session, code)
    if full is None:
        raise NotFound("code: no such appointment")
    return appointment_view(full, now)


def _desk_view(row: Row[Full], now: datetime) -> DeskAppointment:
    kept = row[0]
    return DeskAppointment(
        appointment=appointment_view(row, now),
        arrived_at=kept.arrived_at,
        changed_at=kept.changed_at,
        reachable=kept.citizen_id is not None,
    )


def _cancelled(row: CancellationRow) -> Cancelled:
    return Cancelled(reason=row.reason, at=row.cancelled_at, told_at=row.told_at)


def _may_be_called(row: AppointmentRow, slot: SlotRow, now: datetime) -> bool:
    return row.state == "confirmed" and row.day == local(now).date()


def _may_be_finished(row: AppointmentRow, slot: SlotRow, now: datetime) -> bool:
    return row.state == "called"


def _may_be_missed(row: AppointmentRow, slot: SlotRow, now: datetime) -> bool:
    return row.state == "called" or (row.state == "confirmed" and slot.starts_at <= now)


def _may_be_put_back(row: AppointmentRow, slot: SlotRow, now: datetime) -> bool:
    return row.state in ("called", "missed") and row.day == local(now).date()


CALLED = _Move(target="called", allowed=_may_be_called)
FINISHED = _Move(target="finished", allowed=_may_be_finished)
MISSED = _Move(target="missed", allowed=_may_be_missed)
PUT_BACK = _Move(target="confirmed", allowed=_may_be_put_back)
