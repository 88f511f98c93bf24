"""Whose turn is it? One worker at a time per conversation, its messages in order, across all machines.

A lease row says who is at work; it is renewed while the work goes on and runs out when its owner is gone. Whoever
finishes a turn takes the next one in the same transaction, or frees the conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import BotError
from bot.messaging.rules import LEASE
from services.clock import Clock
from services.db import Sessions, single_statements

TAKE = text("""
    INSERT INTO conversations AS c (citizen_id, owner, expires_at) VALUES (:citizen_id, :owner, :expires_at)
    ON CONFLICT (citizen_id) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
    WHERE c.owner = excluded.owner OR c.expires_at <= :now
    RETURNING citizen_id
""")
HOLD = text("SELECT 1 FROM conversations WHERE citizen_id = :citizen_id AND owner = :owner FOR UPDATE")
FREE = text("DELETE FROM conversations WHERE citizen_id = :citizen_id AND owner = :owner")
FREE_ALL = text("DELETE FROM conversations WHERE owner = :owner")
RENEW = text("UPDATE conversations SET expires_at = :expires_at WHERE owner = :owner AND citizen_id = ANY(:citizens)")
NEXT = text("""
    UPDATE inbox SET tries = tries + 1
    WHERE message_id = (
        SELECT message_id FROM inbox WHERE citizen_id = :citizen_id AND state = 'waiting' ORDER BY seq LIMIT 1)
    RETURNING message_id, channel, seq, told, tries, received_at
""")
SETTLE = text("""
    UPDATE inbox SET state = :state, failure = :failure, settled_at = :now
    WHERE message_id = :message_id AND state = 'waiting'
    RETURNING acknowledged, delivered_at
""")
UNATTENDED = text("""
    SELECT citizen_id FROM inbox i
    WHERE state = 'waiting' AND received_at <= :before AND NOT EXISTS (
        SELECT 1 FROM conversations c WHERE c.citizen_id = i.citizen_id AND c.expires_at > :now)
    GROUP BY citizen_id ORDER BY min(seq) LIMIT :limit
""")


class LeaseLost(BotError):
    """Somebody else has taken the conversation over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One message that is to be worked on now."""

    message_id: UUID
    citizen_id: UUID
    channel: str
    #: Its place in the order of arrival.
    seq: int
    #: None for the farewell of a citizen who has left.
    told: str | None
    #: How often somebody began to work on it.
    tries: int
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """A message that has just been settled, as far as its reply has to know it."""

    message_id: UUID
    citizen_id: UUID
    #: The platform was told `success` already.
    acknowledged: bool
    #: When the platform delivered it last.
    delivered_at: datetime


class Queue:
    """The turns of all conversations; this process is one of their workers."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._at_once = single_statements(sessions)
        self._clock = clock
        #: Who we are in the leases: another start is somebody else.
        self._owner = uuid4()

    async def take(self, citizen_id: UUID) -> Turn | None:
        """Takes the conversation and gives its oldest waiting message; None where there is none, and where somebody
        else is at work on it: that one looks for more before it leaves."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            ours = {**self._key(citizen_id), "now": now, "expires_at": now + LEASE}
            if (await session.execute(TAKE, ours)).one_or_none() is None:
                return None
            return await self.next(session, citizen_id)

    async def hold(self, session: AsyncSession, turn: Turn) -> None:
        """Keeps the conversation ours until the transaction ends; raises LeaseLost."""
        if (await session.execute(HOLD, self._key(turn.citizen_id))).one_or_none() is None:
            raise LeaseLost()

    async def settle(self, session: AsyncSession, turn: Turn, failure: str | None) -> Answered:
        """Marks the message as answered, or as failed; its row stays locked. Raises LeaseLost."""
        await self.hold(session, turn)
        values = {
            "message_id": turn.message_id,
            "state": "answered" if failure is None else "failed",
            "failure": failure,
            "now": self._clock.now(),
        }
        row = (await session.execute(SETTLE, values)).one_or_none()
        if row is None:
            raise LeaseLost()
        return Answered(
            message_id=turn.message_id,
            citizen_id=turn.citizen_id,
            acknowledged=row.acknowledged,
            delivered_at=row.delivered_at,
        )

    async def next(self, session: AsyncSession, citizen_id: UUID) -> Turn | None:
        """The next message of a conversation that we hold; without one it is free again. Who comes with a message at
        this very moment waits for our transaction, and finds it free."""
        row = (await session.execute(NEXT, {"citizen_id": citizen_id})).one_or_none()
        if row is None:
            await session.execute(FREE, self._key(citizen_id))
            return None
        return Turn(
            message_id=row.message_id,
            citizen_id=citizen_id,
            channel=row.channel,
            seq=row.seq,
            told=row.told,
            tries=row.tries,
            received_at=row.received_at,
        )

    async def renew(self, citizen_ids: Collection[UUID]) -> None:
        """Says that we are still at work on these conversations."""
        values = {"owner": self._owner, "citizens": list(citizen_ids), "expires_at": self._clock.now() + LEASE}
        async with self._at_once() as session:
            await session.execute(RENEW, values)

    async def free_all(self) -> None:
        """Frees our conversations at the end, so that others need not wait."""
        async with self._at_once() as session:
            await session.execute(FREE_ALL, {"owner": self._owner})

    async def unattended(self, *, since: timedelta, limit: int) -> Sequence[UUID]:
        """Citizens with a waiting message that nobody is at work on, `since` so long at least."""
        now = self._clock.now()
        async with self._at_once() as session:
            found = await session.execute(UNATTENDED, {"before": now - since, "now": now, "limit": limit})
            return [row.citizen_id for row in found]

    def _key(self, citizen_id: UUID) -> dict[str, UUID]:
        return {"citizen_id": citizen_id, "owner": self._owner}
