"""How is an appointment shown? Masked, in the city's time, in the state it has now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Row

from services.appointments.models import AppointmentRow, HallRow, HallServiceRow, SlotRow
from services.appointments.rules import ACTIVE, State, state_now
from services.appointments.types import Appointment
from services.clock import local


def appointment_view(row: Row[tuple[AppointmentRow, SlotRow, HallRow, HallServiceRow]], now: datetime) -> Appointment:
    """The appointment as everybody outside may see it."""
    appointment, slot, hall, service = row
    state = current_state(appointment, now)
    return Appointment(
        code=appointment.code,
        state=state,
        hall_code=hall.hall_code,
        hall_name=hall.name,
        address=hall.address,
        service_code=service.service_code,
        service_name=service.name,
        slot_id=slot.slot_id,
        starts_at=local(slot.starts_at),
        ends_at=local(slot.ends_at),
        expires_at=local(appointment.expires_at) if state == "reserved" and appointment.expires_at else None,
        applicant_name=appointment.name_masked,
        id_masked=appointment.id_masked,
        mobile_masked=appointment.mobile_masked,
    )


def current_state(appointment: AppointmentRow, now: datetime) -> State:
    """The row's state, overdue reservations as the expired ones they are."""
    return state_now(appointment.state, appointment.expires_at, now)


def upcoming_first(appointments: Iterable[Appointment], now: datetime) -> list[Appointment]:
    """What still lies ahead, the next first; then the rest, the latest first."""
    by_start = sorted(appointments, key=lambda one: one.starts_at)
    ahead = [one for one in by_start if _lies_ahead(one, now)]
    return ahead + [one for one in reversed(by_start) if not _lies_ahead(one, now)]


def _lies_ahead(appointment: Appointment, now: datetime) -> bool:
    return appointment.state in ACTIVE and appointment.ends_at > now
