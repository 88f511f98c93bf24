"""What are citizens told, and by which way does it leave? Replies as rows, committed before anything is sent.

A reply leaves in the answer to the platform's own request while there is one (passive), else as pushes, which
`bot.pushes` sends. What is repeated is the same to the byte.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import delete, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.faults import Fault, FaultPoint
from bot.inbox import Expected
from bot.messages import Rendered
from bot.messaging.models import InboxRow, OutboxRow
from bot.messaging.rules import HEAD_START, PLATFORM_GIVES_UP
from bot.queue import Answered
from services.clock import Clock
from services.db import Sessions, single_statements

PURGE_STEP = 500
OPEN = ("held", "pending", "offered", "attempting")


# All parts of a reply have one number in the order in which a citizen's messages leave.
PUT = text("""
    WITH place AS MATERIALIZED (SELECT nextval('outbox_order') AS seq)
    INSERT INTO outbox (outbox_id, seq, citizen_id, message_id, cause, position, route, content, instead, as_pushes,
        state, tries, due_at, created_at)
    SELECT gen_random_uuid(), place.seq, :citizen_id, :message_id, :cause, p.position, p.route, p.content, p.instead,
        p.as_pushes, p.state, 0, p.due_at, :now
    FROM place, jsonb_to_recordset(CAST(:parts AS jsonb)) AS p(position integer, route text, content jsonb,
        instead jsonb, as_pushes jsonb, state text, due_at timestamptz)
""")
LOCK = text("SELECT state, acknowledged, deliveries FROM inbox WHERE message_id = :message_id FOR UPDATE")
# News and reminders have an order among themselves, but keep no reply waiting.
PASSIVE = text("""
    SELECT outbox_id, state, content, EXISTS (
        SELECT 1 FROM outbox e WHERE e.citizen_id = o.citizen_id AND e.seq < o.seq AND e.message_id IS NOT NULL
            AND e.state IN ('held', 'pending', 'offered', 'attempting')) AS behind
    FROM outbox o WHERE message_id = :message_id AND route = 'passive' FOR UPDATE OF o
""")
OFFER = text("""
    UPDATE outbox SET state = 'offered', tries = :tries, attempted_at = :now, due_at = :due_at, reason = NULL,
        settled_at = NULL
    WHERE outbox_id = :outbox_id
""")
# In one statement, so that it needs no transaction around it.
WRITTEN = text("""
    WITH written AS (
        UPDATE outbox SET state = 'sent', settled_at = :now
        WHERE outbox_id = :outbox_id AND state = 'offered' AND attempted_at = :offered_at
        RETURNING cause
    )
    UPDATE outbox o SET state = 'pending', due_at = :follows_at FROM written
    WHERE o.cause = written.cause AND o.state = 'held' RETURNING o.outbox_id
""")
RELEASE = text("UPDATE outbox SET state = 'pending', due_at = :due_at WHERE cause = :cause AND state = 'held'")
READY = text("""
    SELECT DISTINCT citizen_id FROM outbox
    WHERE citizen_id = ANY(:citizens) AND route = 'passive' AND state = 'pending'
""")


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a reply, before it has a row."""

    position: int
    route: str
    content: dict[str, object]
    state: str = "pending"
    due_at: datetime
    instead: dict[str, object] | None = None
    as_pushes: list[dict[str, object]] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """The passive answer, committed as offered: its bytes may be written now."""

    outbox_id: UUID
    content: Mapping[str, object]
    offered_at: datetime


class Verdict(Enum):
    """What a request of the platform gets where there is no passive answer for it."""

    #: The reply is not ready, or an earlier one has to leave first.
    NOT_YET = auto()
    #: `success`: the reply leaves, or has left, by another way.
    ACKNOWLEDGE = auto()
    #: Nothing: the platform has asked again since, and that request gets the answer.
    SUPERSEDED = auto()


