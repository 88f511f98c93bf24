"""What has arrived? Durable acceptance: duplicates are known, identifiers replaced, all is committed before an answer.

waiting -> answered (by the assistant) | failed (with an apology) | erased (at the citizen's leaving)
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.faults import Fault, FaultPoint
from bot.messages import EventKind, InboundMessage
from bot.messaging.models import InboxRow
from bot.messaging.rules import platform_try
from bot.turns import TEXT_LIMIT, command, shortened, spoken
from services.citizens.service import CitizenService
from services.clock import Clock
from services.db import Sessions
from services.privacy import tokenise
from services.vault.service import VaultService

PURGE_STEP = 500

AGAIN = text("""
    UPDATE inbox SET deliveries = deliveries + 1, delivered_at = :now,
        acknowledged = acknowledged OR (:at_once AND state = 'waiting')
    WHERE channel = :channel AND account = :account AND fingerprint = :mark
    RETURNING message_id, citizen_id, told, state, deliveries, acknowledged
""")
FIRST = text("""
    INSERT INTO inbox (message_id, channel, account, fingerprint, citizen_id, kind, event, told, state, tries,
        received_at, settled_at, deliveries, delivered_at, acknowledged)
    VALUES (:message_id, :channel, :account, :mark, :citizen_id, :kind, :event, :told, :state, 0,
        :now, :settled_at, 1, :now, :at_once)
    ON CONFLICT ON CONSTRAINT uq_inbox_message DO NOTHING
    RETURNING message_id, citizen_id, told, state, deliveries, acknowledged
""")
# What stays is the digest, by which a late repetition is still known as one.
ERASE = text("""
    UPDATE inbox SET citizen_id = NULL, told = NULL, state = 'erased', settled_at = :now
    WHERE citizen_id = :citizen_id AND seq <= :seq
""")

#: Hears of every event that is no conversation (receipts, menu views ...) before it is acknowledged. Commits by
#: itself, and may be called again for the same event.
EventHandler = Callable[[InboundMessage], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A reply that the platform's request should wait for."""

    message_id: UUID
    citizen_id: UUID
    #: The platform's deliveries of this message so far, this one included.
    deliveries: int
    #: Which of the platform's tries this is.
    platform_try: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """What became of a delivery by the platform, committed."""

    #: False for a repetition.
    is_new: bool = True
    #: The citizen with whom somebody now has to converse.
    waiting: UUID | None = None
    expected: Expected | None = None


class Inbox:
    """Arrived messages."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        clock: Clock,
        citizens: CitizenService,
        vault: VaultService,
        handlers: Sequence[EventHandler],
        fault: Fault,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._citizens = citizens
        self._vault = vault
        self._handlers = handlers
        self._fault = fault

    async def accept(self, message: InboundMessage, *, at_once: bool = False) -> Accepted:
        """Commits the message. When this returns, the platform may be told that we have it; with `at_once` it is
        told so in any case, and the reply to a message that still waits is pushed."""
        mark = hashlib.sha256(message.dedup_key.encode("utf-8", "replace")).digest()
        for_assistant = message.event is EventKind.UNFOLLOW or bool(spoken(message) or command(message))
        if not for_assistant:
            for handler in self._handlers:
                await handler(message)
        async with self._sessions.begin() as session:
            accepted = await self._again(session, message, mark, at_once=at_once)
            if accepted is None:
                accepted = await self._first(session, message, mark, for_assistant=for_assistant, at_once=at_once)
        self._fault(FaultPoint.ACCEPTED)
        return accepted

    async def _again(
        self, session: AsyncSession, message: InboundMessage, mark: bytes, *, at_once: bool
    ) -> Accepted | None:
        """Counts a delivery of a message that we know; None for one that we do not."""
        now = self._clock.now()
        where = {"channel": message.channel, "account": message.account, "mark": mark}
        values = {**where, "now": now, "at_once": at_once}
        row = (await session.execute(AGAIN, values)).one_or_none()
        return _accepted(row, message, now) if row is not None else None

    async def _first(
        self, session: AsyncSession, message: InboundMessage, mark: bytes, *, for_assistant: bool, at_once: bool
    ) -> Accepted:
        citizen_id = await self._citizen_of(session, message) if for_assistant else None
        if message.event is EventKind.UNFOLLOW and citizen_id is None:
            return Accepted()  # nobody whom we know: there is nothing to erase
        now = self._clock.now()
        values = {
            "message_id": uuid4(),
            "channel": message.channel,
            "account": message.account,
            "mark": mark,
            "citizen_id": citizen_id,
            "kind": message.kind.value,
            "event": message.event.value if message.event else None,
            "told": await self._told(session, message, citizen_id),
            "state": "waiting" if for_assistant else "noted",
            "settled_at": None if for_assistant else now,
            "now": now,
            "at_once": at_once,
        }
        row = (await session.execute(FIRST, values)).one_or_none()
        if row is not None:
            return _accepted(row, message, now)
        # The same message came twice at the same time, and the other was faster.
        known = await self._again(session, message, mark, at_once=at_once)
        if known is None:
            raise LookupError("a message that was there a moment ago is gone")
        return known

    async def _citizen_of(self, session: AsyncSession, message: InboundMessage) -> UUID | None:
        where = {"channel": message.channel, "account": message.account, "address": message.sender}
        if message.event is EventKind.UNFOLLOW:
            leaving = await self._citizens.find(session, **where)
            if leaving is None:
                return None
            # At once, so that whatever this person sends from now on belongs to somebody new.
            await self._citizens.unfollow(session, leaving.citizen_id)
            return leaving.citizen_id
        citizen = await self._citizens.heard_from(session, **where)
        if message.event is EventKind.FOLLOW:
            await self._citizens.follow(session, citizen.citizen_id)
        return citizen.citizen_id

    async def _told(self, session: AsyncSession, message: InboundMessage, citizen_id: UUID | None) -> str | None:
        words = spoken(message)
        if words is None or citizen_id is None:
            return command(message)
        deposit = partial(self._vault.deposit, session, citizen_id)
        return shortened(await tokenise(words[: 2 * TEXT_LIMIT], deposit))

    async def erase(self, session: AsyncSession, citizen_id: UUID, *, up_to: int) -> None:
        """Forgets what the citizen said up to this place in the order of arrival, in the caller's transaction."""
        await session.execute(ERASE, {"citizen_id": citizen_id, "seq": up_to, "now": self._clock.now()})

    async def waiting(self) -> int:
        """How many messages wait for their turn or its end."""
        async with self._sessions() as session:
            return (await session.scalars(select(func.count()).select_from(InboxRow).filter_by(state="waiting"))).one()

    async def purge(self, before: datetime) -> int:
        """Deletes one step of what was settled before that time; gives the number."""
        old = select(InboxRow.message_id).where(InboxRow.settled_at < before).limit(PURGE_STEP)
        async with self._sessions.begin() as session:
            gone = await session.scalars(
                delete(InboxRow)
                .where(InboxRow.message_id.in_(old.with_for_update(skip_locked=True)))
                .returning(InboxRow.message_id)
            )
            return len(gone.all())


def _accepted(row: Any, message: InboundMessage, now: datetime) -> Accepted:
    expected = None
    if row.citizen_id is not None and row.told is not None and not row.acknowledged:
        expected = Expected(
            message_id=row.message_id,
            citizen_id=row.citizen_id,
            deliveries=row.deliveries,
            platform_try=platform_try(row.deliveries, message.sent_at, now),
        )
    waiting = row.citizen_id if row.state == "waiting" else None
    return Accepted(is_new=row.deliveries == 1, waiting=waiting, expected=expected)
