"""Do real processes share one token, and does one that is killed while it fetches stand in nobody's way?"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.integration.simulator.conftest import APP_ID, SECRET, Running

ROOT = Path(__file__).parents[3]
TOKEN_PATH = "/cgi-bin/stable_token"

Ask = Callable[[], Awaitable[Process]]


@pytest.fixture
async def ask(sim: Running, database_url: str) -> AsyncIterator[Ask]:
    """Starts one more process that asks for the token and prints it."""
    started: list[Process] = []
    command = [sys.executable, "-m", "tests.integration.wechat.token_process"]

    async def start() -> Process:
        process = await asyncio.create_subprocess_exec(
            *command, database_url, sim.url, APP_ID, SECRET, cwd=ROOT, stdout=PIPE, stderr=PIPE
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _printed(process: Process) -> str:
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return output.decode().splitlines()[-1]


async def test_four_processes_at_once_fetch_one_token(sim: Running, ask: Ask) -> None:
    processes = [await ask() for _ in range(4)]

    tokens = {await _printed(process) for process in processes}

    assert tokens == {await sim.token()}
    # One of theirs, and ours just now.
    assert [entry["path"] for entry in await sim.log("api.call")].count(TOKEN_PATH) == 2


async def test_a_process_that_is_killed_while_it_fetches_stands_in_nobodys_way(sim: Running, ask: Ask) -> None:
    await sim.control("PUT", "faults", {"path": TOKEN_PATH, "slow_seconds": 3.5, "count": 1})
    first = await ask()
    await _fetching(sim)

    first.kill()
    await first.wait()
    token = await _printed(await ask())

    assert token == await sim.token()


async def _fetching(sim: Running) -> None:
    """Waits, with a bound, until the platform is at work on the slow call: then the fault is used up."""
    for _ in range(600):
        faults = await sim.control("GET", "faults")
        if not faults:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody fetched")
