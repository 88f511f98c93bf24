"""What does a citizen follow, and who wants no notices any more? Doing anything twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock
from services.db import Sessions
from services.subscriptions import repository
from services.subscriptions.errors import SubjectNotFound
from services.subscriptions.models import SubjectRow
from services.subscriptions.types import Followed, Subject, SubjectFigures

log = structlog.stdlib.get_logger(__name__)


class SubscriptionService:
    """Topics and districts that citizens follow."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def subjects(self) -> list[Subject]:
        """What can be followed: topics, then districts."""
        async with self._sessions() as session:
            return [_subject(row) for row in await repository.offered(session)]

    async def followed(self, citizen_id: UUID) -> Followed:
        async with self._sessions() as session:
            return await _followed(session, citizen_id)

    async def subscribe(self, citizen_id: UUID, code: str) -> Followed:
        """From now on the citizen hears of it; who had left all notices gets them again. Raises SubjectNotFound."""
        async with self._sessions.begin() as session:
            await repository.lock_citizen(session, citizen_id)
            row = await session.get(SubjectRow, code)
            if row is None or not row.offered:
                raise SubjectNotFound()
            await repository.subscribe(session, citizen_id, code, self._clock.now())
            await repository.come_back(session, citizen_id)
            return await _followed(session, citizen_id)

    async def unsubscribe(self, citizen_id: UUID, code: str) -> Followed:
        """The citizen follows it no more; nothing happens where they did not. Raises SubjectNotFound."""
        async with self._sessions.begin() as session:
            await repository.lock_citizen(session, citizen_id)
            if await session.get(SubjectRow, code) is None:
                raise SubjectNotFound()
            await repository.unsubscribe(session, citizen_id, code)
            return await _followed(session, citizen_id)

    async def leave_all(self, citizen_id: UUID) -> Followed:
        """The citizen follows nothing and gets no notices any more, emergencies excepted."""
        async with self._sessions.begin() as session:
            await repository.lock_citizen(session, citizen_id)
            await repository.unsubscribe_all(session, citizen_id)
            await repository.leave(session, citizen_id, self._clock.now())
            log.info("subscriptions.left_all")
            return await _followed(session, citizen_id)

    async def come_back(self, citizen_id: UUID) -> Followed:
        """Who had left all notices gets them again; what they followed before has to be chosen again."""
        async with self._sessions.begin() as session:
            await repository.lock_citizen(session, citizen_id)
            await repository.come_back(session, citizen_id)
            return await _followed(session, citizen_id)

    async def figures(self) -> Sequence[SubjectFigures]:
        """How many follow each subject, for staff."""
        async with self._sessions() as session:
            rows = await repository.figures(session)
        return [
            SubjectFigures(
                code=row.code,
                kind=row.kind,
                name=row.name,
                offered=row.offered,
                followers=followers,
            )
            for row, followers in rows
        ]

    async def count_leavers(self) -> int:
        """How many want no notices any more."""
        async with self._sessions() as session:
            return await repository.count_leavers(session)

    @staticmethod
    async def erase_citizen(session: AsyncSession, citizen_id: UUID) -> None:
        """Forgets what the citizen followed, in the caller's transaction: a return is a new citizen."""
        await repository.lock_citizen(session, citizen_id)
        await repository.unsubscribe_all(session, citizen_id)
        await repository.come_back(session, citizen_id)


async def _followed(session: AsyncSession, citizen_id: UUID) -> Followed:
    rows = await repository.followed(session, citizen_id)
    return Followed(subjects=[_subject(row) for row in rows], left_at=await repository.left_at(session, citizen_id))


def _subject(row: SubjectRow) -> Subject:
    return Subject(code=row.code, kind=row.kind, name=row.name, aliases=row.aliases)  # type: ignore[arg-type]
