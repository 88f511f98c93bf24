"""Which citizens are to be reminded, and when? Rows that move with their appointment; SQL only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments.models import AppointmentRow, HallRow, HallServiceRow, ReminderRow, SlotRow
from services.appointments.rules import reminder_due
from services.appointments.types import ReminderNews
from services.clock import CITY_ZONE, local

#: For so long nobody else gets a reminder that somebody has claimed.
LEASE = timedelta(minutes=5)


async def plan(session: AsyncSession, row: AppointmentRow, starts_at: datetime, now: datetime) -> None:
    """Enters the reminder of a confirmed appointment, once; too near an appointment gets none."""
    due_at = reminder_due(starts_at, now, CITY_ZONE)
    if due_at is None or row.citizen_id is None:
        return
    await session.execute(
        insert(ReminderRow)
        .values(news_id=uuid.uuid4(), code=row.code, slot_id=row.slot_id, citizen_id=row.citizen_id, due_at=due_at)
        .on_conflict_do_nothing()
    )


async def drop(session: AsyncSession, code: str) -> None:
    """Takes back what has not been told yet."""
    await session.execute(delete(ReminderRow).where(ReminderRow.code == code, ReminderRow.delivered_at.is_(None)))


async def drop_citizen(session: AsyncSession, citizen_id: UUID) -> None:
    await session.execute(delete(ReminderRow).where(ReminderRow.citizen_id == citizen_id))


async def claim(session: AsyncSession, now: datetime, limit: int) -> Sequence[ReminderNews]:
    """Leases due reminders of appointments that still stand; those that others have claimed are passed over."""
    due = (
        select(ReminderRow.news_id)
        .join(
            AppointmentRow,
            and_(AppointmentRow.code == ReminderRow.code, AppointmentRow.slot_id == ReminderRow.slot_id),
        )
        .join(SlotRow, SlotRow.slot_id == AppointmentRow.slot_id)
        .where(
            ReminderRow.delivered_at.is_(None),
            ReminderRow.due_at <= now,
            or_(ReminderRow.leased_until.is_(None), ReminderRow.leased_until <= now),
            AppointmentRow.state == "confirmed",
            SlotRow.starts_at > now,
        )
        .order_by(ReminderRow.due_at)
        .limit(limit)
        .with_for_update(of=ReminderRow, skip_locked=True)
    )
    claimed = update(ReminderRow).where(ReminderRow.news_id.in_(due)).values(leased_until=now + LEASE)
    news_ids = (
        await session.scalars(claimed.returning(ReminderRow.news_id).execution_options(synchronize_session=False))
    ).all()
    return await _news(session, news_ids)


async def _news(session: AsyncSession, news_ids: Sequence[UUID]) -> Sequence[ReminderNews]:
    query = (
        select(ReminderRow, SlotRow, HallRow, HallServiceRow)
        .join(SlotRow, SlotRow.slot_id == ReminderRow.slot_id)
        .join(HallRow, HallRow.hall_code == SlotRow.hall_code)
        .join(
            HallServiceRow,
            and_(
                HallServiceRow.hall_code == SlotRow.hall_code,
                HallServiceRow.service_code == SlotRow.service_code,
            ),
        )
        .where(ReminderRow.news_id.in_(news_ids))
        .order_by(ReminderRow.due_at)
    )
    return [
        ReminderNews(
            news_id=reminder.news_id,
            citizen_id=reminder.citizen_id,
            code=reminder.code,
            hall_name=hall.name,
            address=hall.address,
            service_name=service.name,
            starts_at=local(slot.starts_at),
            ends_at=local(slot.ends_at),
        )
        for reminder, slot, hall, service in await session.execute(query)
    ]


async def mark_delivered(session: AsyncSession, news_id: UUID, now: datetime) -> None:
    """Settles a reminder; settling it again changes nothing."""
    await session.execute(
        update(ReminderRow)
        .where(ReminderRow.news_id == news_id, ReminderRow.delivered_at.is_(None))
        .values(delivered_at=now, leased_until=None)
    )
