"""How are promises to tell an answer read and written? SQL only; the caller commits.

Our rows, and what became of their messages: the bot's outbox, which is only read here (decision 30).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.faq.models import FaqRow, PromiseRow, UnansweredRow
from services.faq.repository import valid_on
from services.faq.types import Unanswered

#: For so long nobody else gets news that somebody has claimed.
LEASE = timedelta(minutes=5)
PURGE_STEP = 500
#: A message has several parts where the answer is long: one that did not arrive decides.
OUTCOMES = text("""
    WITH ended AS (
        SELECT p.promise_id,
            CASE WHEN bool_or(o.state = 'failed') THEN 'failed'
                 WHEN bool_or(o.state = 'in_doubt') THEN 'in_doubt' ELSE 'sent' END AS outcome,
            max(o.reason) FILTER (WHERE o.state <> 'sent') AS reason
        FROM faq_promises p JOIN outbox o ON o.cause = :prefix || p.promise_id
        WHERE p.delivered_at IS NOT NULL AND p.outcome IS NULL
        GROUP BY p.promise_id HAVING bool_and(o.settled_at IS NOT NULL)),
    untold AS (
        DELETE FROM faq_told t USING ended WHERE t.message_id = ended.promise_id AND ended.outcome = 'failed')
    UPDATE faq_promises p SET outcome = ended.outcome, reason = ended.reason
    FROM ended WHERE p.promise_id = ended.promise_id AND p.outcome IS NULL
""")


async def lock_question(session: AsyncSession, asked: str) -> bool:
    """Is the question still to be answered? It stays so until the caller's transaction ends."""
    query = select(UnansweredRow.asked).where(UnansweredRow.asked == asked, UnansweredRow.out_of_scope_at.is_(None))
    return await session.scalar(query.with_for_update(read=True)) is not None


async def count_open(session: AsyncSession, citizen_id: UUID, *, but: str) -> int:
    """How many questions the citizen waits for, `but` this one."""
    query = select(func.count()).where(
        PromiseRow.citizen_id == citizen_id, PromiseRow.answered_at.is_(None), PromiseRow.asked != but
    )
    return await session.scalar(query) or 0


async def add(session: AsyncSession, citizen_id: UUID, asked: str, question: str, now: datetime) -> None:
    """Promises; to promise the same again changes nothing."""
    promise = insert(PromiseRow).values(
        promise_id=uuid4(), citizen_id=citizen_id, asked=asked, question=question, promised_at=now
    )
    await session.execute(
        promise.on_conflict_do_nothing(
            index_elements=[PromiseRow.asked, PromiseRow.citizen_id], index_where=PromiseRow.answered_at.is_(None)
        )
    )


async def answered(session: AsyncSession, questions: Sequence[str], entry_id: str, version: int, now: datetime) -> int:
    """Takes the questions off the list: this version answers them. Gives how many citizens are to be told."""
    # The questions go first: who promises at this very moment holds one of them, and is seen by the second statement.
    gone = delete(UnansweredRow).where(UnansweredRow.question.in_(questions)).returning(UnansweredRow.asked)
    asked = (await session.scalars(gone)).all()
    kept = update(PromiseRow).where(PromiseRow.asked.in_(asked), PromiseRow.answered_at.is_(None))
    values = kept.values(entry_id=entry_id, version=version, answered_at=now)
    return len((await session.scalars(values.returning(PromiseRow.promise_id))).all())


async def claim(session: AsyncSession, now: datetime, today: date, limit: int) -> Sequence[tuple[PromiseRow, FaqRow]]:
    """Leases news of answers that hold today, oldest first; what others have claimed is passed over."""
    due = (
        select(PromiseRow.promise_id)
        .join(FaqRow, FaqRow.id == PromiseRow.entry_id)
        .where(
            PromiseRow.answered_at.is_not(None),
            PromiseRow.delivered_at.is_(None),
            or_(PromiseRow.leased_until.is_(None), PromiseRow.leased_until <= now),
            FaqRow.retired_at.is_(None),
            valid_on(today),
        )
        .order_by(PromiseRow.answered_at)
        .limit(limit)
        .with_for_update(of=PromiseRow, skip_locked=True)
    )
    claimed = update(PromiseRow).where(PromiseRow.promise_id.in_(due)).values(leased_until=now + LEASE)
    ids = await session.scalars(claimed.returning(PromiseRow.promise_id).execution_options(synchronize_session=False))
    query = (
        select(PromiseRow, FaqRow)
        .join(FaqRow, FaqRow.id == PromiseRow.entry_id)
        .where(PromiseRow.promise_id.in_(ids.all()))
        .order_by(PromiseRow.answered_at)
    )
    return [(promise, entry) for promise, entry in await session.execute(query)]


async def mark_delivered(session: AsyncSession, promise_id: UUID, now: datetime) -> bool:
    """Settles the news; False where it was settled before, or forgotten."""
    open_one = update(PromiseRow).where(PromiseRow.promise_id == promise_id, PromiseRow.delivered_at.is_(None))
    settled = open_one.values(delivered_at=now, leased_until=None).returning(PromiseRow.promise_id)
    return (await session.execute(settled)).first() is not None


async def note_outcomes(session: AsyncSession, prefix: str) -> None:
    """Writes down what became of the messages that have come to an end."""
    await session.execute(OUTCOMES, {"prefix": prefix})


async def outcomes(session: AsyncSession, entry_id: str) -> Sequence[tuple[str, str, int]]:
    """How many were told of this entry: outcome (empty: under way), reason, count."""
    outcome, reason = func.coalesce(PromiseRow.outcome, ""), func.coalesce(PromiseRow.reason, "")
    query = select(outcome, reason, func.count()).where(PromiseRow.entry_id == entry_id)
    rows = await session.execute(query.group_by(outcome, reason).order_by(outcome.desc(), func.count().desc()))
    return [(row[0], row[1], row[2]) for row in rows]


async def with_waiting(session: AsyncSession, rows: Sequence[UnansweredRow]) -> list[Unanswered]:
    """The questions with how many citizens wait for each."""
    keys = [row.asked for row in rows]
    query = select(PromiseRow.asked, func.count()).where(PromiseRow.asked.in_(keys), PromiseRow.answered_at.is_(None))
    counted = {row[0]: row[1] for row in await session.execute(query.group_by(PromiseRow.asked))}
    return [
        Unanswered(
            question=row.question,
            count=row.count,
            first_asked_at=row.first_asked_at,
            last_asked_at=row.last_asked_at,
            best_id=row.best_id,
            best_score=row.best_score,
            waiting=counted.get(row.asked, 0),
        )
        for row in rows
    ]


async def forget_citizen(session: AsyncSession, citizen_id: UUID) -> None:
    await session.execute(delete(PromiseRow).where(PromiseRow.citizen_id == citizen_id))


async def purge(session: AsyncSession, before: datetime) -> int:
    """Deletes one step of what was promised before that time, kept or not; gives the number."""
    old = select(PromiseRow.promise_id).where(PromiseRow.promised_at < before).limit(PURGE_STEP)
    gone = delete(PromiseRow).where(PromiseRow.promise_id.in_(old.with_for_update(skip_locked=True)))
    return len((await session.scalars(gone.returning(PromiseRow.promise_id))).all())
