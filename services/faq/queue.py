"""What could nobody answer, and what becomes of it? Staff add it as a wording, answer it anew, or put it aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.db import Sessions
from services.errors import NotFound
from services.faq import promise_repository
from services.faq.editing import FaqDesk
from services.faq.grouping import Group, grouped
from services.faq.models import UnansweredRow
from services.faq.types import Unanswered

#: Questions that are grouped: the most asked ones; the rest come up when these are done.
LOOKED_AT = 500
#: Wordings that an entry may have.
MOST_WORDINGS = 200


class QuestionGone(NotFound):
    """Somebody has dealt with this question already."""

    type = "question-gone"


class TooManyWordings(NotFound):
    """The entry has as many wordings as it may have."""

    type = "too-many-wordings"


class QuestionQueue:
    """The questions that wait for staff."""

    def __init__(self, *, sessions: Sessions, clock: Clock, desk: FaqDesk) -> None:
        self._sessions = sessions
        self._clock = clock
        self._desk = desk

    async def groups(self) -> list[Group]:
        """What waits, the most asked first."""
        query = (
            select(UnansweredRow)
            .where(UnansweredRow.out_of_scope_at.is_(None))
            .order_by(UnansweredRow.count.desc(), UnansweredRow.last_asked_at.desc(), UnansweredRow.asked)
            .limit(LOOKED_AT)
        )
        async with self._sessions() as session:
            rows = (await session.scalars(query)).all()
            return grouped(await promise_repository.with_waiting(session, rows))

    async def group(self, question: str) -> Group:
        """The group that this question is in; raises QuestionGone."""
        for one in await self.groups():
            if any(question == member.question for member in one.questions):
                return one
        raise QuestionGone

    async def of(self, questions: Sequence[str]) -> list[Unanswered]:
        """Those of these questions that are still unanswered."""
        if not questions:
            return []
        query = select(UnansweredRow).where(UnansweredRow.question.in_(questions)).order_by(UnansweredRow.asked)
        async with self._sessions() as session:
            rows = (await session.scalars(query)).all()
            return await promise_repository.with_waiting(session, rows)

    async def waiting(self) -> int:
        """How many questions wait."""
        query = select(func.count()).select_from(UnansweredRow).where(UnansweredRow.out_of_scope_at.is_(None))
        async with self._sessions() as session:
            return await session.scalar(query) or 0

    async def add_wordings(self, actor: Actor, entry_id: str, questions: Sequence[str]) -> int:
        """Publishes the entry with these as similar wordings, and takes them off the list; gives how many are told.

        Raises what publishing raises, and TooManyWordings.
        """
        known = await self._desk.entry(entry_id)
        if known.published is None:
            raise QuestionGone
        entry = known.published
        wordings = list(dict.fromkeys([*entry.similar, *(one for one in questions if one != entry.question)]))
        if len(wordings) > MOST_WORDINGS:
            raise TooManyWordings
        entry = msgspec.structs.replace(entry, similar=wordings)
        return await self._desk.publish(actor, entry, base=known.version, answers=questions)

    async def put_aside(self, actor: Actor, questions: Sequence[str]) -> None:
        """These are nothing for us: they are shown no more. Raises QuestionGone."""
        await self._mark(actor, questions, self._clock.now(), "faq.out_of_scope")

    async def take_back(self, actor: Actor, questions: Sequence[str]) -> None:
        """Undoes `put_aside`; raises QuestionGone."""
        await self._mark(actor, questions, None, "faq.in_scope")

    async def aside(self, *, limit: int = 200) -> list[Unanswered]:
        """What was put aside, the latest first."""
        query = select(UnansweredRow).where(UnansweredRow.out_of_scope_at.is_not(None))
        async with self._sessions() as session:
            rows = await session.scalars(query.order_by(UnansweredRow.out_of_scope_at.desc()).limit(limit))
            return await promise_repository.with_waiting(session, rows.all())

    async def _mark(self, actor: Actor, questions: Sequence[str], at: datetime | None, action: str) -> None:
        async with self._sessions.begin() as session:
            marked = await _set_aside(session, questions, at)
            if not marked:
                raise QuestionGone
            subject = Subject(kind="question", id=marked[0][:100])
            record(session, actor, action, subject, now=self._clock.now(), after={"questions": list(marked)})


async def _set_aside(session: AsyncSession, questions: Sequence[str], at: datetime | None) -> Sequence[str]:
    statement = update(UnansweredRow).where(UnansweredRow.question.in_(questions)).values(out_of_scope_at=at)
    return (await session.scalars(statement.returning(UnansweredRow.question))).all()
