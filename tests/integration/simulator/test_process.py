"""Does `python -m simulator` start, say what is wrong with its settings, keep its record through a kill, and stop?"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager

import aiohttp

from tests.integration.simulator.conftest import APP_ID, KEY, SECRET, TOKEN


def environment(tmp_path, **changed):
    values = {
        "ZQ_SIM_PORT": "0",
        "ZQ_SIM_EDGE_URL": "http://127.0.0.1:9/wechat",
        "ZQ_WECHAT_APP_ID": APP_ID,
        "ZQ_WECHAT_APP_SECRET": SECRET,
        "ZQ_WECHAT_TOKEN": TOKEN,
        "ZQ_WECHAT_AES_KEY": KEY,
        "ZQ_SIM_LOG": str(tmp_path / "simulator.jsonl"),
        "PATH": os.environ["PATH"],
    }
    return {**values, **changed}


@asynccontextmanager
async def started(tmp_path):
    """The process and its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", env=environment(tmp_path), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        line = json.loads(await asyncio.wait_for(process.stderr.readline(), 30))
        assert line["event"] == "simulator.started"
        yield process, f"http://127.0.0.1:{line['port']}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def follow(address, openid):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{address}/sim/followers", json={"openid": openid}) as response,
    ):
        assert response.status == 200


async def test_it_stops_on_sigterm_at_once_though_a_page_is_waiting(tmp_path):
    async with started(tmp_path) as (process, address), aiohttp.ClientSession() as session:
        waiting = asyncio.create_task(session.get(f"{address}/sim/log?kind=nothing.&wait=60"))
        await follow(address, "oA")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0
        await asyncio.gather(waiting, return_exceptions=True)


async def test_what_was_told_before_a_kill_is_known_after_the_next_start(tmp_path):
    async with started(tmp_path) as (process, address):
        await follow(address, "oA")
        process.kill()
        await process.wait()
    async with started(tmp_path) as (_, address), aiohttp.ClientSession() as session:
        async with session.get(f"{address}/sim/followers/oA") as response:
            assert (await response.json())["subscribed"] is True
        async with session.get(f"{address}/sim/log?kind=follower.added") as response:
            assert [entry["openid"] for entry in await response.json()] == ["oA"]


async def test_a_bad_setting_stops_the_start_and_is_named(tmp_path):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        env=environment(tmp_path, ZQ_WECHAT_MODE="open"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 2
    assert b"ZQ_WECHAT_MODE" in errors
    assert b"Traceback" not in errors
