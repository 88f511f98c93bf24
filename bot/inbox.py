"""What has arrived, and whose turn is it? Durable acceptance, duplicates, and one worker at a time per conversation.

waiting -> answered (by the assistant) | failed (with an apology) | erased (at the citizen's leaving)
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import BotError
from bot.faults import Fault, FaultPoint
from bot.messages import EventKind, InboundMessage
from bot.messaging.models import ConversationRow, InboxRow
from bot.messaging.rules import LEASE, platform_try
from bot.privacy import tokenise
from bot.turns import TEXT_LIMIT, command, shortened, spoken
from services.citizens.service import CitizenService
from services.clock import Clock
from services.db import Sessions
from services.vault.service import VaultService

PURGE_STEP = 500

#: Hears of every event that is no conversation (receipts, menu views ...) before it is acknowledged. Commits by
#: itself, and may be called again for the same event.
EventHandler = Callable[[InboundMessage], Awaitable[None]]


class LeaseLost(BotError):
    """Somebody else has taken the conversation over."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One message that is to be worked on now."""

    message_id: UUID
    citizen_id: UUID
    channel: str
    seq: int
    #: None for the farewell of a citizen who has left.
    told: str | None
    tries: int
    received_at: datetime


class Inbox:
    """Arrived messages, in order, one conversation with one worker at a time."""

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
        #: Who we are in the leases: another start is somebody else.
        self._owner = uuid4()

    async def accept(self, message: InboundMessage) -> Accepted:
        """Commits the message. When this returns, the platform may be told that we have it."""
        mark = hashlib.sha256(message.dedup_key.encode("utf-8", "replace")).digest()
        for_assistant = message.event is EventKind.UNFOLLOW or bool(spoken(message) or command(message))
        if not for_assistant:
            for handler in self._handlers:
                await handler(message)
        async with self._sessions.begin() as session:
            accepted = await self._again(session, message, mark)
            if accepted is None:
                accepted = await self._first(session, message, mark, for_assistant=for_assistant)
        self._fault(FaultPoint.ACCEPTED)
        return accepted

    async def _again(self, session: AsyncSession, message: InboundMessage, mark: bytes) -> Accepted | None:
        """Counts a delivery of a message that we know; None for one that we do not."""
        now = self._clock.now()
        row = (
            await session.scalars(
                update(InboxRow)
                .filter_by(channel=message.channel, account=message.account, fingerprint=mark)
                .values(deliveries=InboxRow.deliveries + 1, delivered_at=now)
                .returning(InboxRow)
            )
        ).one_or_none()
        return _accepted(row, platform_try(row.deliveries, message.sent_at, now)) if row is not None else None

    async def _first(
        self, session: AsyncSession, message: InboundMessage, mark: bytes, *, for_assistant: bool
    ) -> Accepted:
        citizen_id = await self._citizen_of(session, message) if for_assistant else None
        if message.event is EventKind.UNFOLLOW and citizen_id is None:
            return Accepted()  # nobody whom we know: there is nothing to erase
        now = self._clock.now()
        values = {
            "message_id": uuid4(),
            "channel": message.channel,
            "account": message.account,
            "fingerprint": mark,
            "citizen_id": citizen_id,
            "kind": message.kind.value,
            "event": message.event.value if message.event else None,
            "told": await self._told(session, message, citizen_id),
            "state": "waiting" if for_assistant else "noted",
            "tries": 0,
            "received_at": now,
            "settled_at": None if for_assistant else now,
            "deliveries": 1,
            "delivered_at": now,
            "acknowledged": False,
        }
        fresh = insert(InboxRow).values(values).on_conflict_do_nothing(constraint="uq_inbox_message")
        row = (await session.scalars(fresh.returning(InboxRow))).one_or_none()
        if row is not None:
            return _accepted(row, platform_try(1, message.sent_at, now))
        # The same message came twice at the same time, and the other was faster.
        known = await self._again(session, message, mark)
        return known if known is not None else Accepted()

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

    async def next_turn(self, citizen_id: UUID) -> Turn | None:
        """Takes the conversation and gives its oldest waiting message; without one, the conversation is free again.

        None also where somebody else is at work on it: that one looks here again before it leaves.
        """
        now = self._clock.now()
        async with self._sessions.begin() as session:
            ours = insert(ConversationRow).values(citizen_id=citizen_id, owner=self._owner, expires_at=now + LEASE)
            ours = ours.on_conflict_do_update(
                index_elements=[ConversationRow.citizen_id],
                set_={"owner": self._owner, "expires_at": now + LEASE},
                where=or_(ConversationRow.owner == self._owner, ConversationRow.expires_at <= now),
            )
            if (await session.scalars(ours.returning(ConversationRow.citizen_id))).one_or_none() is None:
                return None
            waiting = select(InboxRow).filter_by(citizen_id=citizen_id, state="waiting")
            row = (await session.scalars(waiting.order_by(InboxRow.seq).limit(1).with_for_update())).one_or_none()
            if row is None:
                await session.execute(delete(ConversationRow).filter_by(citizen_id=citizen_id))
                return None
            row.tries += 1
            return Turn(
                message_id=row.message_id,
                citizen_id=citizen_id,
                channel=row.channel,
                seq=row.seq,
                told=row.told,
                tries=row.tries,
                received_at=row.received_at,
            )

    async def settle(self, session: AsyncSession, turn: Turn, failure: str | None) -> InboxRow:
        """Marks the message as answered, or as failed; its row stays locked. Raises LeaseLost."""
        await self.confirm_lease(session, turn)
        row = await session.get_one(InboxRow, turn.message_id, with_for_update=True)
        row.state = "answered" if failure is None else "failed"
        row.failure = failure
        row.settled_at = self._clock.now()
        return row

    async def confirm_lease(self, session: AsyncSession, turn: Turn) -> None:
        """Keeps the conversation ours until the transaction ends; raises LeaseLost."""
        query = select(ConversationRow).filter_by(citizen_id=turn.citizen_id, owner=self._owner).with_for_update()
        if (await session.scalars(query)).one_or_none() is None:
            raise LeaseLost()

    async def erase(self, session: AsyncSession, turn: Turn) -> None:
        """Forgets what the citizen said up to this farewell. What stays is the digest, by which a late repetition
        is still known as one."""
        await session.execute(
            update(InboxRow)
            .where(InboxRow.citizen_id == turn.citizen_id, InboxRow.seq <= turn.seq)
            .values(citizen_id=None, told=None, state="erased", settled_at=self._clock.now())
        )

    async def renew(self, citizen_ids: Collection[UUID]) -> None:
        """Says that we are still at work on these conversations."""
        async with self._sessions.begin() as session:
            await session.execute(
                update(ConversationRow)
                .where(ConversationRow.citizen_id.in_(citizen_ids), ConversationRow.owner == self._owner)
                .values(expires_at=self._clock.now() + LEASE)
            )

    async def release_all(self) -> None:
        """Frees our conversations at the end, so that others need not wait."""
        async with self._sessions.begin() as session:
            await session.execute(delete(ConversationRow).filter_by(owner=self._owner))

    async def unattended(self, *, since: timedelta, limit: int) -> Sequence[UUID]:
        """Citizens with a waiting message that nobody is at work on, `since` so long at least."""
        now = self._clock.now()
        held = exists().where(ConversationRow.citizen_id == InboxRow.citizen_id, ConversationRow.expires_at > now)
        query = (
            select(InboxRow.citizen_id)
            .where(InboxRow.state == "waiting", InboxRow.received_at <= now - since, ~held)
            .group_by(InboxRow.citizen_id)
            .order_by(func.min(InboxRow.seq))
            .limit(limit)
        )
        async with self._sessions() as session:
            return [citizen_id for citizen_id in await session.scalars(query) if citizen_id is not None]

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


def _accepted(row: InboxRow, current_try: int) -> Accepted:
    expected = None
    if row.citizen_id is not None and row.told is not None:
        expected = Expected(
            message_id=row.message_id,
            citizen_id=row.citizen_id,
            deliveries=row.deliveries,
            platform_try=current_try,
        )
    waiting = row.citizen_id if row.state == "waiting" else None
    return Accepted(is_new=row.deliveries == 1, waiting=waiting, expected=expected)
