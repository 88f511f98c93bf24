"""How are FAQ entries and unanswered questions read and written? SQL only; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faq.models import FaqRow, UnansweredRow
from services.faq.types import UnansweredQuestion
from services.importing.table import ImportedTable

ENTRIES_TABLE = ImportedTable(FaqRow, key="id", name="question")
#: What a search has to know of an entry, and tells with it.
SEARCHED = (
    FaqRow.id, FaqRow.question, FaqRow.similar, FaqRow.answer, FaqRow.department, FaqRow.source, FaqRow.source_url,
    FaqRow.valid_from, FaqRow.valid_until, FaqRow.topics, FaqRow.task_code, FaqRow.updated_at, FaqRow.retired_at,
)  # fmt: skip


async def find(session: AsyncSession, entry_id: str) -> FaqRow | None:
    """The entry, in force or not."""
    return await session.get(FaqRow, entry_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """How many entries there are by what citizens have of them."""

    valid: int
    expired: int
    upcoming: int


def valid_on(day: date) -> ColumnElement[bool]:
    """Does the row's answer hold on this day?"""
    begun = or_(FaqRow.valid_from.is_(None), FaqRow.valid_from <= day)
    return begun & or_(FaqRow.valid_until.is_(None), FaqRow.valid_until >= day)


async def count_held(session: AsyncSession, today: date) -> Held:
    """Counts what is not retired."""
    counted = select(
        func.count().filter(valid_on(today)),
        func.count().filter(FaqRow.valid_until < today),
        func.count().filter(FaqRow.valid_from > today),
    )
    valid, expired, upcoming = (await session.execute(counted.where(FaqRow.retired_at.is_(None)))).one()
    return Held(valid=valid, expired=expired, upcoming=upcoming)


async def record_unanswered(session: AsyncSession, asked: str, question: UnansweredQuestion, now: datetime) -> bool:
    """Counts the question; the nearest entry is that of the last time. Is it one that staff may answer?"""
    first = insert(UnansweredRow).values(
        asked=asked,
        question=question.question,
        count=1,
        first_asked_at=now,
        last_asked_at=now,
        best_id=question.best_id,
        best_score=question.best_score,
    )
    again = first.on_conflict_do_update(
        index_elements=[UnansweredRow.asked],
        set_={
            "count": UnansweredRow.count + 1,
            "last_asked_at": now,
            "best_id": question.best_id,
            "best_score": question.best_score,
        },
    )
    row = (await session.execute(again.returning(UnansweredRow.out_of_scope_at))).one()
    return row.out_of_scope_at is None


async def unanswered(session: AsyncSession, limit: int) -> Sequence[UnansweredRow]:
    """The most asked first, of equals the latest."""
    query = select(UnansweredRow).order_by(
        UnansweredRow.count.desc(), UnansweredRow.last_asked_at.desc(), UnansweredRow.asked
    )
    return (await session.scalars(query.limit(limit))).all()


async def count_unanswered(session: AsyncSession) -> int:
    """How many different questions have no answer."""
    return await session.scalar(select(func.count()).select_from(UnansweredRow)) or 0
