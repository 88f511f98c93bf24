"""Fixtures of the acceptance tests: one running program a test run, a fresh citizen a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import aiohttp
import pytest
from playwright.sync_api import expect

from tests.acceptance.running import Citizen, Running, running_program

#: How long a page may take to show what it should, however busy the machine is.
SHOWN_MS = 30_000


@pytest.fixture(scope="session", autouse=True)
def patient_browsers() -> None:
    """Playwright's own patience is 5 s."""
    expect.set_options(timeout=SHOWN_MS)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_program(tmp_path_factory.mktemp("program") / "var") as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def new_citizen(program: Running, http: aiohttp.ClientSession) -> Callable[[], Awaitable[Citizen]]:
    """Makes a citizen who has just followed the account and read the welcome."""

    async def make() -> Citizen:
        async with http.post(f"{program.simulator}/sim/followers", json={}) as response:
            assert response.status == 200, await response.text()
            openid = (await response.json())["openid"]
        citizen = Citizen(session=http, simulator=program.simulator, openid=openid)
        await citizen.next_reply()
        return citizen

    return make


@pytest.fixture
async def citizen(new_citizen: Callable[[], Awaitable[Citizen]]) -> Citizen:
    return await new_citizen()
