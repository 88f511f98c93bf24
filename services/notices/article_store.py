"""What does the platform keep of our covers and articles? Which worker uploads, and which draft is whose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from services.clock import Clock
from services.db import Sessions
from services.notices.article_models import CoverRow, DraftRow, MaterialRow
from services.notices.pictures import Format
from services.notices.values import ChunkKey

#: As long as an upload takes at its slowest; of two that go on all the same, one picture is never shown.
UPLOAD = timedelta(seconds=30)
#: A draft older than this was sent (and its removal not written down), or is not wanted any more.
DRAFT_STAYS = timedelta(days=1)
TIDIED_AT_ONCE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """A cover on the platform: there under `media_id`, being uploaded by somebody, or `ours` to upload."""

    state: Literal["there", "busy", "ours"]
    media_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """A picture to upload."""

    content: bytes
    format: Format


class ArticleStore:
    """The rows of one account."""

    def __init__(self, *, sessions: Sessions, clock: Clock, account: str) -> None:
        self._sessions = sessions
        self._clock = clock
        self._account = account

    # -- covers

    async def material(self, cover: str) -> Material:
        """Where the cover is; whoever is told `ours` uploads it, and nobody else for a while."""
        now = self._clock.now()
        claim = insert(MaterialRow).values(account=self._account, cover=cover, claimed_until=now + UPLOAD)
        claim = claim.on_conflict_do_update(
            index_elements=["account", "cover"],
            set_={"claimed_until": claim.excluded.claimed_until},
            where=MaterialRow.media_id.is_(None) & (MaterialRow.claimed_until <= now),
        )
        async with self._sessions.begin() as session:
            row = await session.get(MaterialRow, (self._account, cover))
            if row is not None and row.media_id:
                return Material(state="there", media_id=row.media_id)
            ours = await session.scalar(claim.returning(MaterialRow.cover))
        return Material(state="busy" if ours is None else "ours")

    async def cover(self, cover: str) -> Cover:
        """The picture itself."""
        async with self._sessions() as session:
            row = await session.get_one(CoverRow, cover)
            return Cover(content=row.content, format=cast("Format", row.format))

    async def keep_material(self, cover: str, media_id: str) -> None:
        """It was uploaded; of two at once (a worker that came back late) the first counts."""
        await self._update_material(cover, None, media_id)

    async def lose_material(self, cover: str, media_id: str) -> None:
        """The platform does not have it any more: it is to be uploaded again."""
        await self._update_material(cover, media_id, None)

    async def give_up(self, cover: str) -> None:
        """It was not uploaded: the next one may try at once."""
        await self._update_material(cover, None, None)

    async def _update_material(self, cover: str, before: str | None, after: str | None) -> None:
        change = (
            update(MaterialRow)
            .where(MaterialRow.account == self._account, MaterialRow.cover == cover)
            .where(MaterialRow.media_id.is_(None) if before is None else MaterialRow.media_id == before)
            .values(media_id=after, claimed_until=self._clock.now())
        )
        async with self._sessions.begin() as session:
            await session.execute(change)

    # -- drafts

    async def draft(self, key: ChunkKey) -> str | None:
        """The draft that an earlier attempt made for this chunk."""
        query = (
            select(DraftRow.media_id)
            .where(DraftRow.account == self._account, DraftRow.notice_id == key.notice_id)
            .where(DraftRow.version == key.version, DraftRow.chunk == key.chunk)
            .order_by(DraftRow.made_at.desc())
            .limit(1)
        )
        async with self._sessions() as session:
            found: str | None = await session.scalar(query)
            return found

    async def keep_draft(self, key: ChunkKey, media_id: str) -> None:
        """It lies in the draft box."""
        row = {"notice_id": key.notice_id, "version": key.version, "chunk": key.chunk, "made_at": self._clock.now()}
        draft = insert(DraftRow).values(account=self._account, media_id=media_id, **row)
        async with self._sessions.begin() as session:
            await session.execute(draft.on_conflict_do_nothing())

    async def forget_draft(self, media_id: str) -> None:
        """It lies there no more."""
        gone = delete(DraftRow).where(DraftRow.account == self._account, DraftRow.media_id == media_id)
        async with self._sessions.begin() as session:
            await session.execute(gone)

    async def old_drafts(self) -> list[str]:
        """Drafts that nobody will send any more, the oldest first."""
        query = (
            select(DraftRow.media_id)
            .where(DraftRow.account == self._account, DraftRow.made_at < self._too_old())
            .order_by(DraftRow.made_at)
            .limit(TIDIED_AT_ONCE)
        )
        async with self._sessions() as session:
            return list(await session.scalars(query))

    def _too_old(self) -> datetime:
        return self._clock.now() - DRAFT_STAYS
