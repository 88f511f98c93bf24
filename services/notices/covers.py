"""How do covers come in? Checked, kept once each, shown again; one that no notice has is deleted after a week."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock
from services.db import Sessions
from services.notices import article_texts, checks, errors
from services.notices.article_models import CoverRow, MaterialRow
from services.notices.models import NoticeRow, VersionRow
from services.notices.pictures import Format, NoPicture, read_picture
from services.notices.results import Cover

#: Days for which a cover that no notice has is kept: somebody may still be writing.
KEPT_DAYS = 7
DELETED_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture as it is shown."""

    content: bytes
    media_type: str


class CoverService:
    """Pictures for news messages."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def add(self, content: bytes, *, staff: str) -> Cover:
        """Keeps a picture; the same one comes under the same id. Raises BadNotice with a sentence that says why not."""
        name = checks.staff_name(staff)
        try:
            picture = read_picture(content)
        except NoPicture as error:
            raise errors.BadNotice(article_texts.no_picture(error)) from error
        values = {
            "id": hashlib.sha256(content).hexdigest(),
            "content": content,
            "format": picture.format,
            "width": picture.width,
            "height": picture.height,
            "added_by": name,
            "added_at": self._clock.now(),
        }
        row = insert(CoverRow).values(values)
        row = row.on_conflict_do_update(index_elements=["id"], set_={"added_at": row.excluded.added_at})
        async with self._sessions.begin() as session:
            await session.execute(row)
        return await self.get(str(values["id"]))

    async def get(self, cover: str) -> Cover:
        """What is known of it; raises CoverNotFound."""
        async with self._sessions() as session:
            row = await _find(session, cover)
            kind = cast("Format", row.format)
            return Cover(id=row.id, format=kind, width=row.width, height=row.height, bytes=len(row.content))

    async def image(self, cover: str) -> Image:
        """The picture itself; raises CoverNotFound."""
        async with self._sessions() as session:
            row = await _find(session, cover)
            return Image(content=row.content, media_type=f"image/{row.format}")

    async def purge(self, before: datetime) -> int:
        """Deletes some of those that no notice has and nobody uploaded since then; how many."""
        used = exists().where(NoticeRow.cover == CoverRow.id) | exists().where(VersionRow.cover == CoverRow.id)
        found = select(CoverRow.id).where(CoverRow.added_at < before, ~used).limit(DELETED_AT_ONCE)
        async with self._sessions.begin() as session:
            ids = list(await session.scalars(found.with_for_update(skip_locked=True)))
            await session.execute(delete(MaterialRow).where(MaterialRow.cover.in_(ids)))
            await session.execute(delete(CoverRow).where(CoverRow.id.in_(ids)))
        return len(ids)


async def check_known(session: AsyncSession, cover: str | None) -> None:
    """Raises BadNotice for a cover that was never uploaded; holds it against deletion."""
    if cover is None:
        return
    # A share lock: a clean-up that runs at the same time passes it over.
    query = select(CoverRow.id).where(CoverRow.id == cover).with_for_update(read=True)
    if await session.scalar(query) is None:
        raise errors.BadNotice(article_texts.unknown_cover())


async def _find(session: AsyncSession, cover: str) -> CoverRow:
    row = await session.get(CoverRow, cover)
    if row is None:
        raise errors.CoverNotFound(article_texts.unknown_cover())
    return row
