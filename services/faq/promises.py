"""Who is told once a question is answered? Promised to a citizen, kept when staff publish, told by the bot, once.

open -> answered, in the transaction that publishes -> claimed by a worker -> in the outbox -> sent, failed or in doubt
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock, local
from services.db import Sessions
from services.errors import Conflict, NotFound
from services.faq import promise_repository as repository
from services.faq import told_repository
from services.faq.types import AnswerNews, FaqEntry
from services.search.normalise import Normaliser

#: A cause in the outbox is this and the promise's id: the same news is told at most once.
CAUSE = "answer:"
#: Questions that one citizen may wait for at a time.
MOST_OPEN = 20
#: After so long a promise is forgotten, kept or not.
LASTS = timedelta(days=180)


class QuestionSettled(NotFound):
    """Nobody is going to answer this question any more: it is answered, or it is nothing for us."""

    type = "question-settled"


class TooManyPromises(Conflict):
    """The citizen waits for as many answers as one may wait for."""

    type = "too-many-promises"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """How many of those who waited for an entry came to which end."""

    #: sent, failed or in_doubt; empty: under way.
    outcome: str
    #: Why it did not arrive, by its name in the outbox.
    reason: str
    count: int


class PromiseService:
    """Promises of one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._normalise = Normaliser()

    async def promise(self, citizen_id: UUID, question: str) -> None:
        """The citizen is told once this question is answered; again changes nothing.

        Raises QuestionSettled and TooManyPromises.
        """
        asked = self._normalise(question)
        async with self._sessions.begin() as session:
            if not await repository.lock_question(session, asked):
                raise QuestionSettled
            if await repository.count_open(session, citizen_id, but=asked) >= MOST_OPEN:
                raise TooManyPromises
            await repository.add(session, citizen_id, asked, question, self._clock.now())

    async def claim_answers(self, limit: int) -> Sequence[AnswerNews]:
        """Leases news of answers: until `mark_delivered` or the lease's end nobody else gets it."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            rows = await repository.claim(session, now, local(now).date(), limit)
        return [
            AnswerNews(
                news_id=promise.promise_id,
                citizen_id=promise.citizen_id,
                asked=promise.question,
                answer=msgspec.convert(entry, FaqEntry, from_attributes=True),
                written_at=entry.updated_at,
                answered_at=promise.answered_at or now,
            )
            for promise, entry in rows
        ]

    async def mark_delivered(self, news: AnswerNews) -> None:
        """The news is in the outbox, and the citizen counts as told; again changes nothing."""
        now, told = self._clock.now(), [(news.answer.id, news.written_at)]
        async with self._sessions.begin() as session:
            if await repository.mark_delivered(session, news.news_id, now):
                await told_repository.add(session, news.news_id, news.citizen_id, told, now)

    async def note_outcomes(self) -> None:
        """Writes down which of the news arrived, and why the others did not."""
        async with self._sessions.begin() as session:
            await repository.note_outcomes(session, CAUSE)

    async def told(self, entry_id: str) -> Sequence[Told]:
        """What became of those who waited for this entry."""
        async with self._sessions() as session:
            rows = await repository.outcomes(session, entry_id)
        return [Told(outcome=outcome, reason=reason, count=count) for outcome, reason, count in rows]

    async def purge(self) -> int:
        """Forgets one step of what was promised long ago; gives the number."""
        async with self._sessions.begin() as session:
            return await repository.purge(session, self._clock.now() - LASTS)

    @staticmethod
    async def erase_citizen(session: AsyncSession, citizen_id: UUID) -> None:
        """Forgets what the citizen waits for, in the caller's transaction."""
        await repository.forget_citizen(session, citizen_id)
