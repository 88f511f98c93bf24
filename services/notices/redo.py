"""How are rows given another chance? Failed and doubtful ones move into new chunks; SQL only.

A new chunk also means a new key for a mass call: under the old one the platform would say "sent already" of people
who were not in that call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.notices import counting, freezing, repository, tally
from services.notices.models import RunRow
from services.notices.rules import ROUTES
from services.notices.tally import Tally
from services.notices.values import ChunkKey

FAILURES = text("""
    SELECT citizen_id, channel, state, reason, attempts, settled_at FROM notice_deliveries
    WHERE notice_id = :notice AND version = :version AND state IN ('failed', 'in_doubt')
        AND (CAST(:after AS uuid) IS NULL OR citizen_id > :after)
    ORDER BY citizen_id LIMIT :limit
""")
AGAIN = text("""
    WITH chosen AS (
        SELECT citizen_id, channel, reason FROM notice_deliveries
        WHERE notice_id = :notice AND version = :version AND state = :state
            AND (CAST(:citizens AS uuid[]) IS NULL OR citizen_id = ANY(CAST(:citizens AS uuid[])))
        ORDER BY citizen_id FOR UPDATE),
    placed AS (
        SELECT citizen_id, channel, reason,
            :first + (row_number() OVER (ORDER BY citizen_id) - 1) / :size AS chunk FROM chosen)
    UPDATE notice_deliveries d SET state = 'pending', attempts = 0, doubts = 0, fallen = 0, doubt_since = NULL,
        settled_at = NULL, reason = '', chunk = placed.chunk
    FROM placed
    WHERE d.notice_id = :notice AND d.version = :version AND d.citizen_id = placed.citizen_id
        AND d.channel = placed.channel
    RETURNING d.chunk, placed.reason
""")
ACCEPT = text("""
    WITH chosen AS (
        SELECT citizen_id, channel, reason FROM notice_deliveries
        WHERE notice_id = :notice AND version = :version AND state = 'in_doubt'
            AND (CAST(:citizens AS uuid[]) IS NULL OR citizen_id = ANY(CAST(:citizens AS uuid[])))
        ORDER BY citizen_id FOR UPDATE)
    UPDATE notice_deliveries d SET state = 'accepted', settled_at = now(), reason = 'by_staff'
    FROM chosen
    WHERE d.notice_id = :notice AND d.version = :version AND d.citizen_id = chosen.citizen_id
        AND d.channel = chosen.channel
    RETURNING chosen.reason
""")


async def failures(session: AsyncSession, run: RunRow, after: UUID | None, limit: int) -> Sequence[Row[Any]]:
    """The next failed or doubtful rows in the order of citizen_id."""
    values = {"notice": run.notice_id, "version": run.version, "after": after, "limit": limit}
    return (await session.execute(FAILURES, values)).all()


async def retry_failed(session: AsyncSession, run: RunRow, route: str) -> int:
    """Failed rows become pending; how many."""
    return await _again(session, run, "failed", None, route)


async def send_again(session: AsyncSession, run: RunRow, citizens: Sequence[UUID] | None, route: str) -> int:
    """Doubtful rows become pending; how many."""
    return await _again(session, run, "in_doubt", citizens, route)


async def accept_as_sent(session: AsyncSession, run: RunRow, citizens: Sequence[UUID] | None, _route: str) -> int:
    """Doubtful rows become accepted; how many."""
    values = {"notice": run.notice_id, "version": run.version, "citizens": _array(citizens)}
    reasons = (await session.execute(ACCEPT, values)).scalars().all()
    await _count(session, run, Tally(accepted=len(reasons)), "in_doubt", reasons)
    return len(reasons)


async def _again(session: AsyncSession, run: RunRow, state: str, citizens: Sequence[UUID] | None, route: str) -> int:
    base = {"notice": run.notice_id, "version": run.version}
    first = run.next_chunk
    values = {**base, "state": state, "citizens": _array(citizens), "first": first, "size": ROUTES[route].chunk_size}
    moved = (await session.execute(AGAIN, values)).all()
    if not moved:
        return 0
    last = max(row.chunk for row in moved)
    await session.execute(freezing.FREEZE_CHUNKS, {**base, "first": first, "last": last})
    locked = await _count(session, run, Tally(), state, [row.reason for row in moved])
    locked.next_chunk = last + 1
    return len(moved)


async def _count(session: AsyncSession, run: RunRow, added: Tally, state: str, reasons: Sequence[str]) -> RunRow:
    """Takes rows that were in a state, for these reasons, off its counts and adds others; the run as it is then."""
    added.subtract(tally.of((state, reason) for reason in reasons))
    await counting.count(session, ChunkKey(notice_id=run.notice_id, version=run.version, chunk=-1), added)
    return await repository.lock_run(session, run.notice_id, run.version)


def _array(citizens: Sequence[UUID] | None) -> list[UUID] | None:
    return None if citizens is None else list(citizens)
