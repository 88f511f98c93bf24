"""How are a run's recipients and a day's calls counted? Counters that are added to, never rows that are counted.

A run's row is locked after its recipients' and before the day's, by everybody.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.notices import tally
from services.notices.tally import Tally
from services.notices.values import ChunkKey

COUNT = text("""
    UPDATE notice_runs SET
        accepted = accepted + :accepted, failed = failed + :failed, in_doubt = in_doubt + :in_doubt,
        cancelled = cancelled + :cancelled,
        rate = CASE WHEN rate_at IS NULL OR now() - rate_at < interval '5 seconds' THEN rate
            ELSE (rate_count + :accepted) / extract(epoch FROM now() - rate_at) END,
        rate_count = CASE WHEN now() - rate_at < interval '5 seconds' THEN rate_count + :accepted ELSE 0 END,
        rate_at = CASE WHEN now() - rate_at < interval '5 seconds' THEN rate_at ELSE now() END
    WHERE notice_id = :notice AND version = :version
""")
# The run's row is ours since the statement before.
COUNT_REASONS = text("""
    UPDATE notice_runs SET reasons = (
        SELECT coalesce(jsonb_object_agg(name, total), '{}') FROM (
            SELECT name, sum(count) AS total FROM (
                SELECT key AS name, value::int AS count FROM jsonb_each_text(reasons)
                UNION ALL
                SELECT name, count FROM unnest(CAST(:names AS text[]), CAST(:counts AS int[])) AS u(name, count)
            ) counted GROUP BY name HAVING sum(count) <> 0
        ) summed)
    WHERE notice_id = :notice AND version = :version
""")
COUNT_CALLS = text("""
    INSERT INTO notice_calls AS c (route, day, calls)
    VALUES (:route, :day, :calls)
    ON CONFLICT (route, day) DO UPDATE SET calls = c.calls + :calls
""")


async def count(session: AsyncSession, key: ChunkKey, deltas: Tally) -> None:
    """Adds to the run's counters; nothing to add, nothing written."""
    run = {"notice": key.notice_id, "version": key.version}
    changes, reasons = tally.states(deltas), tally.reasons(deltas)
    if any(changes.values()):
        await session.execute(COUNT, {**run, **changes})
    if reasons:
        named = {"names": list(reasons), "counts": list(reasons.values())}
        await session.execute(COUNT_REASONS, {**run, **named})


async def count_calls(session: AsyncSession, route: str, day: date, calls: int) -> None:
    """Adds to a day's calls of a route; the last statement of a transaction, since all workers share the row."""
    await session.execute(COUNT_CALLS, {"route": route, "day": day, "calls": calls})
