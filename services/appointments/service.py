"""How does a citizen get an appointment, keep it, move it and give it back?

reserve -> reserved --confirm--> confirmed --call--> called --finish--> finished
              | (time over)          |                  |
           expired           cancelled or missed      missed

A slot's counter row guards its capacity. An overdue reservation gives its place back to whoever asks next.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments import reminders, repository, requests, timetable
from services.appointments.desk import Desk
from services.appointments.errors import AlreadyBooked, ReservationExpired, SlotFull, TooLate, WrongState
from services.appointments.models import AppointmentRow, SlotRow
from services.appointments.person import Applicant, applicant_of
from services.appointments.rules import ACTIVE, held_until, make_code
from services.appointments.timetable import Plan
from services.appointments.types import Appointment, Change, Day, Hall, ReminderNews, Reservation, ServiceName, Slot
from services.appointments.views import appointment_view, current_state, upcoming_first
from services.clock import Clock, local
from services.crypto import Cipher, load_cipher
from services.db import Sessions
from services.errors import BadRequest, NotFound, Unavailable
from services.settings import ServicesSettings

log = structlog.stdlib.get_logger(__name__)

#: How many of a citizen's appointments are listed.
LISTED = 50
#: For so long a repeated request gets its first answer.
REQUESTS_KEPT = timedelta(days=7)
#: Nobody needs to look at days farther away than that.
FARTHEST_DAY = timedelta(days=366)
#: Slots that one tick cleans up.
TICK_SLOTS = 200
CODE_TRIES = 5


class AppointmentService:
    """Appointments: what citizens do, what the desk does (`desk`), what ticks do."""

    def __init__(self, *, sessions: Sessions, clock: Clock, cipher: Cipher, reservation_seconds: int) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._reservation_seconds = reservation_seconds
        self.desk = Desk(sessions=sessions, clock=clock, cipher=cipher)

    @classmethod
    def from_settings(cls, sessions: Sessions, clock: Clock, settings: ServicesSettings) -> AppointmentService:
        """Raises SettingsError when the vault key cannot be used."""
        return cls(
            sessions=sessions,
            clock=clock,
            cipher=load_cipher(settings.vault_key, settings.data_path),
            reservation_seconds=settings.reservation_seconds,
        )

    async def halls(self, *, district: str | None = None, service_code: str | None = None) -> list[Hall]:
        """Halls by area code; `district` is a name or an area code."""
        async with self._sessions() as session:
            return await timetable.halls(session, district, service_code)

    async def hall(self, hall_code: str) -> Hall:
        """Raises NotFound."""
        async with self._sessions() as session:
            return await timetable.hall(session, hall_code)

    async def services(self) -> list[ServiceName]:
        """Every service that some hall offers."""
        async with self._sessions() as session:
            rows = await repository.service_names(session)
        return [ServiceName(service_code=code, name=name) for code, name in rows]

    async def days(self, hall_code: str, service_code: str, first: date | None, count: int) -> list[Day]:
        """`count` days from `first` (default today) on, closed ones with the reason; raises NotFound, BadRequest."""
        now = self._clock.now()
        today = local(now).date()
        first = first or today
        if abs(first - today) > FARTHEST_DAY:
            raise BadRequest("query: from must be within a year from today")
        async with self._sessions() as session:
            return await timetable.days(session, hall_code, service_code, first, count=count, now=now)

    async def slots(self, hall_code: str, service_code: str, day: date) -> list[Slot]:
        """The slots still ahead on that day; raises NotFound."""
        async with self._sessions() as session:
            return await timetable.slots(session, hall_code, service_code, day, self._clock.now())

    async def reserve(self, wish: Reservation, key: str) -> Appointment:
        """Holds a place until it is confirmed; `key` makes a repetition harmless.

        Raises BadIdNumber, BadMobile, NotFound, SlotPast, SlotClosed, SlotFull, AlreadyBooked, KeyReused.
        """
        applicant = applicant_of(wish)
        mark = self._request_mark("reserve", wish)

        async def act(session: AsyncSession) -> Appointment:
            return await self._reserve(session, wish.citizen_id, applicant, plan)

        async with self._sessions.begin() as session:
            if (answer := await requests.recorded(session, wish.citizen_id, key, mark)) is not None:
                return answer
            plan = await timetable.plan_of(session, wish.slot_id, self._clock.now())
        async with self._sessions.begin() as session:
            answer = await requests.once(session, wish.citizen_id, key=key, mark=mark, now=self._clock.now(), act=act)
        log.info("appointment.reserved", slot_id=wish.slot_id)
        return answer

    async def _reserve(self, session: AsyncSession, citizen_id: UUID, applicant: Applicant, plan: Plan) -> Appointment:
        now = self._clock.now()
        slot_id = str(plan.key)
        person_mark = applicant.mark(self._cipher)
        overdue = await repository.lock_appointments(session, now=now, slot_id=slot_id, person_mark=person_mark)
        await repository.lock_slots(session, {slot_id, *(row.slot_id for row in overdue)})
        await self._expire(session, overdue, now)
        service_code, day = plan.key.service_code, plan.key.day
        if await repository.active_code_of(session, person_mark, service_code, day):
            raise AlreadyBooked()
        if not await repository.take_place(session, slot_id, plan.capacity):
            raise SlotFull()
        values = {
            "citizen_id": citizen_id,
            "slot_id": slot_id,
            "service_code": service_code,
            "day": day,
            "state": "reserved",
            "expires_at": held_until(now, plan.starts_at, self._reservation_seconds),
            "person_mark": person_mark,
            "created_at": now,
            "changed_at": now,
            **applicant.masked(),
        }
        for _ in range(CODE_TRIES):
            code = make_code(secrets.choice)
            sealed = applicant.sealed(self._cipher, code)
            if await repository.insert_appointment(session, {"code": code, "person_sealed": sealed, **values}):
                return await self._view(session, code, now)
            if await repository.active_code_of(session, person_mark, service_code, day):
                raise AlreadyBooked()
        raise Unavailable("no free appointment code was found")

    async def confirm(self, code: str, citizen_id: UUID) -> Appointment:
        """Makes a reservation final; again changes nothing. Raises NotFound, ReservationExpired, WrongState."""
        async with self._sessions.begin() as session:
            now = self._clock.now()
            row, slot = await self._own(session, await self._locked(session, code, now), code, citizen_id)
            state = current_state(row, now)
            if state == "expired":
                raise ReservationExpired()
            if state == "reserved":
                row.state, row.expires_at, row.changed_at = "confirmed", None, now
                await reminders.plan(session, row, slot.starts_at, now)
            elif state != "confirmed":
                raise WrongState(f"the appointment is {state}")
            return await self._view(session, row.code, now)

    async def cancel(self, code: str, citizen_id: UUID) -> Appointment:
        """Gives the place back; again changes nothing. Raises NotFound, ReservationExpired, TooLate."""
        async with self._sessions.begin() as session:
            now = self._clock.now()
            row, slot = await self._own(session, await self._locked(session, code, now), code, citizen_id)
            if row.state != "cancelled":
                _check_movable(row, slot, now)
                row.state, row.expires_at, row.changed_at = "cancelled", None, now
                await repository.free_places(session, row.slot_id, 1)
                await reminders.drop(session, row.code)
            return await self._view(session, row.code, now)

    async def change(self, code: str, wish: Change, key: str) -> Appointment:
        """Moves to another slot, which is taken before the old one is freed: when it is full, the old one stays.

        Raises NotFound, SlotPast, SlotClosed, SlotFull, AlreadyBooked, ReservationExpired, TooLate, KeyReused.
        """
        mark = self._request_mark(f"change {code.upper()}", wish)

        async def act(session: AsyncSession) -> Appointment:
            return await self._change(session, code, wish.citizen_id, plan)

        async with self._sessions.begin() as session:
            if (answer := await requests.recorded(session, wish.citizen_id, key, mark)) is not None:
                return answer
            plan = await timetable.plan_of(session, wish.slot_id, self._clock.now())
        async with self._sessions.begin() as session:
            answer = await requests.once(session, wish.citizen_id, key=key, mark=mark, now=self._clock.now(), act=act)
        log.info("appointment.changed", slot_id=wish.slot_id)
        return answer

    async def _change(self, session: AsyncSession, code: str, citizen_id: UUID, plan: Plan) -> Appointment:
        now = self._clock.now()
        new_id = str(plan.key)
        locked = await self._locked(session, code, now, slot_id=new_id)
        row, slot = await self._own(session, locked, code, citizen_id)
        _check_movable(row, slot, now)
        if row.slot_id == new_id:
            return await self._view(session, row.code, now)
        await repository.lock_slots(session, {new_id, *(one.slot_id for one in locked)})
        await self._expire(session, (one for one in locked if one is not row), now)
        if not await repository.take_place(session, new_id, plan.capacity):
            raise SlotFull()
        await repository.free_places(session, row.slot_id, 1)
        row.slot_id, row.service_code, row.day, row.changed_at = new_id, plan.key.service_code, plan.key.day, now
        if row.expires_at is not None:
            row.expires_at = min(row.expires_at, plan.starts_at)
        await _flush(session)
        await reminders.drop(session, row.code)
        if row.state == "confirmed":
            await reminders.plan(session, row, plan.starts_at, now)
        return await self._view(session, row.code, now)

    async def appointment(self, code: str, citizen_id: UUID) -> Appointment:
        """One of the citizen's appointments; raises NotFound, also for another citizen's."""
        async with self._sessions() as session:
            row = await repository.appointment(session, code.upper())
        if row is None or row[0].citizen_id != citizen_id:
            raise NotFound("code: no such appointment")
        return appointment_view(row, self._clock.now())

    async def appointments_of(self, citizen_id: UUID) -> list[Appointment]:
        """The citizen's appointments: those ahead first, then the rest."""
        async with self._sessions() as session:
            rows = await repository.appointments_of(session, citizen_id, LISTED)
        now = self._clock.now()
        return upcoming_first((appointment_view(row, now) for row in rows), now)

    async def claim_due_reminders(self, limit: int) -> Sequence[ReminderNews]:
        """Leases reminders that are due: until `mark_delivered` or the lease's end nobody else gets them."""
        async with self._sessions.begin() as session:
            return await reminders.claim(session, self._clock.now(), limit)

    async def mark_delivered(self, news_id: UUID) -> None:
        """The reminder needs no more telling; again changes nothing."""
        async with self._sessions.begin() as session:
            await reminders.mark_delivered(session, news_id, self._clock.now())

    async def tick(self) -> int:
        """Cleans up: overdue reservations become expired ones, old keys go. Gives how many reservations expired."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            slot_ids = await repository.overdue_slots(session, now, TICK_SLOTS)
            await repository.forget_requests(session, now - REQUESTS_KEPT)
        expired = 0
        for slot_id in slot_ids:
            async with self._sessions.begin() as session:
                overdue = await repository.lock_appointments(session, now=now, slot_id=slot_id)
                await repository.lock_slots(session, [slot_id])
                await self._expire(session, overdue, now)
            expired += len(overdue)
        if expired:
            log.info("appointment.expired", count=expired)
        return expired

    @staticmethod
    async def erase_citizen(session: AsyncSession, citizen_id: UUID) -> None:
        """Forgets who to tell, in the caller's transaction; the halls keep the appointments themselves."""
        await reminders.drop_citizen(session, citizen_id)
        await repository.forget_citizen(session, citizen_id)

    def _request_mark(self, operation: str, body: msgspec.Struct) -> bytes:
        return self._cipher.fingerprint(f"{operation}\n{msgspec.json.encode(body).decode()}", purpose="request")

    async def _locked(
        self, session: AsyncSession, code: str, now: datetime, *, slot_id: str | None = None
    ) -> Sequence[AppointmentRow]:
        return await repository.lock_appointments(session, now=now, code=code.upper(), slot_id=slot_id)

    async def _own(
        self, session: AsyncSession, locked: Sequence[AppointmentRow], code: str, citizen_id: UUID
    ) -> tuple[AppointmentRow, SlotRow]:
        """The citizen's appointment among the locked rows, with its slot; another's is as unknown as none."""
        for row in locked:
            if row.code == code.upper() and row.citizen_id == citizen_id:
                return row, await session.get_one(SlotRow, row.slot_id)
        raise NotFound("code: no such appointment")

    async def _expire(self, session: AsyncSession, overdue: Iterable[AppointmentRow], now: datetime) -> None:
        """Frees the places of overdue reservations; rows and slots are locked already."""
        places: Counter[str] = Counter()
        for row in overdue:
            row.state, row.expires_at, row.changed_at = "expired", None, now
            places[row.slot_id] += 1
        for slot_id, count in places.items():
            await repository.free_places(session, slot_id, count)

    async def _view(self, session: AsyncSession, code: str, now: datetime) -> Appointment:
        row = await repository.appointment(session, code)
        if row is None:
            raise NotFound("code: no such appointment")
        return appointment_view(row, now)


def _check_movable(row: AppointmentRow, slot: SlotRow, now: datetime) -> None:
    """Raises what forbids to cancel or change."""
    state = current_state(row, now)
    if state == "expired":
        raise ReservationExpired()
    if state == "cancelled":
        raise WrongState("the appointment is cancelled")
    if state not in ACTIVE or state == "called" or slot.starts_at <= now:
        raise TooLate()


async def _flush(session: AsyncSession) -> None:
    """Writes a moved appointment; raises AlreadyBooked when the person has one there."""
    try:
        await session.flush()
    except IntegrityError as error:
        raise AlreadyBooked() from error
