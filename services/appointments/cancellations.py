"""Which appointments has a hall taken back, why, and who has still to be told? SQL only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.appointments.models import AppointmentRow, CancellationRow, HallRow, HallServiceRow, SlotRow
from services.appointments.types import CancellationNews
from services.clock import local

#: For so long nobody else gets the news that somebody has claimed.
LEASE = timedelta(minutes=5)


def enter(session: AsyncSession, row: AppointmentRow, *, reason: str, now: datetime) -> None:
    """Notes why, and that the citizen is to be told where there still is one to tell."""
    session.add(
        CancellationRow(code=row.code, news_id=uuid.uuid4(), citizen_id=row.citizen_id, reason=reason, cancelled_at=now)
    )


async def of(session: AsyncSession, code: str) -> CancellationRow | None:
    """None where the hall has not cancelled it."""
    return await session.get(CancellationRow, code)


async def claim(session: AsyncSession, now: datetime, limit: int) -> Sequence[CancellationNews]:
    """Leases what is still to be told, oldest first; what others have claimed is passed over."""
    waiting = (
        select(CancellationRow.code)
        .where(
            CancellationRow.told_at.is_(None),
            CancellationRow.citizen_id.is_not(None),
            or_(CancellationRow.leased_until.is_(None), CancellationRow.leased_until <= now),
        )
        .order_by(CancellationRow.cancelled_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = update(CancellationRow).where(CancellationRow.code.in_(waiting)).values(leased_until=now + LEASE)
    codes = await session.scalars(claimed.returning(CancellationRow.code).execution_options(synchronize_session=False))
    return await _news(session, codes.all())


async def _news(session: AsyncSession, codes: Sequence[str]) -> Sequence[CancellationNews]:
    query = (
        select(CancellationRow, SlotRow, HallRow, HallServiceRow)
        .join(AppointmentRow, AppointmentRow.code == CancellationRow.code)
        .join(SlotRow, SlotRow.slot_id == AppointmentRow.slot_id)
        .join(HallRow, HallRow.hall_code == SlotRow.hall_code)
        .join(
            HallServiceRow,
            and_(
                HallServiceRow.hall_code == SlotRow.hall_code,
                HallServiceRow.service_code == SlotRow.service_code,
            ),
        )
        .where(CancellationRow.code.in_(codes))
        .order_by(CancellationRow.cancelled_at)
    )
    return [
        CancellationNews(
            news_id=row.news_id,
            citizen_id=row.citizen_id,
            code=row.code,
            hall_name=hall.name,
            address=hall.address,
            phone=hall.phone,
            service_name=service.name,
            starts_at=local(slot.starts_at),
            ends_at=local(slot.ends_at),
            reason=row.reason,
        )
        for row, slot, hall, service in await session.execute(query)
        if row.citizen_id is not None
    ]


async def mark_told(session: AsyncSession, news_id: UUID, now: datetime) -> None:
    """Settles it; settling it again changes nothing."""
    await session.execute(
        update(CancellationRow)
        .where(CancellationRow.news_id == news_id, CancellationRow.told_at.is_(None))
        .values(told_at=now, leased_until=None)
    )


async def drop_citizen(session: AsyncSession, citizen_id: UUID) -> None:
    """Nobody is told any more; the hall keeps its reason."""
    await session.execute(
        update(CancellationRow).where(CancellationRow.citizen_id == citizen_id).values(citizen_id=None)
    )
