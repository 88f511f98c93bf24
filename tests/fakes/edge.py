"""An edge that answers as a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """One callback as it came in."""

    query: dict[str, str]
    body: bytes
    content_type: str


Answering = Callable[[Received], Awaitable[web.StreamResponse]]


@dataclass
class FakeEdge:
    """Collects callbacks; `answering` decides what each one gets."""

    answering: Answering
    received: list[Received] = field(default_factory=list)
    #: Callbacks that were being answered at the same time, at most.
    most_at_once: int = 0
    _now: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        received = Received(query=dict(request.query), body=await request.read(), content_type=request.content_type)
        self.received.append(received)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            return await self.answering(received)
        finally:
            self._now -= 1


async def say_success(received: Received) -> web.StreamResponse:
    return web.Response(body=b"success")


async def say_nothing(received: Received) -> web.StreamResponse:
    """Longer than any test waits; ends when the connection is dropped or the server stops."""
    await asyncio.sleep(60)
    return web.Response(body=b"success")


def saying(body: bytes, status: int = 200) -> Answering:
    """Always the same answer."""

    async def answer(received: Received) -> web.StreamResponse:
        return web.Response(body=body, status=status)

    return answer


@asynccontextmanager
async def running_edge(answering: Answering = say_success) -> AsyncIterator[tuple[FakeEdge, str]]:
    """A fake edge on a free port, and its address."""
    edge = FakeEdge(answering=answering)
    app = web.Application()
    app.router.add_route("*", "/wechat", edge.handle)
    server = TestServer(app)
    await server.start_server()
    try:
        yield edge, str(server.make_url("/wechat"))
    finally:
        await server.close()
