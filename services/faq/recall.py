"""Who was told an answer that turned out wrong, and how do they learn of it? A notice to exactly those citizens.

Written down with the reply that tells it, without what was said; forgotten after some time, and with the citizen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.db import Sessions
from services.errors import Conflict
from services.faq import told_repository as repository
from services.faq.models import RecallRow
from services.faq.told_repository import Span
from services.faq.types import ToldVersion
from services.notices.service import NoticeService
from services.notices.types import NoticeDraft
from services.notices.values import OwnList


class NobodyWasTold(Conflict):
    """Nobody was told this answer at that time, as far as is still known."""

    type = "nobody-was-told"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recall:
    """A correction of an entry."""

    #: Its number among the notices.
    notice: int
    span: Span
    citizens: int
    by: str
    at: datetime


class RecallService:
    """Tellings and corrections of one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock, notices: NoticeService) -> None:
        self._sessions = sessions
        self._clock = clock
        self._notices = notices

    async def versions(self, entry_id: str, span: Span) -> Sequence[ToldVersion]:
        """What was told of the entry, by its versions, the latest first."""
        async with self._sessions() as session:
            rows = await repository.versions(session, entry_id, span)
        return [
            ToldVersion(
                written_at=row.written_at,
                version=row.version,
                times=row.times,
                citizens=row.citizens,
                first_at=row.first_at,
                last_at=row.last_at,
            )
            for row in rows
        ]

    async def count(self, entry_id: str, span: Span) -> int:
        """How many citizens were told."""
        async with self._sessions() as session:
            return await repository.count_citizens(session, entry_id, span)

    async def recalls(self, entry_id: str) -> Sequence[Recall]:
        """The corrections that were written, the latest first."""
        async with self._sessions() as session:
            rows = await repository.recalls(session, entry_id)
        return [_recall(row) for row in rows]

    async def recall(self, actor: Actor, entry_id: str, span: Span, draft: NoticeDraft) -> Recall:
        """Writes the correction, to exactly those who were told, and asks a second person to approve it.

        Raises NobodyWasTold, and what notices raise where the draft is not fit to be sent.
        """
        async with self._sessions() as session:
            citizens = await repository.citizens(session, entry_id, span)
        if not citizens:
            raise NobodyWasTold
        made = await self._notices.create(draft, recipients=OwnList.of(citizens))
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = RecallRow(
                notice=made.number,
                entry_id=entry_id,
                since=span.since,
                until=span.until,
                written_at=span.written_at,
                citizens=len(citizens),
                by=draft.author,
                at=now,
            )
            session.add(row)
            after = {"notice": made.number, "citizens": len(citizens), "title": made.title}
            record(session, actor, "faq.recalled", Subject(kind="faq", id=entry_id), now=now, after=after)
        await self._notices.submit(str(made.id), draft.author)
        return _recall(row)


class Tellings:
    """The bot's side: what is written down with a reply, and forgotten."""

    def __init__(self, *, sessions: Sessions, clock: Clock, days: int) -> None:
        """`days`: for how long it is known who was told what."""
        self._sessions = sessions
        self._clock = clock
        self._days = days

    async def note(
        self,
        session: AsyncSession,
        *,
        message_id: UUID,
        citizen_id: UUID,
        told: Sequence[tuple[str, datetime | None]],
    ) -> None:
        """The reply to this message tells these entries, each as it was written then; in the caller's transaction."""
        if told:
            await repository.add(session, message_id, citizen_id, told, self._clock.now())

    async def purge(self) -> int:
        """Forgets one step of what was told long ago; gives the number."""
        async with self._sessions.begin() as session:
            return await repository.purge(session, self._clock.now() - timedelta(days=self._days))

    @staticmethod
    async def erase_citizen(session: AsyncSession, citizen_id: UUID) -> None:
        """Forgets what the citizen was told, in the caller's transaction."""
        await repository.forget_citizen(session, citizen_id)


def _recall(row: RecallRow) -> Recall:
    span = Span(since=row.since, until=row.until, written_at=row.written_at)
    return Recall(notice=row.notice, span=span, citizens=row.citizens, by=row.by, at=row.at)
