"""What happens to an appointment at the hall? The desk calls, finishes, notes who did not come, and sees who comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import structlog

from services.appointments import reminders, repository, timetable
from services.appointments.errors import WrongState
from services.appointments.models import AppointmentRow, SlotRow
from services.appointments.person import person_in
from services.appointments.rules import State
from services.appointments.types import Appointment, Person
from services.appointments.views import appointment_view
from services.clock import Clock, local
from services.crypto import Cipher
from services.db import Sessions
from services.errors import NotFound

log = structlog.stdlib.get_logger(__name__)


class Desk:
    """The hall's side of appointments. Every act may be repeated and then changes nothing."""

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

    async def call(self, code: str, staff: str) -> Appointment:
        """The citizen is called, on the appointment's day; raises NotFound, WrongState."""
        return await self._move(code, staff, "called", _may_be_called)

    async def finish(self, code: str, staff: str) -> Appointment:
        """The matter is done; raises NotFound, WrongState."""
        return await self._move(code, staff, "finished", _may_be_finished)

    async def miss(self, code: str, staff: str) -> Appointment:
        """The citizen did not come; raises NotFound, WrongState."""
        return await self._move(code, staff, "missed", _may_be_missed)

    async def reveal(self, code: str, staff: str) -> Person:
        """The person in clear, for a named clerk; raises NotFound, SealBroken."""
        async with self._sessions() as session:
            row = await session.get(AppointmentRow, code.upper())
        if row is None:
            raise NotFound("code: no such appointment")
        log.info("appointment.revealed", slot_id=row.slot_id, staff=staff)
        return person_in(self._cipher, row.code, row.person_sealed)

    async def _move(
        self, code: str, staff: str, target: State, allowed: Callable[[AppointmentRow, SlotRow, datetime], bool]
    ) -> Appointment:
        async with self._sessions.begin() as session:
            now = self._clock.now()
            row = await session.get(AppointmentRow, code.upper(), with_for_update=True)
            if row is None:
                raise NotFound("code: no such appointment")
            if row.state != target:
                if not allowed(row, await session.get_one(SlotRow, row.slot_id), now):
                    raise WrongState(f"the appointment is {row.state} and cannot become {target} now")
                row.state, row.changed_at = target, now
                await reminders.drop(session, row.code)
                log.info(f"appointment.{target}", slot_id=row.slot_id, staff=staff)
            full = await repository.appointment(session, row.code)
            if full is None:
                raise NotFound("code: no such appointment")
            return appointment_view(full, now)


def _may_be_called(row: AppointmentRow, slot: SlotRow, now: datetime) -> bool:
    return row.state == "confirmed" and row.day == local(now).date()


def _may_be_finished(row: AppointmentRow, slot: SlotRow, now: datetime) -> bool:
    return row.state == "called"


def _may_be_missed(row: AppointmentRow, slot: SlotRow, now: datetime) -> bool:
    return row.state == "called" or (row.state == "confirmed" and slot.starts_at <= now)
