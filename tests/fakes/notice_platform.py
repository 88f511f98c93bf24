"""The fake platform for notices behind HTTP, so that worker processes can be killed while it remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp
import msgspec
from aiohttp import web

from bot.errors import AnswerLost, DeliveryInDoubt, PlatformBusy, RecipientUnreachable
from services.notices.rules import RouteName
from services.notices.values import Content
from tests.fakes.notice_sender import FakePlatform


class Send(msgspec.Struct, frozen=True):
    """One call."""

    addresses: list[str]
    title: str
    key: str


class PlatformServer:
    """Serves a FakePlatform; `seconds` is how long each answer takes, after the message was delivered."""

    def __init__(self, platform: FakePlatform, *, seconds: float = 0.01) -> None:
        self.platform = platform
        self.seconds = seconds
        self.url = ""

    async def __aenter__(self) -> PlatformServer:
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/send", self._send)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _send(self, request: web.Request) -> web.Response:
        send = msgspec.json.decode(await request.read(), type=Send)
        try:
            msg_id = self.platform.take(addresses=send.addresses, title=send.title, key=send.key)
        except RecipientUnreachable:
            return web.json_response({"errcode": 43004})
        except PlatformBusy:
            return web.json_response({"errcode": -1})
        await asyncio.sleep(self.seconds)
        return web.json_response({"errcode": 0, "msgid": msg_id})


class HttpSender:
    """The engine's sender to a PlatformServer."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def send_one(self, content: Content, *, route: RouteName, address: str, key: str) -> str:
        return await self._post(Send([address], content.title, key if route == "template" else ""))

    async def send_many(self, content: Content, *, addresses: Sequence[str], key: str) -> str:
        return await self._post(Send(list(addresses), content.title, key))

    async def _post(self, send: Send) -> str:
        try:
            async with self._session.post(self._url + "/send", data=msgspec.json.encode(send)) as response:
                body = await response.json()
        except aiohttp.ClientConnectorError as error:
            raise PlatformBusy() from error
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise (AnswerLost() if send.key else DeliveryInDoubt()) from error
        if body["errcode"] == 43004:
            raise RecipientUnreachable(errcode=43004)
        if body["errcode"]:
            raise PlatformBusy(errcode=body["errcode"])
        return str(body["msgid"])
