"""How is written down, counted and listed who was told which answer? SQL only; the caller commits.

A reply that failed in its first part has told nobody anything: those are left out, by the bot's outbox, which is only
read here (decision 30). Where the outbox has forgotten a reply, it counts as told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faq.models import RecallRow, ToldRow

PURGE_STEP = 500
ARRIVED = """t.entry_id = :entry_id AND NOT EXISTS (SELECT 1 FROM outbox o
        WHERE o.message_id = t.message_id AND o.position = 0 AND o.state = 'failed')"""
VERSIONS = """
    SELECT t.written_at, v.version, count(*) AS times, count(DISTINCT t.citizen_id) AS citizens,
        min(t.told_at) AS first_at, max(t.told_at) AS last_at
    FROM faq_told t LEFT JOIN faq_versions v ON v.entry_id = t.entry_id AND v.at = t.written_at
        AND v.change <> 'withdrawn'
    WHERE {conditions} GROUP BY t.written_at, v.version ORDER BY min(t.told_at) DESC
"""
CITIZENS = "SELECT DISTINCT t.citizen_id FROM faq_told t WHERE {conditions} ORDER BY 1"
COUNT = "SELECT count(DISTINCT t.citizen_id) FROM faq_told t WHERE {conditions}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Which tellings of an entry are meant; None asks for nothing."""

    since: datetime | None = None
    until: datetime | None = None
    #: Only of the answer that was written at this instant.
    written_at: datetime | None = None


async def add(
    session: AsyncSession, message_id: UUID, citizen_id: UUID, told: Sequence[tuple[str, datetime | None]], at: datetime
) -> None:
    """Writes down that the message tells these entries; again changes nothing."""
    rows = [
        {"message_id": message_id, "citizen_id": citizen_id, "entry_id": entry, "written_at": written, "told_at": at}
        for entry, written in told
    ]
    await session.execute(insert(ToldRow).on_conflict_do_nothing(), rows)


async def versions(session: AsyncSession, entry_id: str, span: Span) -> Sequence[Any]:
    """Tellings by what was told, the latest first."""
    query, values = _query(VERSIONS, entry_id, span)
    return (await session.execute(text(query), values)).all()


async def citizens(session: AsyncSession, entry_id: str, span: Span) -> Sequence[UUID]:
    """Whom, each once."""
    query, values = _query(CITIZENS, entry_id, span)
    return (await session.scalars(text(query), values)).all()


async def count_citizens(session: AsyncSession, entry_id: str, span: Span) -> int:
    query, values = _query(COUNT, entry_id, span)
    return int((await session.scalars(text(query), values)).one())


def _query(query: str, entry_id: str, span: Span) -> tuple[str, dict[str, object]]:
    """SQL made of constants only; what was asked for goes in as values."""
    conditions, values = ARRIVED, dict[str, object](entry_id=entry_id)
    for name, condition in (
        ("since", "t.told_at >= :since"),
        ("until", "t.told_at <= :until"),
        ("written_at", "t.written_at = :written_at"),
    ):
        value = getattr(span, name)
        if value is not None:
            conditions += f" AND {condition}"
            values[name] = value
    return query.format(conditions=conditions), values


async def recalls(session: AsyncSession, entry_id: str) -> Sequence[RecallRow]:
    """Corrections of the entry, the latest first."""
    query = select(RecallRow).where(RecallRow.entry_id == entry_id).order_by(RecallRow.notice.desc())
    return (await session.scalars(query.limit(50))).all()


async def forget_citizen(session: AsyncSession, citizen_id: UUID) -> None:
    await session.execute(delete(ToldRow).where(ToldRow.citizen_id == citizen_id))


async def purge(session: AsyncSession, before: datetime) -> int:
    """Deletes one step of what was told before that time; gives the number."""
    old = select(ToldRow.message_id, ToldRow.entry_id).where(ToldRow.told_at < before).limit(PURGE_STEP)
    keys = (await session.execute(old.with_for_update(skip_locked=True))).all()
    gone = delete(ToldRow).where(ToldRow.message_id.in_([key.message_id for key in keys]), ToldRow.told_at < before)
    return len((await session.scalars(gone.returning(ToldRow.message_id))).all())
