"""Which citizens have which appointments? Queries that others put into theirs; what halls and services are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, false, func, literal, or_, select, true
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What a rule means; an empty list, or no day, is any."""

    services: Sequence[str]
    halls: Sequence[str]
    first: date | None
    last: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AppointmentFacts:
    """What a notice may say of an appointment to whom has it."""

    service_name: str
    starts_at: datetime
    hall_name: str
    address: str


async def nearest(
    session: AsyncSession, citizens: Sequence[UUID], kinds: Sequence[Kind], now: datetime
) -> Mapping[UUID, AppointmentFacts]:
    """Of each of these citizens the next appointment that one of the rules means; where none is to come, the last."""
    away = func.abs(func.extract("epoch", SlotRow.starts_at - now))
    query = (
        select(AppointmentRow.citizen_id, HallServiceRow.name, SlotRow.starts_at, HallRow.name, HallRow.address)
        .join(SlotRow, SlotRow.slot_id == AppointmentRow.slot_id)
        .join(HallRow, HallRow.hall_code == SlotRow.hall_code)
        .join(
            HallServiceRow,
            and_(
                HallServiceRow.hall_code == SlotRow.hall_code,
                HallServiceRow.service_code == AppointmentRow.service_code,
            ),
        )
        .where(
            AppointmentRow.citizen_id == any_(literal(list(citizens), ARRAY(Uuid))),
            AppointmentRow.state.in_(MADE),
            or_(false(), *map(_is_of, kinds)),
        )
        .distinct(AppointmentRow.citizen_id)
        .order_by(AppointmentRow.citizen_id, SlotRow.starts_at < now, away, AppointmentRow.code)
    )
    return {
        citizen: AppointmentFacts(service_name=service, starts_at=starts_at, hall_name=hall, address=address)
        for citizen, service, starts_at, hall, address in (await session.execute(query)).all()
    }


def _is_of(kind: Kind) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [true()]
    if kind.services:
        conditions.append(AppointmentRow.service_code.in_(kind.services))
    if kind.halls:
        conditions.append(SlotRow.hall_code.in_(kind.halls))
    if kind.first is not None:
        conditions.append(AppointmentRow.day >= kind.first)
    if kind.last is not None:
        conditions.append(AppointmentRow.day <= kind.last)
    return and_(*conditions)
