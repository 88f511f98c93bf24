"""What did the platform say later about accepted messages? Receipts find their rows by the platform's id.

A receipt may come twice, late, or before our own commit; it never changes a state or the counts that must close.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.db import Sessions
from services.notices.deliveries import rowcount
from services.notices.rules import ROUTES
from services.notices.values import Chunk, Outcome

log = structlog.stdlib.get_logger(__name__)

REMEMBER = text("""
    INSERT INTO notice_messages (channel, msg_id, notice_id, version, chunk, citizen_id, seen_at)
    SELECT u.channel, u.msg_id, :notice, :version, :chunk, u.citizen, now()
    FROM unnest(CAST(:channels AS text[]), CAST(:msg_ids AS text[]), CAST(:citizens AS uuid[]))
        AS u(channel, msg_id, citizen)
    ORDER BY u.channel, u.msg_id
    ON CONFLICT (channel, msg_id) DO UPDATE SET notice_id = excluded.notice_id, version = excluded.version,
        chunk = excluded.chunk, citizen_id = excluded.citizen_id
    WHERE notice_messages.notice_id IS NULL
    RETURNING notice_id, version, channel, citizen_id, receipt, delivered, blocked, undelivered
""")
# The first receipt counts; a repetition finds the place taken and returns nothing.
ARRIVED = text("""
    INSERT INTO notice_messages (channel, msg_id, receipt, delivered, blocked, undelivered, seen_at)
    VALUES (:channel, :msg_id, true, :delivered, :blocked, :undelivered, now())
    ON CONFLICT (channel, msg_id) DO UPDATE SET receipt = true, delivered = excluded.delivered,
        blocked = excluded.blocked, undelivered = excluded.undelivered
    WHERE NOT notice_messages.receipt
    RETURNING notice_id, version, channel, citizen_id, receipt, delivered, blocked, undelivered
""")
APPLY_TO_ROW = text("""
    UPDATE notice_deliveries SET receipt = :receipt
    WHERE notice_id = :notice AND version = :version AND citizen_id = :citizen AND channel = :channel
""")
APPLY_TO_RUN = text("""
    UPDATE notice_runs SET delivered = delivered + :delivered, blocked = blocked + :blocked,
        undelivered = undelivered + :undelivered
    WHERE notice_id = :notice AND version = :version
""")
FORGET = text("""
    DELETE FROM notice_messages WHERE (channel, msg_id) IN (
        SELECT channel, msg_id FROM notice_messages
        WHERE seen_at < now() - make_interval(days => :days) LIMIT 10000)
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What a job-finished event says: of a message to one citizen one of the counts is 1, of a mass message any."""

    channel: str
    msg_id: str
    delivered: int = 0
    #: The citizen blocked the account.
    blocked: int = 0
    undelivered: int = 0


class ReceiptService:
    """Reconciles receipts with rows."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def arrived(self, receipt: Receipt) -> bool:
        """Writes a receipt down; False when it was known already. One that is quicker than our own commit waits."""
        values = {
            "channel": receipt.channel,
            "msg_id": receipt.msg_id,
            "delivered": receipt.delivered,
            "blocked": receipt.blocked,
            "undelivered": receipt.undelivered,
        }
        async with self._sessions.begin() as session:
            row = (await session.execute(ARRIVED, values)).one_or_none()
            if row is not None and row.notice_id is not None:
                await _apply(session, row)
        return row is not None

    async def forget(self, *, days: int) -> int:
        """Deletes ids that no receipt will ask for any more; how many."""
        async with self._sessions.begin() as session:
            return rowcount(await session.execute(FORGET, {"days": days}))


async def remember(session: AsyncSession, chunk: Chunk, settled: Sequence[Outcome]) -> None:
    """Keeps the platform's ids of accepted calls, and applies receipts that were quicker than we."""
    grouped = ROUTES[chunk.content.route].grouped
    channel_of = {recipient.citizen_id: recipient.channel for recipient in chunk.recipients}
    named: Mapping[str, Outcome] = {outcome.msg_id: outcome for outcome in settled if outcome.msg_id}
    if not named:
        return
    values: dict[str, Any] = {
        "notice": chunk.key.notice_id,
        "version": chunk.key.version,
        "chunk": chunk.key.chunk,
        "channels": [channel_of[outcome.citizen_id] for outcome in named.values()],
        "msg_ids": list(named),
        "citizens": [None if grouped else outcome.citizen_id for outcome in named.values()],
    }
    for row in (await session.execute(REMEMBER, values)).all():
        if row.receipt:
            await _apply(session, row)


async def _apply(session: AsyncSession, row: Any) -> None:
    base = {"notice": row.notice_id, "version": row.version}
    if row.citizen_id is not None:
        word = "delivered" if row.delivered else "blocked" if row.blocked else "failed"
        await session.execute(
            APPLY_TO_ROW, {**base, "citizen": row.citizen_id, "channel": row.channel, "receipt": word}
        )
    counts = {"delivered": row.delivered, "blocked": row.blocked, "undelivered": row.undelivered}
    await session.execute(APPLY_TO_RUN, {**base, **counts})
