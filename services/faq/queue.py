"""What could nobody answer, and what becomes of it? Staff add it as a wording, answer it anew, or put it aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
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

#: Questions that are grouped at a time.
LOOKED_AT = 500
#: Wordings that an entry may have.
MOST_WORDINGS = 200
#: From so many on they are only said to be many.
MOST_COUNTED = 1000


#: Place in the order of the list: count, last asked at, and the question normalised.
Place = tuple[int, datetime, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Questions that were grouped together."""

    groups: Sequence[Group]
    #: Where the next block begins; None: there is none.
    last: Place | None


class AsidePlace(NamedTuple):
    """Where a question stands among those put aside: when that was, and how it is counted."""

    at: datetime
    asked: str


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
        """What waits, the most asked first: the first block."""
        return list((await self.block()).groups)

    async def block(self, *, search: str = "", after: Place | None = None) -> Block:
        """The groups of the next questions behind `after`, the most asked first; `search`: words that they hold."""
        query = _waiting().limit(LOOKED_AT)
        if search:
            query = query.where(UnansweredRow.question.contains(search, autoescape=True))
        if after is not None:
            query = query.where(_behind(after))
        async with self._sessions() as session:
            rows = (await session.scalars(query)).all()
            groups = grouped(await promise_repository.with_waiting(session, rows))
        return Block(groups=groups, last=_place(rows[-1]) if len(rows) == LOOKED_AT else None)

    async def group(self, question: str) -> Group:
        """The group that this question is in; raises QuestionGone."""
        query = _waiting().where(UnansweredRow.question == question).limit(1)
        async with self._sessions() as session:
            row = (await session.scalars(query)).one_or_none()
            if row is None:
                raise QuestionGone
            following = (await session.scalars(_waiting().where(_behind(_place(row))).limit(LOOKED_AT))).all()
            own = grouped(await promise_repository.with_waiting(session, [row, *following]))
        # Among the most asked it may belong to one that is asked more often; else it is the first of its own.
        return next(
            one for one in [*await self.groups(), *own] if question in {each.question for each in one.questions}
        )

    async def of(self, questions: Sequence[str]) -> list[Unanswered]:
        """Those of these questions that are still unanswered."""
        if not questions:
            return []
        query = select(UnansweredRow).where(UnansweredRow.question.in_(questions)).order_by(UnansweredRow.asked)
        async with self._sessions() as session:
            rows = (await session.scalars(query)).all()
            return await promise_repository.with_waiting(session, rows)

    async def waiting(self) -> int:
        """How many questions wait; of more than MOST_COUNTED only so many are counted, which costs the same always."""
        some = select(UnansweredRow.asked).where(UnansweredRow.out_of_scope_at.is_(None)).limit(MOST_COUNTED)
        async with self._sessions() as session:
            return await session.scalar(select(func.count()).select_from(some.subquery())) or 0

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

    async def aside(
        self, *, words: str = "", after: AsidePlace | None = None, limit: int = 200
    ) -> list[tuple[AsidePlace, Unanswered]]:
        """What was put aside, with these words in it, each with its place: the latest first, behind the given place."""
        at, asked = UnansweredRow.out_of_scope_at, UnansweredRow.asked
        query = select(UnansweredRow).where(at.is_not(None))
        if words:
            query = query.where(UnansweredRow.question.contains(words, autoescape=True))
        if after is not None:
            query = query.where(or_(at < after.at, and_(at == after.at, asked > after.asked)))
        async with self._sessions() as session:
            rows = (await session.scalars(query.order_by(at.desc(), asked).limit(limit))).all()
            shown = await promise_repository.with_waiting(session, rows)
        return [
            (AsidePlace(row.out_of_scope_at, row.asked), one)
            for row, one in zip(rows, shown, strict=True)
            if row.out_of_scope_at is not None
        ]

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


def _waiting() -> Select[Any]:
    order = (UnansweredRow.count.desc(), UnansweredRow.last_asked_at.desc(), UnansweredRow.asked)
    return select(UnansweredRow).where(UnansweredRow.out_of_scope_at.is_(None)).order_by(*order)


def _behind(place: Place) -> ColumnElement[bool]:
    count, last_asked_at, asked = place
    later = or_(
        UnansweredRow.last_asked_at < last_asked_at,
        and_(UnansweredRow.last_asked_at == last_asked_at, UnansweredRow.asked > asked),
    )
    return or_(UnansweredRow.count < count, and_(UnansweredRow.count == count, later))


def _place(row: UnansweredRow) -> Place:
    return row.count, row.last_asked_at, row.asked
