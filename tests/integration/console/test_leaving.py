"""What of a browser that goes to another page while it is still sending a form? It is no fault of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from services.app import make_topics
from services.clock import Clock
from services.console.app import make_console
from services.console.pages import PREFIX
from services.console.parts import make_parts
from services.db import Sessions
from services.metrics import Metrics
from services.settings import ServicesSettings
from tests.fakes.waiting import eventually

#: The server says 100 Continue when it begins to work on the request, and not before.
HEAD = (
    b"POST /console/sign-in HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\n"
)


@pytest.fixture
async def port(sessions: Sessions, settings: ServicesSettings, clock: Clock) -> AsyncIterator[int]:
    """The console as it is really served: aiohttp's own test server would cancel a handler whose client has left."""
    app = web.Application()
    parts = make_parts(make_topics(sessions, clock, settings, Metrics()), sessions, clock, settings)
    app.add_subapp(f"{PREFIX}/", make_console(parts))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def test_a_browser_that_leaves_in_the_middle_of_a_form_is_noted_and_no_failure(port: int) -> None:
    with capture_logs() as lines:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD)
        assert await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
        writer.write(b"login=zh")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

        async def noted() -> bool:
            return any(line["event"].startswith("console.") for line in lines)

        await eventually(noted)
    assert [line["event"] for line in lines if line["event"].startswith("console.")] == ["console.left"]
