"""Do the small machines hold what they promise: one at a time per citizen, waiting with a bound, ticks that survive?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from uuid import UUID, uuid4

import pytest

from bot.faults import FaultPoint, fault_at, no_fault
from bot.metrics import Metrics
from bot.runner import PerCitizen
from bot.scheduler import Tick, ticking
from bot.waiters import Waiters
from services.settings import SettingsError
from tests.fakes.waiting import eventually


async def _idle(runner: PerCitizen) -> bool:
    return not runner.active


async def test_one_citizen_is_worked_on_once_at_a_time_and_again_when_woken_meanwhile() -> None:
    citizen, rounds, at_once = uuid4(), 0, 0
    started = asyncio.Event()

    async def work(citizen_id: UUID) -> None:
        nonlocal rounds, at_once
        assert at_once == 0
        at_once += 1
        rounds += 1
        started.set()
        await asyncio.sleep(0.02)
        at_once -= 1

    runner = PerCitizen("test", work, limit=10)
    runner.wake(citizen)
    await started.wait()
    for _ in range(5):
        runner.wake(citizen)
    await eventually(lambda: _idle(runner))
    assert rounds == 2


async def test_no_more_citizens_at_once_than_allowed() -> None:
    at_once = most = done = 0

    async def work(citizen_id: UUID) -> None:
        nonlocal at_once, most, done
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        done += 1

    runner = PerCitizen("test", work, limit=3)
    for _ in range(20):
        runner.wake(uuid4())
    await eventually(lambda: _idle(runner))
    assert (most, done) == (3, 20)


async def test_work_that_fails_does_not_keep_the_citizen_from_the_next_time() -> None:
    rounds = 0

    async def work(citizen_id: UUID) -> None:
        nonlocal rounds
        rounds += 1
        raise ConnectionError

    runner, citizen = PerCitizen("test", work, limit=1), uuid4()
    for expected in (1, 2):
        runner.wake(citizen)
        await eventually(lambda: _idle(runner))
        assert rounds == expected


async def test_a_stop_waits_for_a_moment_and_then_cuts_off() -> None:
    ended: list[str] = []
    stopping = asyncio.Event()

    async def work(citizen_id: UUID) -> None:
        try:
            await (stopping.wait() if citizen_id.int == 1 else asyncio.Event().wait())
            ended.append("done")
        except asyncio.CancelledError:
            ended.append("cut off")
            raise

    runner = PerCitizen("test", work, limit=10)
    for number in (1, 2):
        runner.wake(UUID(int=number))
    await asyncio.sleep(0)
    stop = asyncio.create_task(runner.stop(1.0))
    await asyncio.sleep(0)
    stopping.set()
    await stop
    assert ended == ["done", "cut off"]
    runner.wake(uuid4())
    assert not runner.active


async def test_who_waits_is_told_and_is_not_kept_for_ever() -> None:
    async def nobody(citizen_ids: Collection[UUID]) -> Collection[UUID]:
        return ()

    waiters, citizen = Waiters(ready=nobody), uuid4()
    waiting = [asyncio.create_task(waiters.wait(citizen, 60)) for _ in range(2)]
    await asyncio.sleep(0)
    waiters.tell(uuid4())
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    waiters.tell(citizen)
    await asyncio.gather(*waiting)
    started = time.monotonic()
    await waiters.wait(citizen, 0.05)
    assert time.monotonic() - started > 0.04


async def test_who_waits_is_told_of_what_another_process_has_done() -> None:
    asked: list[Collection[UUID]] = []

    async def first(citizen_ids: Collection[UUID]) -> Collection[UUID]:
        asked.append(citizen_ids)
        return [citizen for citizen in citizen_ids if citizen.int == 1]

    waiters = Waiters(ready=first)
    await waiters.look()
    waiting = [asyncio.create_task(waiters.wait(UUID(int=number), 60)) for number in (1, 2)]
    await asyncio.sleep(0)
    await waiters.look()
    await waiting[0]
    assert not waiting[1].done()
    assert asked == [[UUID(int=1), UUID(int=2)]]
    waiters.tell_all()
    await waiting[1]


async def test_a_tick_that_fails_is_counted_and_comes_again() -> None:
    failures: list[str] = []
    third = asyncio.Event()

    async def run() -> None:
        if len(failures) >= 2:
            third.set()
        raise ConnectionError

    async with ticking([Tick(name="broken", seconds=0.02, run=run)], on_failure=failures.append):
        await asyncio.wait_for(third.wait(), 60)
    assert set(failures) == {"broken"}


async def test_ticks_under_way_are_waited_for_at_the_end() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        begun.set()
        await asyncio.sleep(0.2)
        ended.set()

    async with ticking([Tick(name="slow", seconds=0.01, run=run)], on_failure=lambda name: None):
        await asyncio.wait_for(begun.wait(), 60)
    assert ended.is_set()


def test_a_fault_point_that_there_is_not_is_refused() -> None:
    with pytest.raises(SettingsError):
        fault_at("somewhere")
    assert fault_at("") is no_fault
    fault_at(FaultPoint.ANSWERED.value)(FaultPoint.ACCEPTED)


def test_every_process_counts_for_itself() -> None:
    first, second = Metrics(), Metrics()
    first.message("wechat", "accepted")
    assert b'zhengqiao_messages_total{channel="wechat",outcome="accepted"} 1.0' in first.text()
    assert b"accepted" not in second.text()
