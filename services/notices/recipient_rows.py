"""Who stands on a notice's own list, and what does it say of them? SQL only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.notices.models import RecipientRow

#: What has to be true of the citizen in that column.
Such = Callable[[InstrumentedAttribute[UUID]], ColumnElement[bool]]

#: A notice's own list: citizen -> what the columns of its file say.
Listed = Mapping[UUID, Mapping[str, str]]

COPY_RECIPIENTS = text("""
    INSERT INTO notice_recipients (notice_id, citizen_id, columns)
    SELECT :target, citizen_id, columns FROM notice_recipients WHERE notice_id = :source
""")


async def replace_recipients(session: AsyncSession, notice_id: UUID, listed: Listed) -> None:
    """Writes a notice's own list in the place of the one before."""
    await session.execute(delete(RecipientRow).where(RecipientRow.notice_id == notice_id))
    await add_recipients(session, notice_id, listed)


async def add_recipients(session: AsyncSession, notice_id: UUID, listed: Listed) -> None:
    """Writes a notice's own list."""
    citizens = sorted(listed)
    for start in range(0, len(citizens), 5000):
        rows = [
            {"notice_id": notice_id, "citizen_id": citizen, "columns": dict(listed[citizen])}
            for citizen in citizens[start : start + 5000]
        ]
        await session.execute(insert(RecipientRow), rows)


async def columns_of(session: AsyncSession, notice_id: UUID, citizens: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """What the notice's own list says of these citizens."""
    query = select(RecipientRow.citizen_id, RecipientRow.columns).where(
        RecipientRow.notice_id == notice_id, RecipientRow.citizen_id.in_(citizens)
    )
    return {row.citizen_id: row.columns for row in await session.execute(query)}


async def copy_recipients(session: AsyncSession, source: UUID, target: UUID) -> None:
    """Gives another notice the same list."""
    await session.execute(COPY_RECIPIENTS, {"source": source, "target": target})


async def recipients_after(
    session: AsyncSession, notice_id: UUID, after: UUID | None, limit: int, such: Such | None = None
) -> Sequence[UUID]:
    """The next citizens on a notice's own list (of whom something is true), in order."""
    query = select(RecipientRow.citizen_id).where(RecipientRow.notice_id == notice_id)
    if after is not None:
        query = query.where(RecipientRow.citizen_id > after)
    if such is not None:
        query = query.where(such(RecipientRow.citizen_id))
    return (await session.scalars(query.order_by(RecipientRow.citizen_id).limit(limit))).all()


async def count_recipients(session: AsyncSession, notice_id: UUID, such: Such | None = None) -> int:
    """How long a notice's own list is (of whom something is true); asked when it is written, not while it is sent."""
    query = select(func.count()).select_from(RecipientRow).where(RecipientRow.notice_id == notice_id)
    if such is not None:
        query = query.where(such(RecipientRow.citizen_id))
    return (await session.execute(query)).scalar_one()
