"""How are subjects, subscriptions and leavers read and written? SQL only."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.subscriptions.models import LeaverRow, SubjectRow, SubscriptionRow

ORDER = (SubjectRow.kind.desc(), SubjectRow.position, SubjectRow.code)


async def lock_citizen(session: AsyncSession, citizen_id: UUID) -> None:
    """One change of a citizen's subscriptions at a time; ends with the transaction."""
    digest = hashlib.sha256(b"subscriptions" + citizen_id.bytes).digest()
    await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], "big", signed=True))))


async def offered(session: AsyncSession) -> Sequence[SubjectRow]:
    """Topics first, then districts, each as the city orders them."""
    return (await session.scalars(select(SubjectRow).where(SubjectRow.offered).order_by(*ORDER))).all()


async def followed(session: AsyncSession, citizen_id: UUID) -> Sequence[SubjectRow]:
    query = select(SubjectRow).join(SubscriptionRow).where(SubscriptionRow.citizen_id == citizen_id)
    return (await session.scalars(query.order_by(*ORDER))).all()


async def left_at(session: AsyncSession, citizen_id: UUID) -> datetime | None:
    leaver = await session.get(LeaverRow, citizen_id)
    return None if leaver is None else leaver.left_at


async def subscribe(session: AsyncSession, citizen_id: UUID, code: str, now: datetime) -> None:
    query = insert(SubscriptionRow).values(citizen_id=citizen_id, code=code, created_at=now)
    await session.execute(query.on_conflict_do_nothing())


async def unsubscribe(session: AsyncSession, citizen_id: UUID, code: str) -> None:
    await session.execute(delete(SubscriptionRow).filter_by(citizen_id=citizen_id, code=code))


async def unsubscribe_all(session: AsyncSession, citizen_id: UUID) -> None:
    await session.execute(delete(SubscriptionRow).filter_by(citizen_id=citizen_id))


async def leave(session: AsyncSession, citizen_id: UUID, now: datetime) -> None:
    await session.execute(insert(LeaverRow).values(citizen_id=citizen_id, left_at=now).on_conflict_do_nothing())


async def come_back(session: AsyncSession, citizen_id: UUID) -> None:
    await session.execute(delete(LeaverRow).filter_by(citizen_id=citizen_id))


async def missing(session: AsyncSession, codes: Collection[str]) -> Sequence[SubjectRow]:
    """Offered subjects that are not among these."""
    query = select(SubjectRow).where(SubjectRow.offered, SubjectRow.code.not_in(codes)).order_by(*ORDER)
    return (await session.scalars(query)).all()


async def figures(session: AsyncSession) -> Sequence[Row[Any]]:
    """Every subject, offered or not, with the number of its followers."""
    query = (
        select(SubjectRow, func.count(SubscriptionRow.citizen_id))
        .outerjoin(SubscriptionRow)
        .group_by(SubjectRow.code)
        .order_by(*ORDER)
    )
    return (await session.execute(query)).all()


async def count_leavers(session: AsyncSession) -> int:
    return (await session.scalars(select(func.count()).select_from(LeaverRow))).one()
