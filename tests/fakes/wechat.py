"""A small WeChat platform: hands callbacks to the edge as the real one does, and keeps what citizens get to see."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

CONTENT = re.compile(rb"<Content><!\[CDATA\[(.*?)\]\]></Content>", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the platform made of the edge's answers to one callback."""

    #: passive, acknowledged, refused, or unavailable after the last try.
    kind: str
    text: str = ""
    status: int = 0
    #: The try that was answered.
    tries: int


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class FakeWeChat:
    """Plain mode."""

    token: str
    account: str = "gh_yunjiang0001"
    #: What a try may take; a try whose connection breaks is repeated after the same time.
    seconds: float = 5.0
    most_tries: int = 3
    #: What a try may take in place of `seconds`, for tests in which nobody is meant to be late.
    patience: float | None = None
    #: A try is repeated only while this is set: the platform's time stands still, say until a process is up again.
    retrying: asyncio.Event = field(default_factory=_set)
    #: What the next pushes get: an errcode, or "lost" for one that arrives but is not answered.
    faults: list[int | str] = field(default_factory=list)
    #: (openid, text) as citizens see them, by either way, in order.
    seen: list[tuple[str, str]] = field(default_factory=list)
    #: (openid, text) of the pushes alone.
    pushed: list[tuple[str, str]] = field(default_factory=list)
    #: (openid, values by field) of the template messages.
    templates: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    edge_url: str = ""
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(10_000_000_000))

    async def say(self, openid: str, text: str, *, msg_id: int | None = None) -> Outcome:
        """The citizen writes; the platform delivers."""
        return await self.deliver(openid, {"MsgType": "text", "Content": text, "MsgId": str(msg_id or next(self._ids))})

    async def event(self, openid: str, event: str, key: str = "", **more: str) -> Outcome:
        """Something happens, such as subscribe or CLICK."""
        return await self.deliver(openid, {"MsgType": "event", "Event": event, "EventKey": key, **more})

    async def deliver(self, openid: str, fields: Mapping[str, str]) -> Outcome:
        """One callback with all its tries."""
        common = {"ToUserName": self.account, "FromUserName": openid, "CreateTime": str(int(time.time()))}
        body = xml({**common, **fields})
        for number in range(1, self.most_tries + 1):
            started, seconds = time.monotonic(), self.seconds
            answer = await self.post(body, seconds=self.patience or seconds)
            if answer is not None:
                return self._judge(openid, *answer, tries=number)
            await asyncio.sleep(max(0.0, seconds - (time.monotonic() - started)))
            await self.retrying.wait()
        return Outcome(kind="unavailable", tries=self.most_tries)

    async def post(
        self, body: bytes, *, query: Mapping[str, str] | None = None, seconds: float | None = None
    ) -> tuple[int, bytes] | None:
        """One signed request; None where no answer came in time."""
        timeout = aiohttp.ClientTimeout(total=seconds or self.seconds)
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(
                    f"{self.edge_url}/wechat", params=query or self.signed(), data=body, timeout=timeout
                ) as response,
            ):
                return response.status, await response.read()
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return None

    def be_patient(self) -> None:
        """Waits for answers as long as a busy machine takes, and asks again soon and often where it gets none."""
        self.patience, self.seconds, self.most_tries = 60.0, 0.5, 60

    def signed(self, *, timestamp: int | None = None) -> dict[str, str]:
        """The query by which the edge knows us."""
        stamp, nonce = str(timestamp or int(time.time())), "486452656"
        signature = hashlib.sha1("".join(sorted([self.token, stamp, nonce])).encode()).hexdigest()  # noqa: S324
        return {"signature": signature, "timestamp": stamp, "nonce": nonce}

    def _judge(self, openid: str, status: int, body: bytes, *, tries: int) -> Outcome:
        if status != 200:
            return Outcome(kind="refused", status=status, tries=tries)
        if body in (b"success", b""):
            return Outcome(kind="acknowledged", status=status, tries=tries)
        found = CONTENT.search(body)
        if found is None:
            return Outcome(kind="refused", status=status, tries=tries)
        text = found[1].decode()
        self.seen.append((openid, text))
        return Outcome(kind="passive", text=text, status=status, tries=tries)

    async def give_token(self, request: web.Request) -> web.Response:
        return web.json_response({"access_token": "a-token", "expires_in": 7200})

    async def take_push(self, request: web.Request) -> web.Response:
        body = await request.json()
        fault = self.faults.pop(0) if self.faults else 0
        if isinstance(fault, int) and fault:
            return web.json_response({"errcode": fault, "errmsg": "refused rid: 1"})
        message = (body["touser"], body["text"]["content"])
        self.pushed.append(message)
        self.seen.append(message)
        if fault == "lost" and request.transport is not None:
            request.transport.abort()
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def take_template(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.templates.append((body["touser"], {name: value["value"] for name, value in body["data"].items()}))
        return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": 200163836})


def xml(fields: Mapping[str, str]) -> bytes:
    """A body as the platform writes it."""
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>".encode()


@asynccontextmanager
async def serve_wechat(wechat: FakeWeChat) -> AsyncIterator[FakeWeChat]:
    """The platform's server API on a port of its own."""
    app = web.Application()
    app.router.add_post("/cgi-bin/stable_token", wechat.give_token)
    app.router.add_post("/cgi-bin/message/custom/send", wechat.take_push)
    app.router.add_post("/cgi-bin/message/template/send", wechat.take_template)
    async with TestServer(app) as server:
        wechat.url = str(server.make_url("")).rstrip("/")
        yield wechat
