"""How does a citizen get an appointment, keep it, move it and give it back?

reserve -> reserved --confirm--> confirmed --call--> called --finish--> finished
              | (time over)          |                  |
           expired           cancelled or missed      missed

A slot's counter row guards its capacity. An overdue reservation gives its place back to whoever asks next.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments import booking, cancellations, desk_repository, reminders, repository, requests, timetable
from services.appointments.desk import Desk
from services.appointments.hall_rules import HallRules
from services.appointments.person import applicant_of
from services.appointments.timetable import Plan
from services.appointments.types import (
    Appointment,
    CancellationNews,
    Change,
    Day,
    Hall,
    ReminderNews,
    Reservation,
    ServiceName,
    Slot,
)
from services.appointments.views import appointment_view, upcoming_first
from services.clock import Clock, local
from services.crypto import Cipher, load_cipher
from services.db import Sessions
from services.errors import BadRequest, NotFound
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
#: Appointments of past days that are noted as missed at once.
TICK_MISSED = 1000


class AppointmentService:
    """Appointments: what citizens do, what the desk does (`desk`, `hall_rules`), what ticks do."""

    def __init__(self, *, sessions: Sessions, clock: Clock, cipher: Cipher, reservation_seconds: int) -> None:
        self._sessions = sessions
        self._clock = clock
        self._cipher = cipher
        self._reservation_seconds = reservation_seconds
        self.desk = Desk(sessions=sessions, clock=clock, cipher=cipher)
        self.hall_rules = HallRules(sessions=sessions, clock=clock)

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

        async def act(session: AsyncSession, plan: Plan) -> Appointment:
            place = booking.Wish(
                citizen_id=wish.citizen_id, applicant=applicant, plan=plan, hold_seconds=self._reservation_seconds
            )
            return await booking.reserve(session, self._cipher, place, self._clock.now())

        answer = await self._once("reserve", wish, key, act)
        log.info("appointment.reserved", slot_id=answer.slot_id)
        return answer

    async def confirm(self, code: str, citizen_id: UUID) -> Appointment:
        """Makes a reservation final; again changes nothing. Raises NotFound, ReservationExpired, WrongState."""
        async with self._sessions.begin() as session:
            return await booking.confirm(session, code.upper(), citizen_id, self._clock.now())

    async def cancel(self, code: str, citizen_id: UUID) -> Appointment:
        """Gives the place back; again changes nothing. Raises NotFound, ReservationExpired, TooLate."""
        async with self._sessions.begin() as session:
            return await booking.cancel(session, code.upper(), citizen_id, self._clock.now())

    async def change(self, code: str, wish: Change, key: str) -> Appointment:
        """Moves to another slot, which is taken before the old one is freed: when it is full, the old one stays.

        Raises NotFound, SlotPast, SlotClosed, SlotFull, AlreadyBooked, ReservationExpired, WrongState, TooLate,
        KeyReused.
        """

        async def act(session: AsyncSession, plan: Plan) -> Appointment:
            return await booking.change(session, code.upper(), wish.citizen_id, plan, self._clock.now())

        answer = await self._once(f"change {code.upper()}", wish, key, act)
        log.info("appointment.changed", slot_id=answer.slot_id)
        return answer

    async def _once(
        self,
        operation: str,
        wish: Reservation | Change,
        key: str,
        act: Callable[[AsyncSession, Plan], Awaitable[Appointment]],
    ) -> Appointment:
        """Does `act` for a slot that can be booked, or gives the answer that the same request got before."""
        request = f"{operation}\n{msgspec.json.encode(wish).decode()}"
        mark = self._cipher.fingerprint(request, purpose="request")
        async with self._sessions.begin() as session:
            if (answer := await requests.recorded(session, wish.citizen_id, key, mark)) is not None:
                return answer
            # The slot's counter row is committed here, so that the next transaction only locks and never inserts it.
            plan = await timetable.plan_of(session, wish.slot_id, self._clock.now())
        async with self._sessions.begin() as session:
            return await requests.once(
                session, wish.citizen_id, key=key, mark=mark, now=self._clock.now(), act=lambda: act(session, plan)
            )

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

    async def claim_cancellations(self, limit: int) -> Sequence[CancellationNews]:
        """Leases what halls have taken back: until `mark_cancellation_told` or the lease's end nobody else gets it."""
        async with self._sessions.begin() as session:
            return await cancellations.claim(session, self._clock.now(), limit)

    async def mark_cancellation_told(self, news_id: UUID) -> None:
        """The citizen knows; again changes nothing."""
        async with self._sessions.begin() as session:
            await cancellations.mark_told(session, news_id, self._clock.now())

    async def tick(self) -> int:
        """Cleans up: overdue reservations expire, old keys go, who was not called on a day that is over has missed it.

        Gives how many reservations expired.
        """
        now = self._clock.now()
        async with self._sessions.begin() as session:
            slot_ids = await repository.overdue_slots(session, now, TICK_SLOTS)
            await repository.forget_requests(session, now - REQUESTS_KEPT)
        await self._miss_past(now)
        expired = 0
        for slot_id in slot_ids:
            async with self._sessions.begin() as session:
                expired += await booking.expire_slot(session, slot_id, now)
        if expired:
            log.info("appointment.expired", count=expired)
        return expired

    async def _miss_past(self, now: datetime) -> None:
        missed, more = 0, TICK_MISSED
        while more == TICK_MISSED:
            async with self._sessions.begin() as session:
                more = await desk_repository.miss_past(session, local(now).date(), now, TICK_MISSED)
            missed += more
        if missed:
            log.info("appointment.missed", count=missed)

    @staticmethod
    async def erase_citizen(session: AsyncSession, citizen_id: UUID) -> None:
        """Forgets who to tell, in the caller's transaction; the halls keep the appointments themselves."""
        await repository.forget_citizen(session, citizen_id)
        await reminders.drop_citizen(session, citizen_id)
        await cancellations.drop_citizen(session, citizen_id)
