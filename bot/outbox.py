"""What are citizens told, and by which way does it leave? Replies as rows, committed before anything is sent.

A reply leaves in the answer to the platform's own request while there is one (passive), else as pushes, which
`bot.pushes` sends. What is repeated is the same to the byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.faults import Fault, FaultPoint
from bot.messages import Rendered
from bot.messaging.models import OUTBOX_ORDER, InboxRow, OutboxRow
from bot.messaging.rules import HEAD_START, PLATFORM_GIVES_UP
from services.clock import Clock
from services.db import Sessions

PURGE_STEP = 500
OPEN = ("held", "pending", "offered", "attempting")


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
        self._clock = clock
        self._fault = fault

    async def put_reply(self, session: AsyncSession, message: InboxRow, citizen_id: UUID, rendered: Rendered) -> bool:
        """Adds the reply to a message whose row the caller holds locked: passive while the platform may still ask
        for it, else as pushes. Is there something to push now?"""
        now = self._clock.now()
        cause = f"reply:{message.message_id}"
        seq = await _next_seq(session)
        still_asked = not message.acknowledged and now < message.delivered_at + PLATFORM_GIVES_UP
        base = {"seq": seq, "citizen_id": citizen_id, "message_id": message.message_id, "cause": cause}
        if rendered.passive is None or not still_asked:
            session.add_all(_pushes(base, rendered.all_pushes, state="pending", now=now, first_position=0))
            return True
        passive = OutboxRow(
            **base,
            outbox_id=uuid4(),
            position=0,
            route="passive",
            content=dict(rendered.passive),
            as_pushes=[dict(push) for push in rendered.all_pushes],
            state="pending",
            due_at=message.delivered_at + PLATFORM_GIVES_UP,
            created_at=now,
        )
        rest = _pushes(base, rendered.pushes, state="held", now=now, first_position=1)
        session.add_all([passive, *rest])
        return False

    async def put_unasked(
        self, citizen_id: UUID, rendered: Rendered, *, cause: str, instead: Mapping[str, object] | None = None
    ) -> bool:
        """Adds something that the citizen is told unasked, and what is sent in its place where it cannot be; False
        where the same cause was added before."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            # Two at once: the second waits here for the first, and then finds its rows.
            await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(cause, 0))))
            if (await session.scalars(select(exists().where(OutboxRow.cause == cause)))).one():
                return False
            base = {"seq": await _next_seq(session), "citizen_id": citizen_id, "message_id": None, "cause": cause}
            pushes = _pushes(base, rendered.all_pushes, state="pending", now=now, first_position=0)
            if instead is not None:
                pushes[0].instead = dict(instead)
            session.add_all(pushes)
        return True

    async def offer(self, message_id: UUID, *, deliveries: int, platform_try: int) -> Offer | Verdict:
        """The passive answer for the platform's request number `deliveries`; the same again for a repetition."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            message = await session.get(InboxRow, message_id, with_for_update=True)
            if message is None or message.acknowledged or message.state == "erased":
                return Verdict.ACKNOWLEDGE
            if message.deliveries != deliveries:
                return Verdict.SUPERSEDED
            passive = await _passive_of(session, message_id)
            if passive is None:
                return Verdict.NOT_YET if message.state == "waiting" else Verdict.ACKNOWLEDGE
            if passive.state == "pending" and await _earlier_reply_is_open(session, passive):
                return Verdict.NOT_YET
            passive.state, passive.reason, passive.settled_at = "offered", None, None
            passive.tries = platform_try
            passive.attempted_at = now
            passive.due_at = now + PLATFORM_GIVES_UP
            offer = Offer(outbox_id=passive.outbox_id, content=passive.content, offered_at=now)
        self._fault(FaultPoint.PASSIVE_OFFERED)
        return offer

    async def written(self, offer: Offer) -> bool:
        """The offered bytes have been written. Is there something that may follow now?"""
        async with self._sessions.begin() as session:
            query = select(OutboxRow).filter_by(
                outbox_id=offer.outbox_id, state="offered", attempted_at=offer.offered_at
            )
            passive = (await session.scalars(query.with_for_update())).one_or_none()
            if passive is None:  # a later request of the platform has been offered them since
                return False
            return await settle_passive(session, passive, state="sent", reason=None, now=self._clock.now())

    async def acknowledge(self, message_id: UUID) -> None:
        """From now on the message counts as acknowledged: its reply, ready or not, leaves as pushes."""
        async with self._sessions.begin() as session:
            message = await session.get_one(InboxRow, message_id, with_for_update=True)
            message.acknowledged = True
            passive = await _passive_of(session, message_id)
            if passive is not None and passive.state == "pending":
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
        async with self._sessions() as session:
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


async def settle_passive(
    session: AsyncSession, passive: OutboxRow, *, state: str, reason: str | None, now: datetime
) -> bool:
    """Closes a passive part, whose row the caller holds locked, and lets the rest of the reply go: is there any?"""
    passive.state, passive.reason, passive.settled_at = state, reason, now
    if len(passive.as_pushes or ()) < 2:
        return False
    await session.execute(
        update(OutboxRow).filter_by(cause=passive.cause, state="held").values(state="pending", due_at=now + HEAD_START)
    )
    return True


async def turn_into_pushes(session: AsyncSession, passive: OutboxRow, now: datetime) -> None:
    """Replaces a reply that was never offered by the same as pushes, at its place in the order."""
    base = {
        "seq": passive.seq,
        "citizen_id": passive.citizen_id,
        "message_id": passive.message_id,
        "cause": passive.cause,
    }
    pushes = _pushes(base, passive.as_pushes or [], state="pending", now=now, first_position=0)
    session.expunge(passive)
    await session.execute(delete(OutboxRow).filter_by(cause=passive.cause))
    session.add_all(pushes)


def _pushes(
    base: Mapping[str, Any], contents: Sequence[Mapping[str, object]], *, state: str, now: datetime, first_position: int
) -> list[OutboxRow]:
    return [
        OutboxRow(
            **base,
            outbox_id=uuid4(),
            position=position,
            route="push",
            content=dict(content),
            state=state,
            due_at=now,
            created_at=now,
        )
        for position, content in enumerate(contents, start=first_position)
    ]


async def _next_seq(session: AsyncSession) -> int:
    return (await session.scalars(select(OUTBOX_ORDER.next_value()))).one()


async def _passive_of(session: AsyncSession, message_id: UUID) -> OutboxRow | None:
    query = select(OutboxRow).filter_by(message_id=message_id, route="passive").with_for_update()
    return (await session.scalars(query)).one_or_none()


async def _earlier_reply_is_open(session: AsyncSession, passive: OutboxRow) -> bool:
    """News and reminders do not count: they have an order among themselves, but keep nobody waiting."""
    earlier = exists().where(
        OutboxRow.citizen_id == passive.citizen_id,
        OutboxRow.seq < passive.seq,
        OutboxRow.state.in_(OPEN),
        OutboxRow.message_id.is_not(None),
    )
    return (await session.scalars(select(earlier))).one()
