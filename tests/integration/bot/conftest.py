"""A whole edge in this process: real database, real WeChat channel, small assistant and platform."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import web
from sqlalchemy import text

from bot.app import Messaging, make_edge, open_messaging
from bot.faults import no_fault
from bot.scheduler import ticking
from bot.settings import BotSettings
from services.clock import SystemClock
from services.db import Sessions
from services.settings import environment_name
from tests.fakes.rasa import FakeRasa, serve_rasa
from tests.fakes.wechat import FakeWeChat, serve_wechat

SERVICE_TOKEN = "service-token-of-the-tests"
WECHAT_TOKEN = "wechat-token"


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in the database, for tests that look behind the scenes."""

    sessions: Sessions

    async def __call__(self, query: str, **values: Any) -> list[Any]:
        async with self.sessions.begin() as session:
            result = await session.execute(text(query), values)
            return list(result.all()) if result.returns_rows else []


@pytest.fixture(autouse=True)
def plain_log_lines() -> Iterator[None]:
    """structlog's own default draws a traceback with all its variables, which takes seconds of the processor."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
def rows(sessions: Sessions) -> Rows:
    return Rows(sessions)


@pytest.fixture
async def rasa() -> AsyncIterator[FakeRasa]:
    async with serve_rasa(FakeRasa(token=SERVICE_TOKEN)) as rasa:
        yield rasa


@pytest.fixture
async def wechat() -> AsyncIterator[FakeWeChat]:
    async with serve_wechat(FakeWeChat(token=WECHAT_TOKEN)) as wechat:
        yield wechat


@pytest.fixture
def settings(database_url: str, rasa: FakeRasa, wechat: FakeWeChat, tmp_path: Path) -> BotSettings:
    return BotSettings(
        database_url=database_url,
        data_dir=str(tmp_path),
        service_token=SERVICE_TOKEN,
        rasa_url=rasa.url,
        services_url=rasa.url,
        wechat_app_id="wxba5fad812f8e6fb9",
        wechat_app_secret="secret-of-the-account",
        wechat_token=WECHAT_TOKEN,
        wechat_mode="plain",
        wechat_api_base=wechat.url,
    )


def environment_of(settings: BotSettings) -> dict[str, str]:
    """The same settings for a process of its own."""
    names = (
        *("database_url", "data_dir", "service_token", "rasa_url", "services_url"),
        *("wechat_app_id", "wechat_app_secret", "wechat_token", "wechat_mode", "wechat_api_base"),
    )
    return {environment_name(name): getattr(settings, name) for name in names}


@asynccontextmanager
async def running_edge(settings: BotSettings, wechat: FakeWeChat) -> AsyncIterator[Messaging]:
    """An edge with its ticks, on a port of its own; the platform delivers to it."""
    async with (
        open_messaging(settings, SystemClock(), process="edge", fault=no_fault) as messaging,
        _serving(make_edge(messaging)) as url,
        ticking(messaging.ticks(), on_failure=messaging.base.metrics.tick_failed),
    ):
        messaging.pushes.listen()
        wechat.edge_url = url
        yield messaging


@asynccontextmanager
async def _serving(app: web.Application) -> AsyncIterator[str]:
    """As `python -m bot edge` serves it: aiohttp's own test server would cancel a handler whose client has left."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def edge(settings: BotSettings, wechat: FakeWeChat) -> AsyncIterator[Messaging]:
    async with running_edge(settings, wechat) as messaging:
        yield messaging
