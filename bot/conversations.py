"""How does a waiting message become a committed reply? One turn of the assistant after the other, for each citizen."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Channel
from bot.dialogue import Dialogue
from bot.errors import DialogueFailed
from bot.faults import Fault, FaultPoint
from bot.inbox import Inbox
from bot.messages import Reply, Text
from bot.messaging.rules import MOST_TURNS
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.postman import Postman
from bot.queue import LeaseLost, Queue, Turn
from bot.runner import PerCitizen
from bot.texts import apology
from bot.trouble import PASSING, log_trouble
from bot.waiters import Waiters
from services.clock import Clock
from services.db import Sessions
from services.faq.recall import Tellings

log = structlog.stdlib.get_logger(__name__)

#: Turns at once in one process; a database connection is held in none of them while the assistant thinks.
TURNS_AT_ONCE = 128
#: Rasa may be restarting, or have dropped an idle connection.
SECOND_TRY_AFTER = 0.5
#: Who accepted a message works on it at once; one that lies about for longer has lost its worker.
LEFT_LYING = timedelta(seconds=1)
STOP_SECONDS = 3.0

#: Deletes what a topic holds of a citizen who has left, in the caller's transaction.
Eraser = Callable[[AsyncSession, UUID], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What a turn is worked on with."""

    sessions: Sessions
    clock: Clock
    queue: Queue
    inbox: Inbox
    outbox: Outbox
    dialogue: Dialogue
    channel: Channel
    postman: Postman
    waiters: Waiters
    metrics: Metrics
    tellings: Tellings
    erasers: Sequence[Eraser]
    hotline: str
    fault: Fault


class Conversations:
    """Works through the inbox."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._runner = PerCitizen("conversation", self._converse, limit=TURNS_AT_ONCE)

    def wake(self, citizen_id: UUID) -> None:
        """A message of this citizen waits."""
        self._runner.wake(citizen_id)

    async def sweep(self) -> None:
        """Takes up what a process that is gone, or was full, has left."""
        for citizen_id in await self._tools.queue.unattended(since=LEFT_LYING, limit=TURNS_AT_ONCE):
            self._runner.wake(citizen_id)

    async def renew_leases(self) -> None:
        """Says that the conversations under way are ours."""
        active = list(self._runner.active)
        if active:
            await self._tools.queue.renew(active)

    async def stop(self) -> None:
        """Finishes what takes little time and leaves the rest to others."""
        await self._runner.stop(STOP_SECONDS)
        try:
            await self._tools.queue.free_all()
        except PASSING as error:  # the leases run out by themselves
            log_trouble(log, "conversations.not_released", error)

    async def _converse(self, citizen_id: UUID) -> None:
        turn = await self._tools.queue.take(citizen_id)
        try:
            while turn is not None:
                turn = await (self._farewell(turn) if turn.told is None else self._answer(turn, turn.told))
        except LeaseLost:
            log.warning("conversation.lease_lost", citizen_id=str(citizen_id))

    async def _answer(self, turn: Turn, told: str) -> Turn | None:
        """Commits the reply, and gives the turn after this one."""
        tools = self._tools
        reply, failure = await self._ask(turn, told)
        rendered = tools.channel.render(reply)
        tools.fault(FaultPoint.ANSWERED)
        async with tools.sessions.begin() as session:
            answered = await tools.queue.settle(session, turn, failure)
            to_push = await tools.outbox.put_reply(session, answered, rendered)
            answers = [(one.entry_id, one.written_at) for one in reply.told]
            await tools.tellings.note(session, message_id=turn.message_id, citizen_id=turn.citizen_id, told=answers)
            following = await tools.queue.next(session, turn.citizen_id)
        tools.fault(FaultPoint.REPLY_COMMITTED)
        tools.metrics.message(turn.channel, "answered" if failure is None else "apologised")
        tools.metrics.reply_ready(turn.channel, (tools.clock.now() - turn.received_at).total_seconds())
        tools.waiters.tell(turn.citizen_id)
        if to_push:
            tools.postman.wake(turn.citizen_id)
        return following

    async def _ask(self, turn: Turn, told: str) -> tuple[Reply, str | None]:
        """The assistant's reply; or an apology, and why."""
        if turn.tries > MOST_TURNS:
            failure = "given_up"
        else:
            try:
                return await self._ask_twice(turn, told), None
            except DialogueFailed as error:
                failure = str(error)
        log.error("dialogue.failed", message_id=str(turn.message_id), reason=failure, tries=turn.tries)
        return Reply(parts=(Text(text=apology(self._tools.hotline)),)), failure

    async def _ask_twice(self, turn: Turn, told: str) -> Reply:
        """A second time where the first ended early: the assistant recognises a repeated message."""
        try:
            return await self._ask_once(turn, told)
        except DialogueFailed as error:
            if str(error) == "timeout":
                raise
        await asyncio.sleep(SECOND_TRY_AFTER)
        return await self._ask_once(turn, told)

    async def _ask_once(self, turn: Turn, told: str) -> Reply:
        try:
            return await self._tools.dialogue.turn(citizen_id=turn.citizen_id, message_id=turn.message_id, told=told)
        except DialogueFailed as error:
            self._tools.metrics.backend_error("rasa", str(error))
            raise

    async def _farewell(self, turn: Turn) -> Turn | None:
        """Erases what we hold of a citizen who has left."""
        tools = self._tools
        async with tools.sessions.begin() as session:
            await tools.queue.hold(session, turn)
            await tools.inbox.erase(session, turn.citizen_id, up_to=turn.seq)
            await tools.outbox.erase(session, turn.citizen_id)
            for erase in tools.erasers:
                await erase(session, turn.citizen_id)
            following = await tools.queue.next(session, turn.citizen_id)
        log.info("citizen.erased", citizen_id=str(turn.citizen_id))
        tools.metrics.message(turn.channel, "erased")
        tools.waiters.tell(turn.citizen_id)
        return following
