"""A worker process as the real one is put together, which kills itself at a marked point when told to.

python -m tests.integration.notices.worker_process '{"database_url": ..., "platform_url": ..., ...}'
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from uuid import UUID

import aiohttp
import msgspec

from bot.broadcast.articles import ArticleDesk
from bot.broadcast.chunk import Limits, Tools
from bot.broadcast.engine import Broadcaster
from bot.broadcast.jobs import register, ticks
from bot.jobs import make_jobs
from bot.scheduler import make_scheduler
from services.audience.service import AudienceService
from services.citizens.service import CitizenService
from services.clock import SystemClock
from services.db import Sessions, make_engine, make_sessions
from services.notices.article_store import ArticleStore
from services.notices.dispatch import NOTHING_FILLED, DispatchService
from services.notices.filling import FillingService
from services.notices.lifecycle import LifecycleService
from services.notices.rates import Rate, SharedRate
from services.notices.receipts import ReceiptService
from services.notices.rules import RouteName
from services.notices.values import Advance, Chunk, Content, Outcome
from tests.fakes.articles import FakeArticles
from tests.fakes.notice_platform import HttpSender
from tests.fakes.notice_sender import FakePlatform


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What this process is told."""

    database_url: str
    platform_url: str
    #: Where to die: claim, before_attempting, after_attempting, calling, before_settling, or nowhere.
    kill_at: str = ""
    #: At which passage of that point.
    passage: int = 1
    #: The address that brings the process down whenever it is called.
    poison: str = ""
    lease_seconds: float = 1.5
    burst: int = 20
    lanes: int = 2


class Reaper:
    """Kills this process at the n-th passage of the marked point."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._passed = 0

    def passes(self, point: str) -> None:
        if point != self._orders.kill_at:
            return
        self._passed += 1
        if self._passed == self._orders.passage:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalDispatch(DispatchService):
    """The real one, with the points marked."""

    def __init__(self, sessions: Sessions, reaper: Reaper) -> None:
        super().__init__(sessions, SystemClock())
        self._reaper = reaper

    async def claim(self, *, lease_seconds: float, emergencies: bool = False) -> Chunk | None:
        chunk = await super().claim(lease_seconds=lease_seconds, emergencies=emergencies)
        if chunk is not None:
            self._reaper.passes("claim")
        return chunk

    async def advance(
        self,
        chunk: Chunk,
        settled: Sequence[Outcome],
        attempt: Sequence[UUID],
        *,
        lease_seconds: float,
        filled: Mapping[UUID, Mapping[str, str]] = NOTHING_FILLED,
    ) -> Advance:
        if settled:
            self._reaper.passes("before_settling")
        self._reaper.passes("before_attempting")
        advance = await super().advance(chunk, settled, attempt, lease_seconds=lease_seconds, filled=filled)
        if advance.marked:
            self._reaper.passes("after_attempting")
        return advance

    async def release(self, chunk: Chunk, settled: Sequence[Outcome], *, again_in_seconds: float) -> None:
        if settled:
            self._reaper.passes("before_settling")
        await super().release(chunk, settled, again_in_seconds=again_in_seconds)
        self._reaper.passes("released")


class MortalSender(HttpSender):
    """The real calls; dies when the platform has answered, or before it calls the poisonous address."""

    def __init__(self, session: aiohttp.ClientSession, orders: Orders, reaper: Reaper) -> None:
        super().__init__(session, orders.platform_url)
        self._poison = orders.poison
        self._reaper = reaper

    async def send_one(self, content: Content, *, route: RouteName, address: str, key: str) -> str:
        if address == self._poison:
            os.kill(os.getpid(), signal.SIGKILL)
        msg_id = await super().send_one(content, route=route, address=address, key=key)
        self._reaper.passes("calling")
        return msg_id


async def main(orders: Orders) -> None:
    engine = make_engine(orders.database_url, application_name="notice-worker-test")
    sessions, clock = make_sessions(engine), SystemClock()
    reaper = Reaper(orders)
    citizens = CitizenService(sessions=sessions, clock=clock)
    audience = AudienceService(sessions=sessions, clock=clock)
    rate = SharedRate(sessions=sessions, name="test", rate=Rate(per_second=50_000, capacity=50_000))
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        tools = Tools(
            dispatch=MortalDispatch(sessions, reaper),
            addresses=citizens,
            filling=FillingService(sessions=sessions, audience=audience),
            sender=MortalSender(http, orders, reaper),
            articles=ArticleDesk(
                store=ArticleStore(sessions=sessions, clock=clock, account="wx"), client=FakeArticles(FakePlatform())
            ),
            rate=rate,
            group_rate=rate,
            emergency_rate=rate,
        )
        limits = Limits(lease_seconds=orders.lease_seconds, burst=orders.burst, lanes=orders.lanes)
        broadcaster = Broadcaster(tools, limits)
        jobs = make_jobs(orders.database_url, [register(broadcaster)])
        lifecycle = LifecycleService(sessions=sessions, clock=clock, audience=audience)
        async with jobs.open_async():
            scheduler = make_scheduler(
                ticks(jobs, lifecycle=lifecycle, receipts=ReceiptService(sessions), broadcaster=broadcaster),
                on_failure=lambda name: None,
            )
            scheduler.start()
            await jobs.run_worker_async(
                concurrency=4, fetch_job_polling_interval=0.2, delete_jobs="always", shutdown_graceful_timeout=2
            )
            scheduler.shutdown(wait=False)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Orders)))
