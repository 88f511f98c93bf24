"""What goes in and out of the appointments API?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from services.appointments.rules import State

#: A hall's or a service's code.
Code = Annotated[str, Meta(pattern="^[A-Z0-9]{1,12}$", examples=["JB"])]
SlotId = Annotated[str, Meta(min_length=1, max_length=48, examples=["JB-HJ-20261124-0900"])]
ShortText = Annotated[str, Meta(min_length=1, max_length=64)]
#: Digits as people type them, with blanks and full-width forms.
TypedNumber = Annotated[str, Meta(min_length=1, max_length=64)]
Staff = Annotated[str, Meta(min_length=1, max_length=64)]


class ServiceName(Struct, frozen=True, kw_only=True):
    """A service that can be booked."""

    service_code: str
    name: str


class Hall(Struct, frozen=True, kw_only=True):
    """A hall and what can be booked there."""

    hall_code: str
    name: str
    district: str
    area_code: str
    address: str
    phone: str
    hours_text: str
    latitude: float | None
    longitude: float | None
    services: list[ServiceName]


class HallsQuery(Struct, frozen=True, kw_only=True):
    #: Name or area code.
    district: Annotated[str, Meta(max_length=32)] | None = None
    service_code: Code | None = None


class DaysQuery(Struct, frozen=True, kw_only=True):
    hall_code: Code
    service_code: Code
    #: Default: today.
    from_: date | None = msgspec.field(default=None, name="from")
    days: Annotated[int, Meta(ge=1, le=31)] = 14


class Day(Struct, frozen=True, kw_only=True):
    """A day at a hall: is it open, how many places are left?"""

    date: date
    open: bool
    #: Why it cannot be booked, for citizens; "" when it is open.
    closed_reason: str
    free: int


class SlotsQuery(Struct, frozen=True, kw_only=True):
    hall_code: Code
    service_code: Code
    date: date


class Slot(Struct, frozen=True, kw_only=True):
    """A time at a hall with some places."""

    slot_id: str
    hall_code: str
    service_code: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int


class Reservation(Struct, frozen=True, kw_only=True):
    """Who wants which slot."""

    slot_id: SlotId
    citizen_id: UUID
    applicant_name: ShortText
    id_number: TypedNumber
    mobile: TypedNumber


class CitizenOnly(Struct, frozen=True, kw_only=True):
    citizen_id: UUID


class Change(Struct, frozen=True, kw_only=True):
    citizen_id: UUID
    slot_id: SlotId


class DeskAct(Struct, frozen=True, kw_only=True):
    """A clerk's act at the desk."""

    staff: Staff


class DeskQuery(Struct, frozen=True, kw_only=True):
    hall_code: Code
    date: date
    service_code: Code | None = None


class Appointment(Struct, frozen=True, kw_only=True):
    """An appointment as its citizen and the desk see it: the person is masked."""

    code: str
    state: State
    hall_code: str
    hall_name: str
    address: str
    service_code: str
    service_name: str
    slot_id: str
    starts_at: datetime
    ends_at: datetime
    #: Until when a reservation waits for its confirmation.
    expires_at: datetime | None
    applicant_name: str
    id_masked: str
    mobile_masked: str


class Person(Struct, frozen=True, kw_only=True):
    """Who comes, in clear: for the desk only."""

    applicant_name: str
    id_number: str
    mobile: str


class ReminderNews(Struct, frozen=True, kw_only=True):
    """The day-before reminder of one appointment, ready to be told."""

    news_id: UUID
    citizen_id: UUID
    code: str
    hall_name: str
    address: str
    service_name: str
    starts_at: datetime
    ends_at: datetime


class CancellationNews(Struct, frozen=True, kw_only=True):
    """A hall has taken an appointment back: what to tell its citizen."""

    news_id: UUID
    citizen_id: UUID
    code: str
    hall_name: str
    address: str
    phone: str
    service_name: str
    starts_at: datetime
    ends_at: datetime
    reason: str
