"""What was told of cases for so long that it is deleted?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from services.db import Sessions
from services.progress.models import NewsRow

PURGE_STEP = 1000


class CaseNewsHistory:
    """News that was delivered long ago; the cases and their steps stay."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def purge(self, before: datetime) -> int:
        """Deletes one step of the news delivered before that time; gives the number."""
        old = select(NewsRow.news_id).where(NewsRow.delivered_at < before).limit(PURGE_STEP)
        gone = delete(NewsRow).where(NewsRow.news_id.in_(old.with_for_update(skip_locked=True)))
        async with self._sessions.begin() as session:
            return len((await session.scalars(gone.returning(NewsRow.news_id))).all())
