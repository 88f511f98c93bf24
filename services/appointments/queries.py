"""Which citizens have which appointments? Queries that others put into theirs; what halls and services are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments.models import AppointmentRow, HallRow, HallServiceRow, SlotRow

#: Held for a moment by somebody who is still filling in a form: no appointment yet.
MADE = ("confirmed", "called", "finished")


def expected(
    *, services: Sequence[str], halls: Sequence[str], first: date | None, last: date | None
) -> Select[tuple[UUID]]:
    """Who has or had an appointment for these services, in these halls, on these days; an empty list is any."""
    query = select(AppointmentRow.citizen_id.label("citizen_id")).where(
        AppointmentRow.citizen_id.is_not(None), AppointmentRow.state.in_(MADE)
    )
    if services:
        query = query.where(AppointmentRow.service_code.in_(services))
    if halls:
        query = query.join(SlotRow, SlotRow.slot_id == AppointmentRow.slot_id).where(SlotRow.hall_code.in_(halls))
    if first is not None:
        query = query.where(AppointmentRow.day >= first)
    return query.where(AppointmentRow.day <= last) if last is not None else query  # type: ignore[return-value]


async def names(session: AsyncSession) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Code -> name of the services that are offered, and of the halls."""
    offered = select(HallServiceRow.service_code, HallServiceRow.name).where(HallServiceRow.offered)
    services = await session.execute(offered.distinct().order_by(HallServiceRow.name))
    halls = await session.execute(select(HallRow.hall_code, HallRow.name).order_by(HallRow.area_code))
    return {row.service_code: row.name for row in services}, {row.hall_code: row.name for row in halls}
