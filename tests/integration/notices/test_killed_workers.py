"""What is in doubt when a worker dies by a route without a guard, and what if one recipient kills every worker?

Workers killed anywhere else, stopped and starved: tests/acceptance/notices.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import text

from services.clock import SystemClock
from services.db import Sessions
from services.notices.results import Notice
from services.notices.service import NoticeService
from services.notices.types import NoticeDraft
from tests.fakes.notice_platform import PlatformServer
from tests.fakes.notice_sender import FakePlatform
from tests.fakes.office import Office
from tests.integration.notices.worker_process import Orders

ROOT = Path(__file__).parents[3]
AUDIENCE = 500


class Fleet:
    """Worker processes of one test; whatever still runs is ended with it."""

    def __init__(self, database_url: str, platform_url: str) -> None:
        self._orders = {"database_url": database_url, "platform_url": platform_url}
        self._running: list[asyncio.subprocess.Process] = []

    async def start(self, **orders: object) -> asyncio.subprocess.Process:
        told = msgspec.json.encode(msgspec.convert({**self._orders, **orders}, Orders)).decode()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.notices.worker_process", told, cwd=ROOT
        )
        self._running.append(process)
        return process

    async def end(self) -> None:
        for process in self._running:
            if process.returncode is None:
                process.kill()
            await process.wait()


@pytest.fixture
async def server() -> AsyncIterator[PlatformServer]:
    async with PlatformServer(FakePlatform()) as server:
        yield server


@pytest.fixture
async def fleet(database_url: str, server: PlatformServer) -> AsyncIterator[Fleet]:
    fleet = Fleet(database_url, server.url)
    yield fleet
    await fleet.end()


@pytest.fixture
def real_office(office: Office) -> Office:
    """The office by the machine's clock, as the workers have it."""
    office.service = NoticeService(sessions=office.sessions, clock=SystemClock(), audience=office.audience)
    return office


async def due_now(office: Office, **fields: object) -> Notice:
    values = {"title": "停水通知", "body": "今晚停水。", "due_at": SystemClock().now(), "author": "张三", **fields}
    notice = await office.service.create(NoticeDraft(**values))
    await office.service.submit(str(notice.id), "张三")
    return await office.service.approve(str(notice.id), "李四")


async def ended(office: Office, notice: Notice, seconds: float = 60) -> Notice:
    """The notice when it is finished."""
    for _ in range(int(seconds / 0.1)):
        found = await office.service.get(str(notice.id))
        if found.state == "finished":
            return found
        await asyncio.sleep(0.1)
    raise AssertionError(f"not finished in {seconds} s: {found.state} {found.reason} {found.counters}")


async def addresses_in(sessions: Sessions, notice: Notice, state: str) -> set[str]:
    query = text("SELECT citizen_id FROM notice_deliveries WHERE notice_id = :id AND state = :state")
    async with sessions() as session:
        return {f"openid-{row}" for row in (await session.scalars(query, {"id": notice.id, "state": state}))}


async def check_oracle(office: Office, platform: FakePlatform, notice: Notice, citizens: list[UUID]) -> None:
    """What arrived on the phones against what the rows say."""
    received = platform.per_address()
    everyone = {f"openid-{citizen}" for citizen in citizens}
    accepted = await addresses_in(office.sessions, notice, "accepted")
    doubtful = await addresses_in(office.sessions, notice, "in_doubt")
    failed = await addresses_in(office.sessions, notice, "failed")
    assert max(received.values()) == 1
    assert accepted | doubtful | failed == everyone
    assert accepted <= set(received) <= accepted | doubtful
    await office.check_counts(notice)


@pytest.mark.parametrize("point", ["after_attempting", "calling", "before_settling"])
async def test_without_a_key_a_killed_attempt_is_in_doubt_and_never_repeated(
    real_office: Office, server: PlatformServer, fleet: Fleet, point: str
) -> None:
    citizens = await real_office.follow(AUDIENCE)
    notice = await due_now(real_office, route="subscription")
    mortal = await fleet.start(kill_at=point, passage=3)
    assert await asyncio.wait_for(mortal.wait(), 60) == -signal.SIGKILL
    await fleet.start()
    await fleet.start()
    after = await ended(real_office, notice)
    await check_oracle(real_office, server.platform, notice, citizens)
    assert 0 < after.counters.in_doubt <= 2 * 20  # at most what two lanes had in flight
    assert after.counters.accepted == AUDIENCE - after.counters.in_doubt


async def test_a_recipient_that_kills_every_worker_stops_nobody_else(
    real_office: Office, server: PlatformServer, fleet: Fleet
) -> None:
    citizens = await real_office.follow(60)
    notice = await due_now(real_office)
    poison = f"openid-{citizens[30]}"
    deaths = 0
    while deaths < 4:
        worker = await fleet.start(poison=poison, lanes=1)
        finished = asyncio.create_task(ended(real_office, notice))
        died = asyncio.create_task(worker.wait())
        await asyncio.wait([finished, died], return_when=asyncio.FIRST_COMPLETED)
        if finished.done():
            died.cancel()
            break
        finished.cancel()
        deaths += 1
    after = await finished
    assert deaths == 3
    assert await addresses_in(real_office.sessions, notice, "in_doubt") == {poison}
    assert after.counters.accepted == 59
    await check_oracle(real_office, server.platform, notice, citizens)
