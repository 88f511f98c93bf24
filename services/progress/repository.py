"""How are cases, codes, subscriptions and wrong attempts read and written? SQL only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.progress.models import AttemptRow, CaseRow, CodeRow, NewsRow, OpeningRow, StepRow, SubscriptionRow

#: For so long nobody else gets the news that somebody has claimed.
LEASE = timedelta(minutes=5)


async def codes(session: AsyncSession) -> Sequence[CodeRow]:
    return (await session.scalars(select(CodeRow))).all()


async def case(session: AsyncSession, project_no: str) -> CaseRow | None:
    return await session.get(CaseRow, project_no)


async def lock_case(session: AsyncSession, project_no: str) -> CaseRow | None:
    """The case, which nobody else changes until the transaction ends."""
    return await session.get(CaseRow, project_no, with_for_update=True, populate_existing=True)


async def lock_known_case(session: AsyncSession, project_no: str) -> CaseRow:
    """The same for a case that is there."""
    return await session.get_one(CaseRow, project_no, with_for_update=True, populate_existing=True)


async def insert_case(session: AsyncSession, values: dict[str, Any]) -> bool:
    """False when there is one of that number already; waits for a transaction that is about to add it."""
    query = upsert(CaseRow).values(**values).on_conflict_do_nothing().returning(CaseRow.project_no)
    return (await session.execute(query)).first() is not None


async def steps(session: AsyncSession, project_no: str) -> Sequence[StepRow]:
    query = select(StepRow).where(StepRow.project_no == project_no)
    return (await session.scalars(query.order_by(StepRow.position, StepRow.step_key))).all()


async def lock_subjects(session: AsyncSession, subjects: Iterable[bytes]) -> None:
    """Lets attempts against the same subject pass one at a time, always in one order; ends with the transaction."""
    for key in sorted(_lock_key(subject) for subject in subjects):
        await session.execute(select(func.pg_advisory_xact_lock(key)))


def _lock_key(subject: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"progress attempt" + subject).digest()[:8], "big", signed=True)


async def attempts(session: AsyncSession, subject: bytes, since: datetime, most: int) -> Sequence[datetime]:
    """The latest wrong attempts, in order of time."""
    query = select(AttemptRow.attempted_at).where(AttemptRow.subject == subject, AttemptRow.attempted_at > since)
    latest = await session.scalars(query.order_by(AttemptRow.attempted_at.desc()).limit(most))
    return latest.all()[::-1]


async def add_attempts(session: AsyncSession, subjects: Iterable[bytes], now: datetime) -> None:
    rows = [{"subject": subject, "attempted_at": now} for subject in subjects]
    await session.execute(insert(AttemptRow), rows)


async def forget_attempts(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(AttemptRow).where(AttemptRow.attempted_at < before))


async def knows(session: AsyncSession, project_no: str, citizen_id: UUID) -> bool:
    """Has this citizen opened the case with its code before, or are they told when it moves?"""
    opened = exists().where(OpeningRow.project_no == project_no, OpeningRow.citizen_id == citizen_id)
    told = exists().where(SubscriptionRow.project_no == project_no, SubscriptionRow.citizen_id == citizen_id)
    return bool(await session.scalar(select(or_(opened, told))))


async def remember_opening(session: AsyncSession, project_no: str, citizen_id: UUID, now: datetime) -> None:
    query = upsert(OpeningRow).values(project_no=project_no, citizen_id=citizen_id, opened_at=now)
    await session.execute(
        query.on_conflict_do_update(index_elements=["project_no", "citizen_id"], set_={"opened_at": now})
    )


async def forget_openings(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(OpeningRow).where(OpeningRow.opened_at < before))


async def subscribe(session: AsyncSession, project_no: str, citizen_id: UUID, now: datetime) -> None:
    query = upsert(SubscriptionRow).values(project_no=project_no, citizen_id=citizen_id, created_at=now)
    await session.execute(query.on_conflict_do_nothing())


async def unsubscribe(session: AsyncSession, project_no: str, citizen_id: UUID) -> None:
    """Ends the subscription; news that is not told yet is not wanted any more."""
    await session.execute(
        delete(SubscriptionRow).where(
            SubscriptionRow.project_no == project_no, SubscriptionRow.citizen_id == citizen_id
        )
    )
    await session.execute(
        delete(NewsRow).where(
            NewsRow.project_no == project_no, NewsRow.citizen_id == citizen_id, NewsRow.delivered_at.is_(None)
        )
    )


async def is_subscribed(session: AsyncSession, project_no: str, citizen_id: UUID) -> bool:
    return await session.get(SubscriptionRow, (project_no, citizen_id)) is not None


async def followed_cases(session: AsyncSession, citizen_id: UUID) -> Sequence[CaseRow]:
    """The cases of which this citizen is told, in the order in which they asked for it."""
    query = select(CaseRow).join(SubscriptionRow).where(SubscriptionRow.citizen_id == citizen_id)
    return (await session.scalars(query.order_by(SubscriptionRow.created_at, CaseRow.project_no))).all()


async def add_news(
    session: AsyncSession, row: CaseRow, *, state_text: str, process_name: str, step_text: str, now: datetime
) -> int:
    """One row of news for each subscriber of the case at its present revision; gives how many."""
    wanted = select(
        func.gen_random_uuid(),
        SubscriptionRow.project_no,
        literal(row.revision),
        SubscriptionRow.citizen_id,
        literal(state_text),
        literal(process_name),
        literal(step_text),
        literal(now),
    ).where(SubscriptionRow.project_no == row.project_no)
    columns = [
        "news_id", "project_no", "revision", "citizen_id", "state_text", "process_name", "step_text", "created_at"
    ]  # fmt: skip
    query = upsert(NewsRow).from_select(columns, wanted).on_conflict_do_nothing().returning(NewsRow.news_id)
    return len((await session.execute(query)).all())


async def claim_news(session: AsyncSession, now: datetime, limit: int) -> Sequence[tuple[NewsRow, CaseRow]]:
    """Leases news that is still to be told, oldest first; what others have claimed is passed over."""
    waiting = (
        select(NewsRow.news_id)
        .where(NewsRow.delivered_at.is_(None), or_(NewsRow.leased_until.is_(None), NewsRow.leased_until <= now))
        .order_by(NewsRow.created_at, NewsRow.revision)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = update(NewsRow).where(NewsRow.news_id.in_(waiting)).values(leased_until=now + LEASE)
    claimed_ids = await session.scalars(claimed.returning(NewsRow.news_id).execution_options(synchronize_session=False))
    query = (
        select(NewsRow, CaseRow)
        .join(CaseRow, CaseRow.project_no == NewsRow.project_no)
        .where(NewsRow.news_id.in_(claimed_ids.all()))
        .order_by(NewsRow.created_at, NewsRow.revision)
    )
    return [(news, case_row) for news, case_row in await session.execute(query)]


async def mark_delivered(session: AsyncSession, news_id: UUID, now: datetime) -> None:
    await session.execute(
        update(NewsRow)
        .where(NewsRow.news_id == news_id, NewsRow.delivered_at.is_(None))
        .values(delivered_at=now, leased_until=None)
    )


async def forget_citizen(session: AsyncSession, citizen_id: UUID) -> None:
    """Takes the citizen out of everything that would tell them something; the cases stay."""
    await session.execute(delete(SubscriptionRow).where(SubscriptionRow.citizen_id == citizen_id))
    await session.execute(delete(OpeningRow).where(OpeningRow.citizen_id == citizen_id))
    await session.execute(delete(NewsRow).where(NewsRow.citizen_id == citizen_id))
