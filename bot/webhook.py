"""What does the platform get for its request? Verify, parse, commit, and only then an answer.

refused -> its status; not committed -> silence, so that the platform asks again
committed -> the reply within the deadline; later: silence for the next request to get it, on the last try `success`
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.channels.base import Channel, Envelope, WebhookAnswer, WebhookRequest
from bot.conversations import Conversations
from bot.errors import BadPayload, BodyTooLarge, RequestRefused, TooSlow
from bot.inbox import Expected, Inbox
from bot.messaging.rules import HEAD_START, PLATFORM_SECONDS, PLATFORM_TRIES
from bot.metrics import Metrics
from bot.outbox import Offer, Outbox, Verdict
from bot.postman import Postman
from bot.trouble import log_trouble
from bot.waiters import Waiters
from services.clock import Clock

log = structlog.stdlib.get_logger(__name__)

BODY_LIMIT = 64 * 1024
BODY_SECONDS = 3.0
ACCEPT_SECONDS = 4.0
#: The platform leaves after its time; we do when it has not.
SILENCE_SECONDS = PLATFORM_SECONDS + 0.5
#: So long after the deadline an answer would come too late: a busy process may notice it that much later.
TOO_LATE_SECONDS = 0.25
#: The platform does not ask again after its last try: what it then takes for too late is lost, while a push is not. So
#: the last try waits less, which leaves a busy network and a busy platform their time.
LAST_TRY_SECONDS = 3.0
#: How often we look whether the platform has left.
LEAVING_LOOK_SECONDS = 0.1
#: Requests that are held for their answers. Those beyond it are acknowledged as soon as they are committed, so that
#: the platform does not ask again and make a busy process busier; their replies are pushed.
MOST_HELD = 150
#: Above all other bounds, so that no request ever hangs.
REQUEST_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What requests are answered with."""

    channel: Channel
    inbox: Inbox
    outbox: Outbox
    conversations: Conversations
    postman: Postman
    waiters: Waiters
    metrics: Metrics
    clock: Clock
    deadline_seconds: float


