"""Which tables do appointments have?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.appointments.rules import ACTIVE, STATES, State
from services.db import Base

ACTIVE_ONLY = f"state IN ({', '.join(repr(state) for state in ACTIVE)})"


class HallRow(Base):
    """A hall with its opening hours by weekday."""

    __tablename__ = "appointment_halls"

    hall_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    district: Mapped[str]
    area_code: Mapped[str]
    address: Mapped[str]
    phone: Mapped[str]
    hours_text: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    #: {"mon": ["09:00-12:00", ...], ...}
    opening: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: Who of the staff has set the hours: no import changes them any more.
    opening_set_by: Mapped[str | None]


class HallServiceRow(Base):
    """A service that a hall offers, or offered when `offered` is false."""

    __tablename__ = "appointment_hall_services"
    __table_args__ = (
        CheckConstraint("slot_minutes BETWEEN 5 AND 480", name="slot_minutes"),
        CheckConstraint("capacity BETWEEN 1 AND 1000", name="capacity"),
    )

    hall_code: Mapped[str] = mapped_column(ForeignKey("appointment_halls.hall_code"), primary_key=True)
    service_code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    slot_minutes: Mapped[int]
    #: Places in one slot.
    capacity: Mapped[int]
    #: Who of the staff has set the capacity: no import changes it any more.
    capacity_set_by: Mapped[str | None]
    offered: Mapped[bool]


class HolidayRow(Base):
    """A day that does not follow its weekday."""

    __tablename__ = "appointment_holidays"
    __table_args__ = (CheckConstraint("as_weekday BETWEEN 0 AND 6", name="as_weekday"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    closed: Mapped[bool]
    as_weekday: Mapped[int] = mapped_column(SmallInteger)
    #: Who of the staff has set or removed it: no import changes it any more.
    set_by: Mapped[str | None]
    #: The day follows its weekday after all.
    removed: Mapped[bool] = mapped_column(default=False, server_default=false())


class SlotRow(Base):
    """The counter of one slot: made when somebody first wants a place in it; the check is the guarantee."""

    __tablename__ = "appointment_slots"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= capacity", name="taken"),
        CheckConstraint("own_capacity BETWEEN 0 AND 1000", name="own_capacity"),
        ForeignKeyConstraint(
            ["hall_code", "service_code"],
            ["appointment_hall_services.hall_code", "appointment_hall_services.service_code"],
        ),
        Index(None, "hall_code", "service_code", "starts_at"),
    )

    slot_id: Mapped[str] = mapped_column(primary_key=True)
    hall_code: Mapped[str]
    service_code: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int]
    taken: Mapped[int]
    #: Places that staff have given this slot; None: as many as the service's others.
    own_capacity: Mapped[int | None]


class AppointmentRow(Base):
    """An appointment; the person in it is sealed, and known again by a keyed fingerprint of the ID number."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
        CheckConstraint("(state = 'reserved') = (expires_at IS NOT NULL)", name="expires_at"),
        Index(
            "uq_appointments_person_service_day",
            "person_mark",
            "service_code",
            "day",
            unique=True,
            postgresql_where=text(ACTIVE_ONLY),
        ),
        Index(None, "slot_id"),
        Index(None, "citizen_id"),
        Index("ix_appointments_day", "day", "state"),
        Index("ix_appointments_person_mark", "person_mark"),
        Index("ix_appointments_mobile_masked", "mobile_masked"),
        Index("ix_appointments_call_key", "call_key", unique=True),
        Index("ix_appointments_reserved_expires_at", "expires_at", postgresql_where=text("state = 'reserved'")),
    )

    #: What the citizen shows at the desk.
    code: Mapped[str] = mapped_column(primary_key=True)
    #: None once the citizen has left the channel: the hall still expects the person.
    citizen_id: Mapped[UUID | None]
    slot_id: Mapped[str] = mapped_column(ForeignKey("appointment_slots.slot_id"))
    service_code: Mapped[str]
    #: The slot's day in the city.
    day: Mapped[date]
    state: Mapped[State] = mapped_column(String)
    expires_at: Mapped[datetime | None]
    person_mark: Mapped[bytes] = mapped_column(LargeBinary)
    person_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    name_masked: Mapped[str]
    id_masked: Mapped[str]
    mobile_masked: Mapped[str]
    #: When the person came to the hall.
    arrived_at: Mapped[datetime | None]
    #: By which request it was called as the next: the same request again calls nobody else.
    call_key: Mapped[UUID | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class RequestRow(Base):
    """An Idempotency-Key of a citizen, and the answer that it got."""

    __tablename__ = "appointment_requests"
    __table_args__ = (Index(None, "created_at"),)

    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    #: Keyed fingerprint of the request.
    request_mark: Mapped[bytes] = mapped_column(LargeBinary)
    #: The masked answer; null only inside the transaction that makes it.
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime]


class ReminderRow(Base):
    """The reminder of one appointment at one time: an appointment that moves gets another one."""

    __tablename__ = "appointment_reminders"
    __table_args__ = (
        UniqueConstraint("code", "slot_id"),
        Index("ix_appointment_reminders_due_at", "due_at", postgresql_where=text("delivered_at IS NULL")),
        Index(None, "citizen_id"),
    )

    news_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(ForeignKey("appointments.code"))
    slot_id: Mapped[str]
    citizen_id: Mapped[UUID]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class CancellationRow(Base):
    """Why a hall has taken an appointment back; its citizen is told once."""

    __tablename__ = "appointment_cancellations"
    __table_args__ = (
        Index("ix_appointment_cancellations_news_id", "news_id", unique=True),
        Index("ix_appointment_cancellations_citizen_id", "citizen_id"),
        Index("ix_appointment_cancellations_untold", "cancelled_at", postgresql_where=text("told_at IS NULL")),
    )

    code: Mapped[str] = mapped_column(ForeignKey("appointments.code"), primary_key=True)
    news_id: Mapped[UUID]
    #: None: there is nobody to tell.
    citizen_id: Mapped[UUID | None]
    reason: Mapped[str]
    cancelled_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
