"""How is one chunk sent? Commit the attempt, call, settle; kill it anywhere, nobody gets it twice.

addresses -> [make the draft of news -> wait for the shared rate -> commit `attempting` -> call the burst at once]*
-> release
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.broadcast.answers import answer_of
from bot.broadcast.articles import ArticleDesk
from bot.broadcast.bursts import Target, bursts_of
from bot.broadcast.sender import NoticeSender, group_key, recipient_key
from bot.faults import Fault, FaultPoint, no_fault
from services.citizens.types import Citizen
from services.notices.dispatch import DispatchService
from services.notices.filled import Filled
from services.notices.rates import SharedRate
from services.notices.rules import Answer, Row, after_answer, backoff_seconds
from services.notices.shown import is_news
from services.notices.values import Chunk, Content, Outcome, Recipient

log = structlog.stdlib.get_logger(__name__)

#: Connections cut, server restarting, deadlock: the same statement may go well in a moment.
DATABASE_AWAY = (OperationalError, InterfaceError)


class Addresses(Protocol):
    """Where citizens are reached; kept by the citizens' topic."""

    async def resolve_many(self, citizen_ids: Sequence[UUID]) -> Sequence[Citizen]: ...


class Filling(Protocol):
    """Fills the places of a personalised notice."""

    async def of(self, content: Content, citizens: Sequence[UUID]) -> Mapping[UUID, Filled]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How hard one worker process works."""

    #: Longer than a burst can take: waiting for the rate comes before the lease is renewed.
    lease_seconds: float = 60.0
    #: Calls at once, and rows whose outcome one kill can leave unknown.
    burst: int = 100
    #: Chunks worked on at once by this process.
    lanes: int = 4
    #: A lane gives way to other jobs after this.
    slice_seconds: float = 10.0
    #: How often, and after what pause, a settled burst is tried to be written while the database is away.
    write_tries: int = 10
    write_pause_seconds: float = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What a chunk is sent with."""

    dispatch: DispatchService
    addresses: Addresses
    filling: Filling
    sender: NoticeSender
    #: Mass messages that are news.
    articles: ArticleDesk
    #: Calls to one recipient, all workers together.
    rate: SharedRate
    #: Calls for a whole chunk.
    group_rate: SharedRate
    #: Calls to one recipient that nothing but emergencies may use.
    emergency_rate: SharedRate
    fault: Fault = no_fault


