"""A platform that answers each call as a test tells it to, in ways in which the real one can fail, and keeps it all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.errors import PlatformTokenInvalid


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """One call as it came in."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class FakeWeChatPlatform:
    """`answers` are used up one a call; after the last one every call is fine."""

    url: str = ""
    called: list[Called] = field(default_factory=list)
    answers: list[Answering] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.called.append(
            Called(method=request.method, path=request.path, query=dict(request.query), body=await request.read())
        )
        answering = self.answers.pop(0) if self.answers else saying({"errcode": 0, "errmsg": "ok"})
        return await answering(request)


def saying(answer: object, status: int = 200) -> Answering:
    """This JSON."""
    return sending(json.dumps(answer, ensure_ascii=False).encode(), status)


def sending(body: bytes, status: int = 200, **headers: str) -> Answering:
    """These bytes."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, status=status, headers=headers)

    return answer


async def hang(request: web.Request) -> web.StreamResponse:
    """Takes the call and says nothing, longer than any client waits."""
    await asyncio.sleep(60)
    return web.Response()


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Takes the call and closes the connection."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def break_off(request: web.Request) -> web.StreamResponse:
    """Begins its answer and closes the connection."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"errcode": 0, ')
    assert request.transport is not None
    request.transport.close()
    return response


def dripping(body: bytes, size: int) -> Answering:
    """These bytes in small pieces, each on its way by itself."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for start in range(0, len(body), size):
            await response.write(body[start : start + size])
            await asyncio.sleep(0)
        await response.write_eof()
        return response

    return answer


@asynccontextmanager
async def running_platform() -> AsyncIterator[FakeWeChatPlatform]:
    """A fake platform on a free port."""
    platform = FakeWeChatPlatform()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", platform.handle)
    server = TestServer(app)
    await server.start_server()
    platform.url = str(server.make_url("")).rstrip("/")
    try:
        yield platform
    finally:
        await server.close()


@dataclass
class MemoryTokens:
    """A token source of one process that gives out its tokens in order."""

    tokens: list[str] = field(default_factory=lambda: ["token-1", "token-2"])
    rejected: list[str] = field(default_factory=list)

    async def token(self) -> str:
        return self.tokens[0]

    async def replace(self, rejected: str) -> str:
        self.rejected.append(rejected)
        if len(self.tokens) == 1:
            raise PlatformTokenInvalid()
        self.tokens.remove(rejected)
        return self.tokens[0]
