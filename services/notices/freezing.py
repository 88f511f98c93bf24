"""How does an audience become the rows of a run? SQL only; all of one page or span in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Select, cast, func, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.notices.audience import Follower
from services.notices.deliveries import rowcount
from services.notices.models import DeliveryRow, RunRow

FREEZE_ROWS = text("""
    INSERT INTO notice_deliveries (notice_id, version, citizen_id, channel, chunk, state)
    SELECT :notice, :version, u.citizen, u.channel, :first + (u.place - 1) / :size, 'pending'
    FROM unnest(CAST(:citizens AS uuid[]), CAST(:channels AS text[])) WITH ORDINALITY AS u(citizen, channel, place)
""")
FREEZE_CHUNKS = text("""
    INSERT INTO notice_chunks (notice_id, version, chunk, is_open, available_at)
    SELECT :notice, :version, chunk, true, now() FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS chunk
""")


async def freeze_page(session: AsyncSession, run: RunRow, followers: Sequence[Follower], *, chunk_size: int) -> None:
    """Copies one page of the audience into rows and chunks of the locked run."""
    first = run.next_chunk
    last = first + (len(followers) - 1) // chunk_size
    base = {"notice": run.notice_id, "version": run.version}
    await session.execute(FREEZE_CHUNKS, {**base, "first": first, "last": last})
    values = {
        **base,
        "first": first,
        "size": chunk_size,
        "citizens": [follower.citizen_id for follower in followers],
        "channels": [follower.channel for follower in followers],
    }
    await session.execute(FREEZE_ROWS, values)
    run.audience += len(followers)
    run.next_chunk = last + 1
    run.freeze_after = followers[-1].citizen_id


async def freeze_chosen(
    session: AsyncSession, run: RunRow, chosen: Select[tuple[UUID, str]], *, upto: UUID | None, chunk_size: int
) -> None:
    """Copies the chosen of one span of the audience into rows and chunks of the locked run, within the database.
    Chunks are filled up from one span to the next: a mass call carries as many as it can."""
    whom = chosen.subquery()
    citizen, channel = whom.columns
    place = literal(run.audience, BigInteger) + func.row_number().over(order_by=citizen) - 1
    rows = select(
        literal(run.notice_id),
        literal(run.version),
        citizen,
        channel,
        cast(place // chunk_size, Integer),
        literal("pending"),
    )
    names = ["notice_id", "version", "citizen_id", "channel", "chunk", "state"]
    copied = insert(DeliveryRow).from_select(names, rows, include_defaults=False)
    copied = copied.execution_options(preserve_rowcount=True)
    run.audience += rowcount(await session.execute(copied))
    last = (run.audience - 1) // chunk_size
    values = {"notice": run.notice_id, "version": run.version, "first": run.next_chunk, "last": last}
    await session.execute(FREEZE_CHUNKS, values)
    run.next_chunk = max(run.next_chunk, last + 1)
    run.freeze_after = upto


async def analyze(session: AsyncSession) -> None:
    """Tells the planner of the rows that have just come by the thousand; it would find out a minute too late."""
    await session.execute(text("ANALYZE notice_deliveries, notice_chunks"))
