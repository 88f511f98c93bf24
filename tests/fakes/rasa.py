"""An assistant that repeats what it is told, on our Rasa channel's HTTP contract, and remembers every turn."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


def _open() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate


@dataclass
class FakeRasa:
    """Answers `答：<text>`; the knobs make it slow, silent, broken or talkative."""

    token: str
    #: What one turn takes.
    seconds: float = 0.0
    #: A turn ends only while this is set.
    gate: asyncio.Event = field(default_factory=_open)
    #: Answered instead of a turn, one after the other.
    failures: list[web.Response] = field(default_factory=list)
    #: Said instead of the echo, by text.
    replies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: Which of the staff's answers a reply tells, by text.
    told: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    #: (sender, text) of every turn that was really made, in the order in which it ended.
    turns: list[tuple[str, str]] = field(default_factory=list)
    requests: int = 0
    most_at_once: int = 0
    #: More than one at once for the same sender.
    overlaps: int = 0
    url: str = ""
    _known: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _busy: Counter[str] = field(default_factory=Counter)

    async def handle(self, request: web.Request) -> web.Response:
        self.requests += 1
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        body = await request.json()
        if self.failures:
            return self.failures.pop(0)
        sender, message_id, text = body["sender"], body["message_id"], body["text"]
        self._busy[sender] += 1
        self.overlaps += self._busy[sender] > 1
        self.most_at_once = max(self.most_at_once, sum(self._busy.values()))
        try:
            await asyncio.sleep(self.seconds)
            await self.gate.wait()
        finally:
            self._busy[sender] -= 1
        if message_id not in self._known:
            self._known[message_id] = self.replies.get(text, [{"text": f"答：{text}"}])
            self.turns.append((sender, text))
        told = self.told.get(text, [])
        return web.json_response({"messages": self._known[message_id], "told": told, "intent": None})


@asynccontextmanager
async def serve_rasa(rasa: FakeRasa) -> AsyncIterator[FakeRasa]:
    """The assistant on a port of its own."""

    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.router.add_post("/webhooks/edge/webhook", rasa.handle)
    app.router.add_get("/webhooks/edge/", health)
    async with TestServer(app) as server:
        rasa.url = str(server.make_url("")).rstrip("/")
        yield rasa
