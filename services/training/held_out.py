"""Which questions are models judged by? Kept by staff, and never learnt from."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.db import Sessions
from services.training import marks, repository
from services.training.errors import IsExample
from services.training.models import ExampleRow, HeldOutRow
from services.training.types import HeldOut


class HeldOutService:
    """The questions kept apart, on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def all(self) -> list[HeldOut]:
        """Every question, by its text."""
        async with self._sessions() as session:
            return [HeldOut(question=row.question, intent=row.intent) for row in await repository.held_out(session)]

    async def page(self, *, words: str = "", intent: str = "", after: str = "", limit: int = 50) -> list[HeldOut]:
        """Questions by their text, after the given one: with these words, of this intent."""
        query = select(HeldOutRow).where(HeldOutRow.question > after)
        if words:
            query = query.where(HeldOutRow.question.contains(words, autoescape=True))
        if intent:
            query = query.where(HeldOutRow.intent == intent)
        async with self._sessions() as session:
            rows = await session.scalars(query.order_by(HeldOutRow.question).limit(limit))
            return [HeldOut(question=row.question, intent=row.intent) for row in rows]

    async def keep(self, one: HeldOut, *, by: str, actor: Actor | None = None) -> None:
        """Adds a question to judge by, or corrects its intent. Raises IsExample."""
        async with self._sessions.begin() as session:
            await _check_unlearnt(session, one.question)
            await repository.put_held_out(session, one, by=by, now=self._clock.now())
            if actor is not None:
                subject = Subject(kind="held-out", id=one.question[:100])
                record(session, actor, "training.kept_apart", subject, now=self._clock.now(), after=one)

    async def forget(self, question: str, *, actor: Actor | None = None) -> bool:
        """Judges by this question no longer; was it there?"""
        async with self._sessions.begin() as session:
            gone = await repository.drop_held_out(session, question)
            if gone and actor is not None:
                subject = Subject(kind="held-out", id=question[:100])
                record(session, actor, "training.kept_apart_no_more", subject, now=self._clock.now())
            return gone


async def _check_unlearnt(session: AsyncSession, question: str) -> None:
    """What a model has learnt by heart says nothing of what it makes of new questions."""
    said = func.regexp_replace(ExampleRow.text, marks.ENTITY_SQL, r"\1", "g")
    query = select(ExampleRow.intent).where(ExampleRow.retired_at.is_(None), said == question).limit(1)
    intent = await session.scalar(query)
    if intent is not None:
        raise IsExample(intent)
