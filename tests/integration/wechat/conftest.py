"""Fixtures: our client and token store against the platform simulator, which enforces the platform's rules."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from bot.channels.wechat.client import WeChatClient
from bot.tokens.store import TokenStore, make_fetch
from services.clock import SystemClock
from services.db import Sessions
from tests.integration.simulator.conftest import APP_ID, SECRET, Running, sim, start

__all__ = ["sim", "start"]


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def tokens(sim: Running, sessions: Sessions, http: ClientSession) -> TokenStore:
    return make_store(sim.url, sessions, http)


@pytest.fixture
def client(sim: Running, tokens: TokenStore, http: ClientSession) -> WeChatClient:
    return WeChatClient(session=http, api_base=sim.url, tokens=tokens)


def make_store(url: str, sessions: Sessions, http: ClientSession) -> TokenStore:
    """A token store as one more process would have it."""
    fetch = make_fetch(http, api_base=url, app_id=APP_ID, app_secret=SECRET)
    return TokenStore(sessions=sessions, clock=SystemClock(), app_id=APP_ID, fetch=fetch)