class Webhook:
    """The platform's side door: GET checks our address, POST brings messages."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._stopping = asyncio.Event()
        self._held = 0

    def stop(self) -> None:
        """Requests that wait for a reply end now; the platform asks again."""
        self._stopping.set()

    async def check(self, request: web.Request) -> web.StreamResponse:
        try:
            return _response(self._tools.channel.verify_endpoint(await self._read(request)))
        except RequestRefused as refusal:
            return self._refuse(refusal)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        started = asyncio.get_running_loop().time()
        self._held += 1
        try:
            return await asyncio.wait_for(self._receive(request, started), REQUEST_SECONDS)
        except RequestRefused as refusal:
            return self._refuse(refusal)
        except Exception as error:  # not committed, or at least not answered: the platform has to ask again
            log_trouble(log, "webhook.failed", error)
            self._tools.metrics.message(self._tools.channel.name, "not_accepted")
            return await self._silence(request, started)
        finally:
            self._held -= 1

    def _refuse(self, refusal: RequestRefused) -> web.Response:
        log.warning("webhook.refused", reason=refusal.reason, status=refusal.status, detail=str(refusal))
        self._tools.metrics.message(self._tools.channel.name, f"refused_{refusal.reason}")
        return web.Response(status=refusal.status, text=refusal.reason)

    async def _receive(self, request: web.Request, started: float) -> web.StreamResponse:
        tools = self._tools
        envelope = tools.channel.parse(await self._read(request))
        accepting = tools.inbox.accept(envelope.message, at_once=self._held > MOST_HELD)
        accepted = await asyncio.wait_for(accepting, ACCEPT_SECONDS)
        tools.metrics.message(tools.channel.name, "accepted" if accepted.is_new else "repeated")
        if accepted.waiting is not None:
            tools.conversations.wake(accepted.waiting)
        if accepted.expected is None:
            return _response(tools.channel.acknowledgement())
        if accepted.waiting is not None:
            await tools.waiters.wait(accepted.waiting, _left(self._deadline(accepted.expected, started)))
        return await self._reply(request, envelope, accepted.expected, started)

    async def _read(self, request: web.Request) -> WebhookRequest:
        try:
            body = await asyncio.wait_for(request.read(), BODY_SECONDS)
        except asyncio.TimeoutError as error:
            raise TooSlow() from error
        except web.HTTPRequestEntityTooLarge as error:
            raise BodyTooLarge(f"a body may have {BODY_LIMIT} bytes") from error
        except (HttpProcessingError, web.RequestPayloadError) as error:
            raise BadPayload("the body's transfer is broken") from error
        return WebhookRequest(
            query=dict(request.query),
            body=body,
            content_type=request.content_type,
            received_at=self._tools.clock.now(),
        )

    async def _reply(
        self, request: web.Request, envelope: Envelope, expected: Expected, started: float
    ) -> web.StreamResponse:
        tools = self._tools
        verdict = await self._wait_for_offer(request, expected, self._deadline(expected, started))
        if isinstance(verdict, Offer):
            return await self._write(request, envelope, expected, verdict)
        if verdict is Verdict.NOT_YET and expected.platform_try >= PLATFORM_TRIES and not self._stopping.is_set():
            await tools.outbox.acknowledge(expected.message_id)
            tools.postman.wake(expected.citizen_id)
            verdict = Verdict.ACKNOWLEDGE
        if verdict is Verdict.ACKNOWLEDGE:
            return _response(tools.channel.acknowledgement())
        return await self._silence(request, started)

    async def _wait_for_offer(self, request: web.Request, expected: Expected, deadline: float) -> Offer | Verdict:
        """Until the reply is there or the deadline is over; NOT_YET also where the platform has left, or will have
        before we can answer."""
        tools = self._tools
        while _left(deadline) > -TOO_LATE_SECONDS and not self._stopping.is_set() and not _has_left(request):
            verdict = await tools.outbox.offer(expected)
            if verdict is not Verdict.NOT_YET or _left(deadline) <= 0:
                return verdict
            await tools.waiters.wait(expected.citizen_id, _left(deadline))
        return Verdict.NOT_YET

    def _deadline(self, expected: Expected, started: float) -> float:
        """Until when this request may wait for its answer, by the loop's clock."""
        seconds = self._tools.deadline_seconds
        return started + (min(seconds, LAST_TRY_SECONDS) if expected.platform_try >= PLATFORM_TRIES else seconds)

    async def _write(
        self, request: web.Request, envelope: Envelope, expected: Expected, offer: Offer
    ) -> web.StreamResponse:
        tools = self._tools
        response = _response(tools.channel.passive_answer(envelope, offer.content, answered_at=tools.clock.now()))
        try:
            await response.prepare(request)
            await response.write_eof()
        except ConnectionError:  # the platform has left; it asks again, or the offer is settled later
            log.info("webhook.platform_left", message_id=str(expected.message_id))
            return response
        more_follows = await tools.outbox.written(offer)
        tools.metrics.outbox("passive", "sent")
        tools.waiters.tell(expected.citizen_id)
        if more_follows:
            tools.postman.wake(expected.citizen_id, after=HEAD_START)
        return response

    async def _silence(self, request: web.Request, started: float) -> web.StreamResponse:
        """Says nothing until the platform has left, so that it asks again."""
        loop = asyncio.get_running_loop()
        stopping = asyncio.create_task(self._stopping.wait())
        while not stopping.done() and not _has_left(request) and loop.time() < started + SILENCE_SECONDS:
            await asyncio.wait({stopping}, timeout=LEAVING_LOOK_SECONDS)
        stopping.cancel()
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=503)


def _left(deadline: float) -> float:
    """How long a request may still wait for its answer; negative when its time is over."""
    return deadline - asyncio.get_running_loop().time()


def _has_left(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _response(answer: WebhookAnswer) -> web.Response:
    return web.Response(body=answer.body, headers={"Content-Type": answer.content_type})