class ChunkWork:
    """One leased chunk on its way."""

    def __init__(self, tools: Tools, limits: Limits, chunk: Chunk, stopping: Callable[[], bool]) -> None:
        self._tools = tools
        self._limits = limits
        self._chunk = chunk
        self._stopping = stopping
        self._routes = chunk.content.routes
        self._rate = tools.emergency_rate if chunk.content.emergency else tools.rate
        #: Known, but not written yet.
        self._settled: list[Outcome] = []
        #: Seconds until rows that the platform was too busy for are tried again.
        self._again = 0.0
        #: Why the notice must pause.
        self._held = ""
        #: Of news: the draft to send.
        self._media_id = ""

    async def run(self) -> None:
        """Attempts every row once and gives the chunk back."""
        targets = await self._targets()
        # A burst that no bucket can ever hold would come all at once after a long wait.
        size = max(1, min(self._limits.burst, int(self._rate.rate.capacity)))
        for burst in bursts_of(targets, size):
            if self._stopping() or self._held or not await self._attempt(burst):
                break
        if self._held:
            self._again = 0.0
            await self._tools.dispatch.pause(self._chunk.key.notice_id, self._held)
        await self._release()

    async def _targets(self) -> Sequence[Target]:
        """Rows that can be called; those that cannot are settled."""
        recipients = self._chunk.recipients
        citizens = await self._tools.addresses.resolve_many([recipient.citizen_id for recipient in recipients])
        address_of = {citizen.citizen_id: citizen.address for citizen in citizens if citizen.address is not None}
        filled = await self._filled(list(address_of))
        targets = []
        for recipient in recipients:
            address = address_of.get(recipient.citizen_id)
            says = filled.get(recipient.citizen_id, Filled(content=self._chunk.content, values={}))
            if address is None or says.reason:
                self._settled.append(_not_called(recipient, says.reason or "no_address"))
            else:
                route = self._routes[recipient.fallen]
                targets.append(Target(recipient, address, route, says.content, says.values))
        grouped = [target for target in targets if target.rules.grouped]
        if len(grouped) == 1:
            self._settled.append(self._outcome(grouped[0], Answer(kind="refused", reason="too_few"), called=False))
            targets.remove(grouped[0])
        return targets

    async def _filled(self, citizens: Sequence[UUID]) -> Mapping[UUID, Filled]:
        """What a personalised notice says to each; nothing where it says the same to everybody."""
        if not self._chunk.content.fields:
            return {}
        return await self._tools.filling.of(self._chunk.content, citizens)

    async def _attempt(self, burst: Sequence[Target]) -> bool:
        """Commits the burst as attempting, calls, and keeps what came of it; may the next burst go?"""
        unready = await self._prepare(burst[0])
        if unready is not None:
            return self._take_in(burst, [unready] * len(burst))
        await self._wait_for_rate(burst)
        try:
            advance = await self._tools.dispatch.advance(
                self._chunk,
                self._settled,
                [target.recipient.citizen_id for target in burst],
                lease_seconds=self._limits.lease_seconds,
                filled={target.recipient.citizen_id: target.values for target in burst if target.values},
            )
        except DATABASE_AWAY as error:
            # Was it committed? Either way these were not called: they are written back as they were.
            log.warning("notice.advance_failed", notice=self._notice, error=type(error).__name__)
            self._settled += [_untouched(target.recipient) for target in burst]
            return False
        self._settled = []
        marked = [target for target in burst if target.recipient.citizen_id in advance.marked]
        if not marked:
            return advance.going
        self._tools.fault(FaultPoint.NOTICE_ATTEMPTED)
        answers = await self._call(marked)
        self._tools.fault(FaultPoint.NOTICE_ANSWERED)
        return self._take_in(marked, answers)

    def _take_in(self, targets: Sequence[Target], answers: Sequence[Answer]) -> bool:
        """Keeps what came of these until it is written; may the next burst go?"""
        outcomes = [self._outcome(target, answer) for target, answer in zip(targets, answers, strict=True)]
        self._settled += outcomes
        self._again = max(self._again, *(_pause(outcome) for outcome in outcomes))
        self._held = next((answer.reason for answer in answers if answer.kind == "held"), "")
        if self._falls(targets[0]):
            self._held = ""
        return not all(answer.kind == "busy" for answer in answers)

    async def _prepare(self, target: Target) -> Answer | None:
        """Makes the draft of news before anybody is marked: what goes wrong here leaves no doubt. None: ready."""
        if self._media_id or not is_news(self._chunk.content, target.route):
            return None
        try:
            self._media_id = await self._tools.articles.draft(self._chunk.content, self._chunk.key)
        except DATABASE_AWAY as error:
            log.warning("notice.draft_failed", notice=self._notice, error=type(error).__name__)
            return Answer(kind="busy", reason="busy")
        except Exception as error:
            answer = self._explain(error)
            return Answer(kind="held", reason="not_prepared") if answer.kind in ("crashed", "unknown") else answer
        return None

    def _falls(self, target: Target) -> bool:
        """Is there another route after this one?"""
        return target.recipient.fallen + 1 < len(self._routes)

    def _outcome(self, target: Target, answer: Answer, *, called: bool = True) -> Outcome:
        recipient = target.recipient
        row = Row(
            state="attempting",
            attempts=recipient.attempts + called,
            doubts=recipient.doubts,
            fallen=recipient.fallen,
        )
        after = after_answer(row, answer, keyed=target.rules.key_seconds > 0, falls=self._falls(target))
        return Outcome(citizen_id=recipient.citizen_id, row=after, msg_id=answer.msg_id)

    async def _wait_for_rate(self, burst: Sequence[Target]) -> None:
        if burst[0].rules.grouped:
            seconds = await self._tools.group_rate.take(1)
        else:
            seconds = await self._rate.take(len(burst))
        if seconds > 0:
            await asyncio.sleep(seconds)

    async def _call(self, targets: Sequence[Target]) -> Sequence[Answer]:
        """Calls the platform. No database session is open: the platform may take its time."""
        if targets[0].rules.grouped:
            return [await self._call_group(targets)] * len(targets)
        return await asyncio.gather(*(self._call_one(target) for target in targets))

    async def _call_one(self, target: Target) -> Answer:
        content = target.content
        try:
            if is_news(content, target.route):
                msg_id = await self._tools.articles.preview(self._media_id, address=target.address)
            else:
                key = recipient_key(content, target.recipient.citizen_id)
                msg_id = await self._tools.sender.send_one(content, route=target.route, address=target.address, key=key)
        except Exception as error:
            return self._explain(error)
        return Answer(kind="accepted", msg_id=msg_id)

    async def _call_group(self, targets: Sequence[Target]) -> Answer:
        addresses = [target.address for target in targets]
        try:
            key, content = group_key(self._chunk.key), self._chunk.content
            if self._media_id:
                msg_id = await self._tools.articles.send(
                    content, self._chunk.key, self._media_id, addresses=addresses, clientmsgid=key
                )
            else:
                msg_id = await self._tools.sender.send_many(content, addresses=addresses, key=key)
        except Exception as error:
            return self._explain(error)
        return Answer(kind="accepted", msg_id=msg_id)

    def _explain(self, error: Exception) -> Answer:
        answer = answer_of(error)
        if answer.kind == "crashed":
            log.error("notice.sender_crashed", notice=self._notice, exc_info=error)
        return answer

    async def _release(self) -> None:
        """Writes what is known and gives the chunk back; tries for a while, since what is known must not be lost."""
        for _ in range(self._limits.write_tries - 1):
            try:
                await self._tools.dispatch.release(self._chunk, self._settled, again_in_seconds=self._again)
                return
            except DATABASE_AWAY as error:
                log.warning("notice.release_failed", notice=self._notice, error=type(error).__name__)
            await asyncio.sleep(self._limits.write_pause_seconds)
        await self._tools.dispatch.release(self._chunk, self._settled, again_in_seconds=self._again)

    @property
    def _notice(self) -> str:
        return str(self._chunk.key.notice_id)


def _not_called(recipient: Recipient, reason: str) -> Outcome:
    """Without an address, or without a value for a place, no route leads to them."""
    row = Row(state="attempting", attempts=recipient.attempts, doubts=recipient.doubts, fallen=recipient.fallen)
    after = after_answer(row, Answer(kind="refused", reason=reason), keyed=False)
    return Outcome(citizen_id=recipient.citizen_id, row=after)


def _untouched(recipient: Recipient) -> Outcome:
    row = Row(state="pending", attempts=recipient.attempts, doubts=recipient.doubts, fallen=recipient.fallen)
    return Outcome(citizen_id=recipient.citizen_id, row=row)


def _pause(outcome: Outcome) -> float:
    # A row that falls to its next route starts there with no attempts, and at once.
    waits = outcome.row.state == "pending" and outcome.row.reason and outcome.row.attempts
    return backoff_seconds(outcome.row.attempts) if waits else 0.0
