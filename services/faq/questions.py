"""Which questions that nobody could answer are deleted? Those that nobody asks any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select

from services.db import Sessions
from services.faq.models import PromiseRow, UnansweredRow

PURGE_STEP = 1000


class QuestionHistory:
    """Questions of long ago, as citizens wrote them."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def purge(self, before: datetime) -> int:
        """Deletes one step of what was last asked before that time; gives the number. What somebody still waits for
        stays."""
        awaited = exists().where(PromiseRow.asked == UnansweredRow.asked, PromiseRow.answered_at.is_(None))
        old = select(UnansweredRow.asked).where(UnansweredRow.last_asked_at < before, ~awaited).limit(PURGE_STEP)
        gone = delete(UnansweredRow).where(UnansweredRow.asked.in_(old.with_for_update(skip_locked=True)))
        async with self._sessions.begin() as session:
            return len((await session.scalars(gone.returning(UnansweredRow.asked))).all())
