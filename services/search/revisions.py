"""Which revision is a topic at? SQL for the one row that tells."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.search.models import SearchRevision


async def next_revision(session: AsyncSession, topic: str, now: datetime) -> int:
    """Takes the topic's next number; other writers of the topic wait until this transaction ends."""
    first = insert(SearchRevision).values(topic=topic, revision=1, changed_at=now)
    statement = first.on_conflict_do_update(
        index_elements=[SearchRevision.topic],
        set_={"revision": SearchRevision.revision + 1, "changed_at": now},
    ).returning(SearchRevision.revision)
    return (await session.execute(statement)).scalar_one()


async def current_revision(session: AsyncSession, topic: str) -> int:
    """The topic's number; 0 before the first write."""
    found = await session.scalar(select(SearchRevision.revision).where(SearchRevision.topic == topic))
    return found or 0


async def held_revision(session: AsyncSession, topic: str) -> int:
    """The topic's number, which nobody changes before this transaction ends; 0 before the first write."""
    query = select(SearchRevision.revision).where(SearchRevision.topic == topic).with_for_update(read=True)
    return await session.scalar(query) or 0


async def changed_at(session: AsyncSession, topic: str) -> datetime | None:
    """When the topic was last written; None before the first write."""
    found: datetime | None = await session.scalar(
        select(SearchRevision.changed_at).where(SearchRevision.topic == topic)
    )
    return found
