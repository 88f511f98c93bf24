"""How does a recurring notice come again? Each time is a notice of its own, made as soon as the one before begins.

The two people who approved the first time approved its pattern as well: the next time is approved with the same
words, and its audience is frozen shortly before it goes out. Times that a sleeping machine missed are left out.
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock
from services.db import Sessions
from services.notices import recipient_rows, recurrence, repository, texts, ticking
from services.notices.models import NoticeRow, RunRow
from services.notices.rules import SYSTEM

log = structlog.stdlib.get_logger(__name__)

#: What a notice has of its own rather than from the one before.
OWN = frozenset(
    {
        "id",
        "number",
        "state",
        "reason",
        "due_at",
        "expires_at",
        "version",
        "approved_version",
        "late_released",
        "wake_at",
        "follows_id",
        "followed",
        "trial_of",
        "changes",
        "created_at",
        "updated_at",
    }
)


class RepeatingService:
    """The tick's part in recurring notices; any number may tick."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def plan_all(self) -> None:
        """Every recurring notice that has begun, or whose time passed unused, gets its next one."""
        while await self._plan_one():
            pass

    async def _plan_one(self) -> bool:
        async with self._sessions.begin() as session:
            notice = await ticking.claim_recurring(session)
            if notice is None:
                return False
            await plan_next(session, notice, self._clock.now())
        return True


async def plan_next(session: AsyncSession, notice: NoticeRow, now: datetime) -> NoticeRow | None:
    """Makes the notice that follows the locked one, approved by the same people; None where the pattern ends.

    `follows_id` is unique and the notice is locked: there is one next, however many tick.
    """
    notice.followed = True
    pattern, zone = notice.recurrence, notice.recurrence_zone
    due_at = recurrence.next_after(pattern, zone, max(now, notice.due_at), ends_at=notice.recurrence_ends_at)
    if due_at is None:
        repository.change(session, notice, at=now, by=SYSTEM, action="series_over", to=notice.state)
        return None
    copied = {
        column.key: getattr(notice, column.key) for column in NoticeRow.__table__.columns if column.key not in OWN
    }
    following = NoticeRow(
        **copied,
        id=uuid4(),
        state="draft",
        due_at=due_at,
        expires_at=None if notice.expires_at is None else notice.expires_at + (due_at - notice.due_at),
        version=1,
        approved_version=1,
        wake_at=due_at,
        follows_id=notice.id,
        changes=0,
        created_at=now,
        updated_at=now,
    )
    session.add(following)
    await session.flush()
    await recipient_rows.copy_recipients(session, notice.id, following.id)
    session.add(repository.version_of(following, now))
    await session.flush()
    session.add(RunRow(notice_id=following.id, version=following.version))
    left_out = recurrence.missed(pattern, zone, since=notice.due_at, now=now)
    detail = texts.follows(notice.number, left_out)
    repository.change(session, following, at=now, by=SYSTEM, action="repeat", to="approved", detail=detail)
    log.info("notice.repeats", notice=str(following.id), follows=notice.number, missed=left_out)
    return following
