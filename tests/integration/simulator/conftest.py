"""Fixtures: a simulator on a free port in front of a fake edge, with short times."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from simulator.app import make_app, running_platform
from simulator.platform import Platform
from simulator.settings import SimulatorSettings
from tests.fakes.edge import Answering, FakeEdge, running_edge, say_success

SECRET = "0123456789abcdef0123456789abcdef"
APP_ID = "wxba5fad812f8e6fb9"
TOKEN = "AAAAA"
KEY = "A" * 43
ACCOUNT = "gh_yunjiang0001"


@dataclass(frozen=True, kw_only=True)
class Running:
    """A simulator that runs, and shorthands for speaking with it."""

    platform: Platform
    edge: FakeEdge
    url: str
    session: ClientSession

    async def control(self, method: str, path: str, body: object = None) -> Any:
        """A request under /sim/ that must succeed."""
        async with self.session.request(method, f"{self.url}/sim/{path}", json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def follow(self, openid: str = "oA", **more: str) -> str:
        return (await self.control("POST", "followers", {"openid": openid, **more}))["openid"]

    async def say(self, content: str, openid: str = "oA") -> str:
        return (await self.control("POST", "messages", {"openid": openid, "content": content}))["msg_id"]

    async def log(self, *kinds: str, openid: str = "", wait: float = 0) -> list[dict[str, Any]]:
        query = f"kind={','.join(kinds)}&openid={openid}&wait={wait}&limit=10000"
        return await self.control("GET", f"log?{query}")

    async def entries(self, number: int, *kinds: str, **equal: object) -> list[dict[str, Any]]:
        """The first `number` entries of some kinds with these values, waited for with a bound."""
        found: list[dict[str, Any]] = []
        after = 0
        while len(found) < number:
            more = await self.control("GET", f"log?kind={','.join(kinds)}&after={after}&wait=10&limit=10000")
            assert more, f"only {len(found)} of {number} {kinds}"
            after = more[-1]["seq"]
            found += [entry for entry in more if all(entry[name] == value for name, value in equal.items())]
        return found

    async def first(self, kind: str, openid: str = "") -> dict[str, Any]:
        """The first entry of a kind, waited for with a bound."""
        entries = await self.log(kind, openid=openid, wait=10)
        assert entries, f"no {kind}"
        return entries[0]

    async def token(self) -> str:
        body = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET}
        async with self.session.post(f"{self.url}/cgi-bin/stable_token", json=body) as response:
            return (await response.json())["access_token"]

    async def call(self, path: str, body: object = None, **query: str) -> dict[str, Any]:
        """A call under /cgi-bin/ with a good token: POST with a body, else GET."""
        query = {"access_token": await self.token(), **query}
        method = "GET" if body is None else "POST"
        async with self.session.request(method, f"{self.url}/cgi-bin/{path}", params=query, json=body) as response:
            assert response.status == 200
            return await response.json()


Start = Callable[..., Awaitable[Running]]


@pytest.fixture
async def start(tmp_path) -> AsyncIterator[Start]:
    """Starts a simulator with `answering` as its edge and settings changed by keywords."""
    async with AsyncExitStack() as stack:

        async def run(answering: Answering = say_success, **changed: Any) -> Running:
            edge, edge_url = await stack.enter_async_context(running_edge(answering))
            values = {
                "sim_edge_url": edge_url,
                "wechat_app_id": APP_ID,
                "wechat_app_secret": SECRET,
                "wechat_token": TOKEN,
                "wechat_aes_key": KEY,
                "sim_log": str(tmp_path / "simulator.jsonl"),
                "sim_callback_seconds": 5.0,
                "sim_job_seconds": 0.0,
            }
            platform = await stack.enter_async_context(running_platform(SimulatorSettings(**{**values, **changed})))
            server = TestServer(make_app(platform))
            await server.start_server()
            stack.push_async_callback(server.close)
            session = await stack.enter_async_context(ClientSession(json_serialize=_dump))
            return Running(platform=platform, edge=edge, url=str(server.make_url("")).rstrip("/"), session=session)

        yield run


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture
async def sim(start: Start) -> Running:
    """A simulator whose edge always says `success`."""
    return await start()
