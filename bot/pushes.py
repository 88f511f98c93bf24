"""What is the next thing to do for a citizen's open messages, and what came of a push? Rows only, no platform here.

pending -> attempting (committed before the call) -> sent | failed | in_doubt; pending again when the platform is busy
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.faults import Fault, FaultPoint
from bot.messaging.models import InboxRow, OutboxRow
from bot.messaging.rules import (
    HEARSAY,
    MOST_PUSHES,
    MOST_REPEATS,
    NEXT_TRY_FROM,
    PLATFORM_GIVES_UP,
    PLATFORM_TRIES,
    PUSH_LEASE,
    push_again_after,
)
from bot.outbox import OPEN, release, turn_into_pushes
from services.citizens.service import CitizenService
from services.clock import Clock
from services.db import Sessions

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A push that is committed as attempted and may be made now, once."""

    outbox_id: UUID
    #: Counts the attempts at this message, from 1.
    tries: int
    address: str
    content: Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """Something about a message was decided without a call."""

    route: str
    state: str
    reason: str | None


#: `busy` is tried again, and so is `lost`: it may have arrived, but its key keeps it from arriving twice. `closed` is
#: tried in another form. The others are final.
Ending = Literal["sent", "failed", "in_doubt", "busy", "lost", "closed"]
#: What each means once it is not tried again.
FINAL: Mapping[Ending, Ending] = {"busy": "failed", "lost": "in_doubt", "closed": "failed"}


class Pushes:
    """Decides about the oldest open message of a citizen, so that they leave in order."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        clock: Clock,
        citizens: CitizenService,
        fault: Fault,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._citizens = citizens
        self._fault = fault
        self._listening_since: datetime | None = None

    def listen(self) -> None:
        """From now on this process would hear the platform ask again."""
        self._listening_since = self._clock.now()

    async def advance(self, citizen_id: UUID) -> Attempt | Settled | None:
        """Does the next thing for a citizen; None where there is nothing to do now."""
        citizen = await self._citizens.resolve(citizen_id)
        async with self._sessions.begin() as session:
            head = await self._head(session, citizen_id)
            if head is None or head.due_at > self._clock.now():
                return None
            if head.route == "passive":
                return await self._settle_passive(session, head)
            if head.state == "attempting":
                return self._close(head, "in_doubt", "not_seen_to_end")
            if citizen is None or citizen.address is None:
                return self._close(head, "failed", "unreachable")
            now = self._clock.now()
            head.state, head.attempted_at, head.due_at = "attempting", now, now + PUSH_LEASE
            head.tries += 1
            attempt = Attempt(outbox_id=head.outbox_id, tries=head.tries, address=citizen.address, content=head.content)
        self._fault(FaultPoint.PUSH_ATTEMPTED)
        return attempt

    async def _head(self, session: AsyncSession, citizen_id: UUID) -> OutboxRow | None:
        """The oldest open message, locked; None also where it changed while we waited for it."""
        query = (
            select(OutboxRow.outbox_id, OutboxRow.message_id)
            .where(OutboxRow.citizen_id == citizen_id, OutboxRow.state.in_(OPEN))
            .order_by(OutboxRow.seq, OutboxRow.position)
            .limit(1)
        )
        found = (await session.execute(query)).one_or_none()
        if found is None:
            return None
        if found.message_id is not None:  # everybody locks the message before its reply
            await session.get(InboxRow, found.message_id, with_for_update=True)
        locked = select(OutboxRow).where(OutboxRow.outbox_id == found.outbox_id, OutboxRow.state.in_(OPEN))
        return (await session.scalars(locked.with_for_update())).one_or_none()

    async def _settle_passive(self, session: AsyncSession, passive: OutboxRow) -> Settled | None:
        """The platform has not asked (again) in time."""
        now = self._clock.now()
        message = await session.get_one(InboxRow, passive.message_id)
        given_up_at = message.delivered_at + PLATFORM_GIVES_UP
        if given_up_at > now:  # it did ask again, only an earlier reply had to leave first
            passive.due_at = given_up_at
            return None
        if passive.state == "pending":
            await turn_into_pushes(session, passive, now)
            return Settled(route="passive", state="pushed", reason="not_asked_again")
        if passive.tries >= PLATFORM_TRIES:
            state, reason = "in_doubt", "last_try"
        elif self._would_have_heard(message):
            state, reason = "sent", "not_asked_again"
        elif now < given_up_at + HEARSAY:
            return None  # another process may have listened
        else:
            state, reason = "in_doubt", "nobody_listened"
        await release(session, passive.cause, now)
        return self._close(passive, state, reason)

    def _would_have_heard(self, message: InboxRow) -> bool:
        """Did this process listen when the platform would have asked again?"""
        return self._listening_since is not None and self._listening_since < message.delivered_at + NEXT_TRY_FROM

    async def settle(self, attempt: Attempt, ending: Ending, reason: str | None) -> Ending:
        """Writes down what came of a push; gives what that means in the end. A refused part ends its whole reply."""
        self._fault(FaultPoint.PUSH_ANSWERED)
        async with self._sessions.begin() as session:
            query = select(OutboxRow).filter_by(outbox_id=attempt.outbox_id, state="attempting", tries=attempt.tries)
            row = (await session.scalars(query.with_for_update())).one_or_none()
            if row is None:  # erased, or in doubt since we took too long
                return ending
            if self._again(row, ending):
                row.state, row.reason = "pending", reason
                return ending
            final = FINAL.get(ending, ending)
            self._close(row, final, reason)
            if final == "failed":
                await session.execute(
                    update(OutboxRow)
                    .where(OutboxRow.cause == row.cause, OutboxRow.state == "pending")
                    .values(state="failed", reason=reason, settled_at=self._clock.now())
                )
        return final

    def _again(self, row: OutboxRow, ending: Ending) -> bool:
        """Prepares the row for another attempt, where there is to be one."""
        if ending == "closed" and row.instead is not None:
            row.content, row.instead, row.due_at = row.instead, None, self._clock.now()
            return True
        if (ending == "busy" and row.tries < MOST_PUSHES) or (ending == "lost" and row.tries < MOST_REPEATS):
            row.due_at = self._clock.now() + push_again_after(row.tries)
            return True
        return False

    def _close(self, row: OutboxRow, state: str, reason: str | None) -> Settled:
        row.state, row.reason, row.settled_at = state, reason, self._clock.now()
        return Settled(route=row.route, state=state, reason=reason)
