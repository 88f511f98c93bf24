"""What does a personalised notice say to each of these citizens? Filled when it is sent, so that it is true then."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.db import Sessions
from services.notices import repository
from services.notices.audience import Audience, Whom
from services.notices.filled import Filled, fill
from services.notices.genuine import normal
from services.notices.models import FillingRow, NoticeRow, RecipientRow, VersionRow
from services.notices.values import ChunkKey, Content


class FillingService:
    """Fills places, and keeps what stood there."""

    def __init__(self, *, sessions: Sessions, audience: Audience) -> None:
        self._sessions = sessions
        self._audience = audience

    async def of(self, content: Content, citizens: Sequence[UUID]) -> Mapping[UUID, Filled]:
        """An approved version as each of these citizens gets it, or why they cannot."""
        async with self._sessions() as session:
            notice = await session.get_one(NoticeRow, content.notice_id)
            version = await session.get_one(VersionRow, (content.notice_id, content.version))
            whom = repository.whom_of(notice, version)
        return await self.filled(content, citizens, whom)

    async def filled(self, content: Content, citizens: Sequence[UUID], whom: Whom) -> Mapping[UUID, Filled]:
        """The same for content that nobody approved yet."""
        values = await self._audience.values(citizens, whom)
        return {citizen: fill(content, values.get(citizen, {})) for citizen in citizens}

    @staticmethod
    async def erase_citizen(session: AsyncSession, citizen_id: UUID) -> None:
        """Forgets what lists say of a citizen and what was put into notices, in the caller's transaction."""
        await session.execute(delete(FillingRow).where(FillingRow.citizen_id == citizen_id))
        told = (RecipientRow.citizen_id == citizen_id) & (RecipientRow.columns != {})
        await session.execute(update(RecipientRow).where(told).values(columns={}))


async def keep(session: AsyncSession, key: ChunkKey, filled: Mapping[UUID, Mapping[str, str]]) -> None:
    """Writes down what stands at the places for each citizen; what the last attempt said replaces it."""
    if not filled:
        return
    rows = [
        {
            "notice_id": key.notice_id,
            "version": key.version,
            "citizen_id": citizen,
            "values": dict(values),
            "digest": digest(key.notice_id, key.version, values),
        }
        for citizen, values in sorted(filled.items())
    ]
    row = insert(FillingRow).values(rows)
    changed = {"values": row.excluded["values"], "digest": row.excluded.digest}
    await session.execute(
        row.on_conflict_do_update(index_elements=["notice_id", "version", "citizen_id"], set_=changed)
    )


async def anybody_got(session: AsyncSession, notice_id: UUID, version: int, values: Mapping[str, str]) -> bool:
    """Was that version attempted for somebody with these values (in their normal form or as they are)?"""
    query = select(FillingRow.citizen_id).where(FillingRow.digest == digest(notice_id, version, values)).limit(1)
    return (await session.scalars(query)).first() is not None


def digest(notice_id: UUID, version: int, values: Mapping[str, str]) -> bytes:
    """Names a version and what was filled in, whatever copying made of the characters."""
    parts = [str(notice_id), str(version), *(f"{name}\0{normal(values[name])}" for name in sorted(values))]
    return hashlib.sha256("\0\0".join(parts).encode()).digest()
