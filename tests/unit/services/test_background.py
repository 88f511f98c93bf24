"""Does a loop in the background end after its step, and when it must?"""

from __future__ import annotations

import asyncio

import pytest

from services import background
from services.background import looping


async def test_a_step_under_way_is_finished_before_the_block_ends() -> None:
    done: list[int] = []
    begun = asyncio.Event()

    async def step() -> float:
        begun.set()
        await asyncio.sleep(0.05)
        done.append(1)
        return 3600.0

    async with looping(step, name="test"):
        await begun.wait()
    assert done == [1]


async def test_a_pause_is_not_waited_for() -> None:
    begun = asyncio.Event()

    async def step() -> float:
        begun.set()
        return 3600.0

    async def whole() -> None:
        async with looping(step, name="test"):
            await begun.wait()

    await asyncio.wait_for(whole(), 60)


async def test_a_step_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "STOP_SECONDS", 0.05)
    cut = asyncio.Event()

    async def step() -> float:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            cut.set()
            raise
        return 0.0

    async with looping(step, name="test"):
        await asyncio.sleep(0)
    assert cut.is_set()


async def test_a_pause_of_nothing_lets_others_run() -> None:
    steps = 0

    async def step() -> float:
        nonlocal steps
        steps += 1
        return 0.0

    async with looping(step, name="test"):
        for _ in range(20):
            await asyncio.sleep(0)
    assert steps > 1
