"""Which notices and runs does a tick look at? SQL only; each question has an index of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notices.models import NoticeRow, RunRow


async def unfrozen_runs(session: AsyncSession, *, repeats_until: datetime) -> Sequence[RunRow]:
    """Runs whose audience is not complete; of recurring notices only those that are due until then."""
    query = (
        select(RunRow)
        .join(NoticeRow, NoticeRow.id == RunRow.notice_id)
        .where(
            RunRow.closed_at.is_(None),
            RunRow.frozen.is_(False),
            RunRow.stopping.is_(False),
            or_(NoticeRow.follows_id.is_(None), NoticeRow.due_at <= repeats_until),
        )
    )
    return (await session.scalars(query)).all()


async def stopping_runs(session: AsyncSession) -> Sequence[RunRow]:
    """Runs whose open rows are being cancelled."""
    query = select(RunRow).where(RunRow.closed_at.is_(None), RunRow.stopping.is_(True))
    return (await session.scalars(query)).all()


async def claim_waiting(session: AsyncSession, now: datetime) -> NoticeRow | None:
    """One notice whose time to be looked at has come, locked; those another tick holds are left to it."""
    query = (
        select(NoticeRow)
        .where(NoticeRow.state.in_(("approved", "due")), NoticeRow.wake_at <= now)
        .order_by(NoticeRow.wake_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).one_or_none()


async def claim_recurring(session: AsyncSession) -> NoticeRow | None:
    """One recurring notice that has begun or is over and has no next one yet, locked; those another tick holds are
    left to it."""
    query = (
        select(NoticeRow)
        .where(
            NoticeRow.recurrence != "",
            NoticeRow.followed.is_(False),
            NoticeRow.state.in_(("sending", "late", "finished", "expired")),
        )
        .order_by(NoticeRow.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).one_or_none()


async def running(session: AsyncSession) -> Sequence[NoticeRow]:
    """Notices being sent, paused, or asking because they are late."""
    query = select(NoticeRow).where(NoticeRow.state.in_(("sending", "paused", "late"))).order_by(NoticeRow.due_at)
    return (await session.scalars(query)).all()
