"""Is a task that breaks in the background heard of, and one that runs ended with the rest?"""

from __future__ import annotations

import asyncio

import structlog

from simulator.background import Background


async def test_a_task_that_breaks_is_logged():
    async def break_down():
        raise RuntimeError("broken")

    background = Background()
    with structlog.testing.capture_logs() as lines:
        background.start(break_down())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert [(line["event"], str(line["exc_info"])) for line in lines] == [("background.failed", "broken")]


async def test_stopping_ends_what_is_under_way():
    ended = asyncio.Event()

    async def wait():
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    background = Background()
    background.start(wait())
    await asyncio.sleep(0)
    await background.stop()
    assert ended.is_set()
