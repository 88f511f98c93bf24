"""How are recipients' rows claimed, marked, settled and counted? SQL only; every statement touches one chunk.

Locks are always taken in this order: notice, chunk, deliveries, run. Leases are compared by the database's clock,
the only one that all workers share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Result, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.notices import tally
from services.notices.rules import MAX_DOUBTS, ROUTES, SETTLED, RouteName, RouteRules, Row, routes_of
from services.notices.tally import Tally
from services.notices.values import ChunkKey, Outcome, Recipient

CANDIDATES = text("""
    SELECT id, approved_version, route, emergency FROM notices
    WHERE state = 'sending' AND (emergency OR NOT :emergencies)
    ORDER BY emergency DESC, due_at, id LIMIT 50
""")
HAS_WORK = text("""
    SELECT EXISTS (
        SELECT 1 FROM notices n JOIN notice_chunks c ON c.notice_id = n.id AND c.version = n.approved_version
        WHERE n.state = 'sending' AND (n.emergency OR NOT :emergencies) AND c.is_open AND c.available_at <= now())
""")
HOLD_NOTICE = text("SELECT approved_version FROM notices WHERE id = :notice AND state = 'sending' FOR SHARE")
TAKE_CHUNK = text("""
    WITH free AS (
        SELECT chunk, lease FROM notice_chunks
        WHERE notice_id = :notice AND version = :version AND is_open AND available_at <= now()
        ORDER BY doubtful DESC, available_at, chunk LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE notice_chunks c SET lease = :lease, available_at = now() + make_interval(secs => :seconds)
    FROM free WHERE c.notice_id = :notice AND c.version = :version AND c.chunk = free.chunk
    RETURNING c.chunk, free.lease IS NOT NULL AS lost
""")
RECOVER = text("""
    UPDATE notice_deliveries SET
        state = CASE WHEN (CAST(:keyed AS bool[]))[fallen + 1] AND doubts + 1 < :max_doubts
            THEN 'pending' ELSE 'in_doubt' END,
        doubts = doubts + 1, doubt_since = coalesce(doubt_since, attempted_at), reason = 'worker_lost',
        settled_at = CASE WHEN (CAST(:keyed AS bool[]))[fallen + 1] AND doubts + 1 < :max_doubts
            THEN NULL ELSE now() END
    WHERE notice_id = :notice AND version = :version AND chunk = :chunk AND state = 'attempting'
    RETURNING state, reason
""")
LEASE_ROWS = text("""
    UPDATE notice_deliveries SET state = 'leased'
    WHERE notice_id = :notice AND version = :version AND chunk = :chunk AND state IN ('pending', 'leased')
    RETURNING citizen_id, channel, attempts, doubts, fallen,
        CASE WHEN reason = 'worker_lost' THEN doubts ELSE 0 END AS workers_lost
""")
LOCK_CHUNK = text("""
    SELECT lease FROM notice_chunks
    WHERE notice_id = :notice AND version = :version AND chunk = :chunk FOR UPDATE
""")
RENEW = text("""
    UPDATE notice_chunks SET available_at = now() + make_interval(secs => :seconds), doubtful = true
    WHERE notice_id = :notice AND version = :version AND chunk = :chunk
""")
MARK = text("""
    UPDATE notice_deliveries SET
        state = CASE WHEN now() - doubt_since > make_interval(secs => (CAST(:key_seconds AS float8[]))[fallen + 1])
            THEN 'in_doubt' ELSE 'attempting' END,
        attempts = attempts + 1, attempted_at = now(),
        settled_at = CASE WHEN now() - doubt_since > make_interval(secs => (CAST(:key_seconds AS float8[]))[fallen + 1])
            THEN now() END
    WHERE notice_id = :notice AND version = :version AND chunk = :chunk AND state = 'leased'
        AND citizen_id = ANY(CAST(:citizens AS uuid[]))
    RETURNING citizen_id, state, reason
""")
# No join: rows settled alike are named by an array, so that the plan is one index scan of the chunk, whatever the
# statistics say.
SETTLE = text("""
    UPDATE notice_deliveries SET
        state = CAST(:state AS text), attempts = :attempts, doubts = CAST(:doubts AS int), reason = :reason,
        fallen = :fallen,
        doubt_since = CASE WHEN CAST(:doubts AS int) > 0 THEN coalesce(doubt_since, attempted_at) END,
        settled_at = CASE WHEN CAST(:state AS text) <> 'pending' THEN now() END
    WHERE notice_id = :notice AND version = :version AND chunk = :chunk
        AND state = ANY(CAST(:from_states AS text[])) AND citizen_id = ANY(CAST(:citizens AS uuid[]))
""")
DOUBTFUL = text("""
    SELECT state, reason FROM notice_deliveries
    WHERE notice_id = :notice AND version = :version AND chunk = :chunk
        AND state = 'in_doubt' AND citizen_id = ANY(CAST(:citizens AS uuid[]))
    FOR UPDATE
""")
UNLEASE_ROWS = text("""
    UPDATE notice_deliveries SET state = 'pending'
    WHERE notice_id = :notice AND version = :version AND chunk = :chunk AND state = 'leased'
""")
RELEASE = text("""
    UPDATE notice_chunks SET lease = NULL, available_at = now() + make_interval(secs => :seconds),
        doubtful = EXISTS (
            SELECT 1 FROM notice_deliveries d WHERE d.notice_id = :notice AND d.version = :version
                AND d.chunk = :chunk AND d.state = 'pending' AND d.doubts > 0),
        is_open = EXISTS (
            SELECT 1 FROM notice_deliveries d WHERE d.notice_id = :notice AND d.version = :version
                AND d.chunk = :chunk AND d.state IN ('pending', 'leased', 'attempting'))
    WHERE notice_id = :notice AND version = :version AND chunk = :chunk
    RETURNING is_open
""")
SWEEP_CHUNKS = text("""
    SELECT chunk, lease IS NOT NULL AND available_at <= now() AS lost,
        lease IS NOT NULL AND available_at > now() AS held
    FROM notice_chunks WHERE notice_id = :notice AND version = :version AND is_open
    ORDER BY available_at, chunk LIMIT :limit FOR UPDATE SKIP LOCKED
""")
SWEEP_ROWS = text("""
    UPDATE notice_deliveries SET
        state = CASE WHEN state = 'attempting' OR doubts > 0 THEN 'in_doubt' ELSE 'cancelled' END,
        doubts = CASE WHEN state = 'attempting' THEN doubts + 1 ELSE doubts END,
        doubt_since = CASE WHEN state = 'attempting' THEN coalesce(doubt_since, attempted_at) ELSE doubt_since END,
        reason = CASE WHEN state = 'attempting' THEN 'worker_lost' ELSE reason END, settled_at = now()
    WHERE notice_id = :notice AND version = :version AND chunk = ANY(CAST(:chunks AS int[]))
        AND (state IN ('pending', 'leased') OR (state = 'attempting' AND chunk = ANY(CAST(:lost AS int[]))))
    RETURNING state, reason
""")
CLOSE_CHUNKS = text("""
    UPDATE notice_chunks SET lease = NULL, is_open = false
    WHERE notice_id = :notice AND version = :version AND chunk = ANY(CAST(:chunks AS int[]))
""")


async def candidates(session: AsyncSession, *, emergencies: bool) -> list[tuple[UUID, int, Sequence[RouteRules]]]:
    """Notices being sent with the routes they try, the most urgent first; `emergencies`: no others."""
    rows = await session.execute(CANDIDATES, {"emergencies": emergencies})
    return [(row.id, row.approved_version, rules_of(row.route, emergency=row.emergency)) for row in rows]


def rules_of(route: RouteName, *, emergency: bool) -> Sequence[RouteRules]:
    """The rules of each route that a notice tries, in order."""
    return [ROUTES[name] for name in routes_of(route, emergency=emergency)]


async def has_work(session: AsyncSession, *, emergencies: bool) -> bool:
    """Is there a chunk to claim?"""
    return bool((await session.execute(HAS_WORK, {"emergencies": emergencies})).scalar_one())


async def hold_notice(session: AsyncSession, notice_id: UUID, version: int) -> bool:
    """Is this version being sent? If so it stays so until the transaction ends: whoever pauses it waits for us."""
    return bool((await session.execute(HOLD_NOTICE, {"notice": notice_id})).scalar_one_or_none() == version)


async def take_chunk(
    session: AsyncSession, notice_id: UUID, version: int, lease: UUID, seconds: float
) -> tuple[ChunkKey, bool] | None:
    """Leases the next free chunk; the second value says that its last holder never came back."""
    values = {"notice": notice_id, "version": version, "lease": lease, "seconds": seconds}
    row = (await session.execute(TAKE_CHUNK, values)).one_or_none()
    return None if row is None else (ChunkKey(notice_id=notice_id, version=version, chunk=row.chunk), row.lost)


async def recover(session: AsyncSession, key: ChunkKey, routes: Sequence[RouteRules]) -> Tally:
    """Settles the attempts of a holder that never came back (rules.after_lost_lease); the changes of the counts."""
    keyed = [route.key_seconds > 0 for route in routes]
    values = {**_values(key), "keyed": keyed, "max_doubts": MAX_DOUBTS}
    rows = await session.execute(RECOVER, values)
    return tally.of((row.state, row.reason) for row in rows)


async def lease_rows(session: AsyncSession, key: ChunkKey) -> tuple[Recipient, ...]:
    """Leases every row of the chunk that is still to be sent."""
    rows = await session.execute(LEASE_ROWS, _values(key))
    return tuple(
        Recipient(
            citizen_id=row.citizen_id,
            channel=row.channel,
            attempts=row.attempts,
            doubts=row.doubts,
            workers_lost=row.workers_lost,
            fallen=row.fallen,
        )
        for row in rows
    )


async def lock_chunk(session: AsyncSession, key: ChunkKey, lease: UUID) -> bool:
    """Locks the chunk against everybody; is the lease still ours?"""
    return bool((await session.execute(LOCK_CHUNK, _values(key))).scalar_one() == lease)


async def renew(session: AsyncSession, key: ChunkKey, seconds: float) -> None:
    """Holds the locked chunk, whose rows are about to be called, for `seconds` more."""
    await session.execute(RENEW, {**_values(key), "seconds": seconds})


async def mark(
    session: AsyncSession, key: ChunkKey, citizens: Sequence[UUID], routes: Sequence[RouteRules]
) -> tuple[frozenset[UUID], Tally]:
    """Leased rows become attempting; those whose earlier attempt the platform no longer guards become in doubt."""
    key_seconds = [float(route.key_seconds) for route in routes]
    values = {**_values(key), "citizens": list(citizens), "key_seconds": key_seconds}
    rows = (await session.execute(MARK, values)).all()
    marked = frozenset(row.citizen_id for row in rows if row.state == "attempting")
    return marked, tally.of((row.state, row.reason) for row in rows)


async def settle(session: AsyncSession, key: ChunkKey, outcomes: Sequence[Outcome], *, holds: bool) -> Tally:
    """Writes what came of the attempts; the changes of the counts.

    What was accepted is a fact, whoever comes to say so and however late; all else counts only from who `holds`
    the lease.
    """
    alike: dict[Row, list[UUID]] = {}
    for outcome in outcomes:
        alike.setdefault(outcome.row, []).append(outcome.citizen_id)
    deltas = Tally()
    for row, citizens in alike.items():
        accepted = row.state == "accepted"
        if not accepted and not holds:
            continue
        under_way = ("leased", "attempting", "pending") if accepted else ("leased", "attempting")
        written = await _write(session, key, row, citizens, under_way)
        if accepted and written < len(citizens):
            doubtful = (await session.execute(DOUBTFUL, {**_values(key), "citizens": list(citizens)})).all()
            deltas.subtract(tally.of((doubt.state, doubt.reason) for doubt in doubtful))
            written += await _write(session, key, row, citizens, ("in_doubt",))
        if row.state in SETTLED:
            deltas[tally.entry(row.state, row.reason)] += written
    return deltas


async def _write(
    session: AsyncSession, key: ChunkKey, row: Row, citizens: Sequence[UUID], from_states: Sequence[str]
) -> int:
    values = {
        **_values(key),
        "state": row.state,
        "attempts": row.attempts,
        "doubts": row.doubts,
        "reason": row.reason,
        "fallen": row.fallen,
        "from_states": list(from_states),
        "citizens": list(citizens),
    }
    return rowcount(await session.execute(SETTLE, values))


async def release(session: AsyncSession, key: ChunkKey, seconds: float) -> bool:
    """Gives the locked chunk back, free again in `seconds`; is anything of it still to do?"""
    await session.execute(UNLEASE_ROWS, _values(key))
    return bool((await session.execute(RELEASE, {**_values(key), "seconds": seconds})).scalar_one())


async def sweep(session: AsyncSession, notice_id: UUID, version: int, *, limit: int) -> tuple[int, Tally]:
    """Cancels what is open in up to `limit` chunks of a stopped run (rules.after_stop). Attempts in flight are left
    to their holder, those of a lost holder become in doubt. Gives how many chunks it closed, and the counts."""
    base: dict[str, Any] = {"notice": notice_id, "version": version}
    chunks = (await session.execute(SWEEP_CHUNKS, {**base, "limit": limit})).all()
    if not chunks:
        return 0, Tally()
    lost = [row.chunk for row in chunks if not row.held]
    rows = await session.execute(SWEEP_ROWS, {**base, "chunks": [row.chunk for row in chunks], "lost": lost})
    deltas = tally.of((row.state, row.reason) for row in rows)
    await session.execute(CLOSE_CHUNKS, {**base, "chunks": lost})
    return len(lost), deltas


def rowcount(result: Result[Any]) -> int:
    """How many rows a statement changed."""
    return cast("CursorResult[Any]", result).rowcount


def _values(key: ChunkKey) -> dict[str, Any]:
    return {"notice": key.notice_id, "version": key.version, "chunk": key.chunk}
