"""How do pushes leave? One after the other for a citizen, many citizens at once, no database connection held."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from bot.channels.base import Channel
from bot.errors import (
    AnswerLost,
    ContentRejected,
    DeliveryInDoubt,
    PermissionDenied,
    PlatformBusy,
    PlatformError,
    PlatformTokenInvalid,
    QuotaExhausted,
    RecipientUnreachable,
    WindowClosed,
)
from bot.messages import News, Reply
from bot.messaging.rules import PUSH_SECONDS
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.pushes import Attempt, Ending, Pushes, Settled
from bot.runner import PerCitizen
from bot.waiters import Waiters

log = structlog.stdlib.get_logger(__name__)

CITIZENS_AT_ONCE = 16
SWEEP_LIMIT = 200
STOP_SECONDS = 3.0

#: Looked through in this order: the first class that fits decides.
ENDINGS: Sequence[tuple[type[PlatformError], Ending, str]] = (
    (AnswerLost, "lost", "answer_lost"),
    (PlatformBusy, "busy", "busy"),
    (PlatformTokenInvalid, "busy", "token"),
    (RecipientUnreachable, "failed", "unreachable"),
    (WindowClosed, "closed", "window_closed"),
    (QuotaExhausted, "failed", "quota"),
    (ContentRejected, "failed", "content"),
    (PermissionDenied, "failed", "permission"),
    (PlatformError, "failed", "platform_error"),
)


class Postman:
    """Sends what is to be pushed."""

    def __init__(self, *, outbox: Outbox, pushes: Pushes, channel: Channel, waiters: Waiters, metrics: Metrics) -> None:
        self._outbox = outbox
        self._pushes = pushes
        self._channel = channel
        self._waiters = waiters
        self._metrics = metrics
        self._runner = PerCitizen("postman", self._deliver, limit=CITIZENS_AT_ONCE)

    async def push_to_citizen(self, citizen_id: UUID, reply: Reply, *, cause: str, news: News | None = None) -> bool:
        """Tells a citizen something unasked; `news` says it to one who has not written for long. Once committed it is
        sent, at most once for each cause; False where this cause was there already."""
        instead = self._channel.render_news(news, key=cause) if news is not None else None
        added = await self._outbox.put_unasked(citizen_id, self._channel.render(reply), cause=cause, instead=instead)
        if added:
            self.wake(citizen_id)
        return added

    def wake(self, citizen_id: UUID, *, after: timedelta = timedelta(0)) -> None:
        """There may be something to send to this citizen."""
        if after:
            asyncio.get_running_loop().call_later(after.total_seconds(), self._runner.wake, citizen_id)
        else:
            self._runner.wake(citizen_id)

    async def sweep(self) -> None:
        """Takes up what is due and nobody was woken for."""
        for citizen_id in await self._outbox.due(SWEEP_LIMIT):
            self._runner.wake(citizen_id)

    async def stop(self) -> None:
        await self._runner.stop(STOP_SECONDS)

    async def _deliver(self, citizen_id: UUID) -> None:
        while (step := await self._pushes.advance(citizen_id)) is not None:
            if isinstance(step, Settled):
                self._note(step.route, step.state, step.reason)
            else:
                ending, reason = await self._push(step)
                ending = await self._pushes.settle(step, ending, reason)
                self._note("push", ending, reason)
            self._waiters.tell(citizen_id)

    async def _push(self, attempt: Attempt) -> tuple[Ending, str | None]:
        """Makes the call and reads its outcome. What nobody foresaw may have happened after it went out."""
        try:
            call = self._channel.push(attempt.address, attempt.content)
            platform_id = await asyncio.wait_for(call, PUSH_SECONDS)
        except DeliveryInDoubt:
            return "in_doubt", "no_answer"
        except asyncio.TimeoutError:
            return "in_doubt", "too_slow"
        except PlatformError as error:
            ending, reason = next((ending, reason) for kind, ending, reason in ENDINGS if isinstance(error, kind))
            self._metrics.backend_error("platform", reason)
            log.warning("push.refused", reason=reason, errcode=error.errcode, rid=error.rid, tries=attempt.tries)
            return ending, reason
        except Exception as error:
            log.exception("push.crashed", error=type(error).__name__)
            return "in_doubt", f"crashed:{type(error).__name__}"
        log.info("push.sent", outbox_id=str(attempt.outbox_id), platform_id=platform_id)
        return "sent", None

    def _note(self, route: str, outcome: str, reason: str | None) -> None:
        self._metrics.outbox(route, outcome)
        if outcome == "in_doubt":
            log.warning("outbox.in_doubt", route=route, reason=reason)
