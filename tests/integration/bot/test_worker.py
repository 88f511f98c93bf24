"""Does a worker take up what an edge has left, and stop when it is told to?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import procrastinate
import pytest

from bot.faults import EXIT_CODE, FaultPoint
from bot.jobs import make_jobs, retry_stalled
from bot.settings import BotSettings
from services.clock import SystemClock
from tests.fakes.processes import Process, free_port, killed_at_the_end
from tests.fakes.rasa import FakeRasa
from tests.fakes.waiting import eventually
from tests.fakes.wechat import FakeWeChat
from tests.integration.bot.conftest import Rows, environment_of


@pytest.fixture
async def worker(settings: BotSettings, tmp_path: Path) -> AsyncIterator[Process]:
    port = free_port()
    process = Process(
        arguments=["bot", "worker"],
        environment={**environment_of(settings), "ZQ_WORKER_PORT": str(port)},
        health_url=f"http://127.0.0.1:{port}/healthz",
        log=tmp_path / "worker.log",
    )
    async with killed_at_the_end(process):
        yield process


@pytest.fixture
async def mortal_edge(settings: BotSettings, wechat: FakeWeChat, tmp_path: Path) -> AsyncIterator[Process]:
    port = free_port()
    wechat.edge_url = f"http://127.0.0.1:{port}"
    process = Process(
        arguments=["bot", "edge"],
        environment={**environment_of(settings), "ZQ_EDGE_PORT": str(port)},
        health_url=f"{wechat.edge_url}/healthz",
        log=tmp_path / "edge.log",
    )
    async with killed_at_the_end(process):
        yield process


async def test_the_worker_answers_what_the_edge_has_accepted_and_left(
    worker: Process, mortal_edge: Process, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    wechat.most_tries = 1
    await worker.start()
    await mortal_edge.start(ZQ_FAULT_POINT=FaultPoint.ACCEPTED.value)
    await asyncio.gather(wechat.say("o1", "你好"), mortal_edge.ended())
    assert await mortal_edge.ended() == EXIT_CODE

    async def answered() -> bool:
        return await rows("SELECT state FROM inbox") == [("answered",)]

    await eventually(answered)
    await rows("UPDATE inbox SET delivered_at = delivered_at - interval '15 s'")
    await rows("UPDATE outbox SET due_at = now()")

    async def pushed() -> bool:
        return wechat.pushed == [("o1", "答：你好")]

    await eventually(pushed)
    assert len(rasa.turns) == 1


async def test_a_worker_tells_how_it_is_and_stops_when_told(worker: Process) -> None:
    await worker.start()
    base = worker.health_url.removesuffix("/healthz")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{base}/metrics") as answer:
            assert 'zhengqiao_queue_depth{queue="outbox_pending"} 0.0' in await answer.text()
        async with session.get(f"{base}/readyz") as answer:
            assert (await answer.json())["database"] == "up"
    assert await worker.terminate() == 0
    assert "Traceback" not in worker.log.read_text()


async def test_the_jobs_of_a_vanished_worker_are_started_again(settings: BotSettings, rows: Rows) -> None:
    done: list[int] = []

    def register(jobs: procrastinate.App) -> None:
        @jobs.task(name="count")
        async def count(number: int) -> None:
            done.append(number)

    jobs = make_jobs(settings.database_url, [register])
    async with jobs.open_async():
        await jobs.configure_task("count").defer_async(number=7)
        vanished = await jobs.job_manager.register_worker()
        assert await jobs.job_manager.fetch_job(queues=None, worker_id=vanished) is not None
        assert await retry_stalled(jobs, SystemClock()) == 0
        await rows("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        assert await retry_stalled(jobs, SystemClock()) == 1
        await jobs.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
    assert done == [7]


async def test_settings_that_cannot_be_used_stop_the_start_and_say_which(worker: Process) -> None:
    with pytest.raises(AssertionError):
        await worker.start(ZQ_VAULT_KEY="short")
    assert await worker.ended() == 2
    log = worker.log.read_text()
    assert "ZQ_VAULT_KEY" in log
    assert "Traceback" not in log