class Outbox:
    """Replies and their way to the citizen."""

    def __init__(self, *, sessions: Sessions, clock: Clock, fault: Fault) -> None:
        self._sessions = sessions
        self._at_once = single_statements(sessions)
        self._clock = clock
        self._fault = fault

    async def put_reply(self, session: AsyncSession, answered: Answered, rendered: Rendered) -> bool:
        """Adds the reply to a message whose row the caller holds locked: passive while the platform may still ask
        for it, else as pushes. Is there something to push now?"""
        now = self._clock.now()
        given_up_at = answered.delivered_at + PLATFORM_GIVES_UP
        passive = rendered.passive
        if passive is None or answered.acknowledged or now >= given_up_at:
            rows = _pushes(rendered.all_pushes, state="pending", due_at=now)
        else:
            whole = [dict(push) for push in rendered.all_pushes]
            first = _Part(position=0, route="passive", content=dict(passive), as_pushes=whole, due_at=given_up_at)
            rows = [first, *_pushes(rendered.pushes, state="held", due_at=now, first_position=1)]
        reply = {
            "citizen_id": answered.citizen_id,
            "message_id": answered.message_id,
            "cause": f"reply:{answered.message_id}",
        }
        await self._put(session, reply, rows)
        return rows[0].route == "push"

    async def _put(self, session: AsyncSession, reply: Mapping[str, object], rows: Sequence[_Part]) -> None:
        parts = msgspec.json.encode(rows).decode()
        await session.execute(PUT, {**reply, "parts": parts, "now": self._clock.now()})

    async def put_unasked(
        self, citizen_id: UUID, rendered: Rendered, *, cause: str, instead: Mapping[str, object] | None = None
    ) -> bool:
        """Adds something that the citizen is told unasked, and what is sent in its place where it cannot be; False
        where the same cause was added before."""
        async with self._sessions.begin() as session:
            # Two at once: the second waits here for the first, and then finds its rows.
            await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(cause, 0))))
            if (await session.scalars(select(exists().where(OutboxRow.cause == cause)))).one():
                return False
            rows = _pushes(rendered.all_pushes, state="pending", due_at=self._clock.now())
            if instead is not None:
                rows[0] = msgspec.structs.replace(rows[0], instead=dict(instead))
            await self._put(session, {"citizen_id": citizen_id, "message_id": None, "cause": cause}, rows)
        return True

    async def offer(self, expected: Expected) -> Offer | Verdict:
        """The passive answer for this request of the platform; the same again for a repetition."""
        now = self._clock.now()
        key = {"message_id": expected.message_id}
        async with self._sessions.begin() as session:
            message = (await session.execute(LOCK, key)).one_or_none()
            if message is None or message.acknowledged or message.state == "erased":
                return Verdict.ACKNOWLEDGE
            if message.deliveries != expected.deliveries:
                return Verdict.SUPERSEDED
            passive = (await session.execute(PASSIVE, key)).one_or_none()
            if passive is None:
                return Verdict.NOT_YET if message.state == "waiting" else Verdict.ACKNOWLEDGE
            if passive.state == "pending" and passive.behind:
                return Verdict.NOT_YET
            due_at = now + PLATFORM_GIVES_UP
            values = {"outbox_id": passive.outbox_id, "tries": expected.platform_try, "now": now, "due_at": due_at}
            await session.execute(OFFER, values)
        self._fault(FaultPoint.PASSIVE_OFFERED)
        return Offer(outbox_id=passive.outbox_id, content=passive.content, offered_at=now)

    async def written(self, offer: Offer) -> bool:
        """The offered bytes have been written. Is there something that may follow now?"""
        now = self._clock.now()
        # Where a later request of the platform has been offered the same since, its writing counts.
        values = {"outbox_id": offer.outbox_id, "offered_at": offer.offered_at}
        async with self._at_once() as session:
            following = await session.execute(WRITTEN, {**values, "now": now, "follows_at": now + HEAD_START})
            return following.first() is not None

    async def ready(self, citizen_ids: Collection[UUID]) -> Sequence[UUID]:
        """Those of the citizens for whom a passive answer waits to be asked for."""
        async with self._at_once() as session:
            found = await session.execute(READY, {"citizens": list(citizen_ids)})
            return [row.citizen_id for row in found]

    async def acknowledge(self, message_id: UUID) -> None:
        """From now on the message counts as acknowledged: its reply, ready or not, leaves as pushes."""
        async with self._sessions.begin() as session:
            message = await session.get_one(InboxRow, message_id, with_for_update=True)
            message.acknowledged = True
            query = select(OutboxRow).filter_by(message_id=message_id, route="passive", state="pending")
            passive = (await session.scalars(query.with_for_update())).one_or_none()
            if passive is not None:
                await turn_into_pushes(session, passive, self._clock.now())

    async def erase(self, session: AsyncSession, citizen_id: UUID) -> None:
        """Deletes everything that a citizen was or will be told, in the caller's transaction."""
        await session.execute(delete(OutboxRow).filter_by(citizen_id=citizen_id))

    async def due(self, limit: int) -> Sequence[UUID]:
        """Citizens for whom somebody has to do something now."""
        query = (
            select(OutboxRow.citizen_id)
            .where(OutboxRow.state.in_(OPEN), OutboxRow.state != "held", OutboxRow.due_at <= self._clock.now())
            .group_by(OutboxRow.citizen_id)
            .order_by(func.min(OutboxRow.due_at))
            .limit(limit)
        )
        async with self._at_once() as session:
            return list(await session.scalars(query))

    async def depths(self) -> Mapping[str, int]:
        """How many messages are on their way, and how many in doubt."""
        counted = select(func.count()).select_from(OutboxRow)
        async with self._sessions() as session:
            return {
                "pending": (await session.scalars(counted.where(OutboxRow.state.in_(OPEN)))).one(),
                "in_doubt": (await session.scalars(counted.where(OutboxRow.state == "in_doubt"))).one(),
            }

    async def purge(self, before: datetime) -> int:
        """Deletes one step of what was settled before that time; gives the number."""
        old = select(OutboxRow.outbox_id).where(OutboxRow.settled_at < before).limit(PURGE_STEP)
        async with self._sessions.begin() as session:
            gone = await session.scalars(
                delete(OutboxRow)
                .where(OutboxRow.outbox_id.in_(old.with_for_update(skip_locked=True)))
                .returning(OutboxRow.outbox_id)
            )
            return len(gone.all())


async def release(session: AsyncSession, cause: str, now: datetime) -> None:
    """Lets what comes after a passive part go."""
    await session.execute(RELEASE, {"cause": cause, "due_at": now + HEAD_START})


async def turn_into_pushes(session: AsyncSession, passive: OutboxRow, now: datetime) -> None:
    """Replaces a reply that was never offered by the same as pushes, at its place in the order."""
    pushes = [
        OutboxRow(
            outbox_id=uuid4(),
            seq=passive.seq,
            citizen_id=passive.citizen_id,
            message_id=passive.message_id,
            cause=passive.cause,
            position=position,
            route="push",
            content=content,
            state="pending",
            due_at=now,
            created_at=passive.created_at,
        )
        for position, content in enumerate(passive.as_pushes or [])
    ]
    session.expunge(passive)
    await session.execute(delete(OutboxRow).filter_by(cause=passive.cause))
    session.add_all(pushes)


def _pushes(
    contents: Sequence[Mapping[str, object]], *, state: str, due_at: datetime, first_position: int = 0
) -> list[_Part]:
    return [
        _Part(position=position, route="push", content=dict(content), state=state, due_at=due_at)
        for position, content in enumerate(contents, start=first_position)
    ]
