"""Was this text sent by us? The notices that went out lately, compared with what a citizen forwards."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock
from services.db import Sessions
from services.notices import genuine, repository, shown
from services.notices.filling import anybody_got
from services.notices.models import NoticeRow, RunRow, VersionRow
from services.notices.personal import PLACE
from services.notices.results import Verification
from services.notices.values import Content

#: Older notices are over, and rumours about them stale; the newest so many are compared, whatever has piled up.
LATELY = timedelta(days=365)
COMPARED = 300


class VerificationService:
    """Confirms or denies forwarded notices. Nothing that is not sent yet is confirmed or told."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def verify(self, text: str) -> Verification:
        async with self._sessions() as session:
            sent = await self._sent(session)
            contents = [repository.content_of(version, notice.number) for notice, version, _ in sent]
            ways = [await self._ways(session, text, content) for content in contents]
        finding = genuine.judge(text, ways)
        if finding.place is None:
            return Verification(verdict=finding.verdict)
        notice, version, run = sent[finding.place]
        return Verification(
            verdict=finding.verdict,
            number=notice.number,
            title=version.title,
            department=version.department,
            sent_at=run.started_at,
            withdrawn=notice.state == "cancelled" or notice.approved_version != version.version,
        )

    async def _ways(self, session: AsyncSession, text: str, content: Content) -> list[str]:
        return [
            await self._as_got(session, text, content, way) for way in [*shown.ways(content), *shown.cards(content)]
        ]

    async def _as_got(self, session: AsyncSession, text: str, content: Content, way: str) -> str:
        """One way of a personalised notice, with its places filled as in the text where somebody got it so. What no
        citizen got stays unfilled, and the text is not confirmed."""
        if not content.fields:
            return way
        # People forward the whole message, or only what it says.
        values = genuine.values_in(text, way) or genuine.values_in(text, content.body)
        if not values or not await anybody_got(session, content.notice_id, content.version, values):
            return way
        return PLACE.sub(lambda place: values.get(place[1], place[0]), way)

    async def _sent(self, session: AsyncSession) -> list[tuple[NoticeRow, VersionRow, RunRow]]:
        """What has begun to go out, the newest first."""
        query = (
            select(NoticeRow, VersionRow, RunRow)
            .join(VersionRow, VersionRow.notice_id == NoticeRow.id)
            .join(RunRow, (RunRow.notice_id == VersionRow.notice_id) & (RunRow.version == VersionRow.version))
            .where(RunRow.started_at > self._clock.now() - LATELY, NoticeRow.trial_of.is_(None))
            .order_by(RunRow.started_at.desc())
            .limit(COMPARED)
        )
        return [(notice, version, run) for notice, version, run in (await session.execute(query)).all()]
