"""A field for broadcasts: a real PostgreSQL, the simulated platform and real workers, each of which a test may kill.

The platform's append-only record is the oracle: what it says arrived is compared with what the rows say.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.audience.service import AudienceService
from services.clock import SystemClock
from services.db import Sessions, make_engine, make_sessions
from services.embedded import EmbeddedPostgres, migrate
from services.notices.lifecycle import LifecycleService
from services.notices.results import Counters, Notice
from services.notices.service import NoticeService
from services.notices.types import NoticeDraft
from tests.fakes.processes import Process, free_port
from tests.fakes.waiting import eventually

#: `make chaos-notices` has a hundred thousand.
RECIPIENTS = int(os.environ.get("CHAOS_RECIPIENTS", "400"))
KILLS = int(os.environ.get("CHAOS_KILLS", "3"))
SOME = RECIPIENTS // 4
#: Chunks that a worker has in hand at once.
LANES = 4
#: Rows that a worker may be calling, all lanes together.
IN_FLIGHT = LANES * 100
#: What the setting allows.
MOST_A_SECOND = 10_000
#: So that there is a middle in which something can happen.
SLOWLY = str(min(MOST_A_SECOND, RECIPIENTS // 10))
#: The same for what needs no more than a moment of it.
BRISKLY = str(min(MOST_A_SECOND, RECIPIENTS // 4))
ACCOUNT = "gh_yunjiang0001"
OPENIDS = "oField"
PLATFORM = {
    "ZQ_WECHAT_APP_ID": "wx0123456789abcdef",
    "ZQ_WECHAT_APP_SECRET": "a-secret-of-the-tests",
    "ZQ_WECHAT_TOKEN": "tokenofthetests",
    "ZQ_WECHAT_MODE": "plain",
    "ZQ_WECHAT_NOTICE_TEMPLATE_ID": "notice",
    "ZQ_WECHAT_SUBSCRIPTION_TEMPLATE_ID": "subscription",
}
FOLLOW = text("""
    INSERT INTO citizens (citizen_id, channel, account, address, created_at, followed_at)
    SELECT gen_random_uuid(), 'wechat', :account, :prefix || lpad(n::text, 9, '0'), now(), now()
    FROM generate_series(1, CAST(:count AS int)) AS n
""")
STATES = text("""
    SELECT c.address, d.state FROM notice_deliveries d JOIN citizens c ON c.citizen_id = d.citizen_id
    WHERE d.notice_id = :notice
""")
FEWEST_DOUBTS = text("SELECT min(doubts) FROM notice_deliveries WHERE notice_id = :notice AND state = 'in_doubt'")
CUT = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'zhengqiao-worker%'")
#: Longer than the longest pause between two tries.
STUCK_SECONDS = 400.0
#: What one of the slowest machines does by itself, so many times over.
REACHED_SECONDS = 600.0 + RECIPIENTS / 50
TEMPLATE, CUSTOMER = "/cgi-bin/message/template/send", "/cgi-bin/message/custom/send"
#: Many broadcasts in a day: an account that has grown may call so often.
COUNTED = (TEMPLATE, CUSTOMER)
DELIVERED = frozenset({"template.delivered", "subscribe.delivered", "push.delivered"})


class Entry(msgspec.Struct, frozen=True):
    """A line of the platform's record, as far as it matters here."""

    kind: str
    openid: str
    raw: str = ""


@dataclass
class Field:
    """Everything of one test module."""

    folder: Path
    server: EmbeddedPostgres
    database_url: str
    engine: AsyncEngine
    simulator: Process
    http: aiohttp.ClientSession
    #: Every process that runs on it.
    workers: list[Process] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    #: Where in the record each notice begins.
    _begins: dict[UUID, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sessions: Sessions = make_sessions(self.engine)
        self._audience = audience = AudienceService(sessions=self.sessions, clock=SystemClock())
        self.service = NoticeService(sessions=self.sessions, clock=SystemClock(), audience=audience)
        self.lifecycle = LifecycleService(sessions=self.sessions, clock=SystemClock(), audience=audience)

    @property
    def record(self) -> Path:
        return self.folder / "simulator.jsonl"

    # -- the platform

    async def follow(self, count: int) -> None:
        """So many new followers, there and here."""
        for path in COUNTED:
            await self.platform("PUT", "/sim/quotas", path=path, daily=100 * count)
        await self.platform("POST", "/sim/followers/bulk", count=count, prefix=OPENIDS)
        async with self.sessions.begin() as session:
            await session.execute(FOLLOW, {"account": ACCOUNT, "prefix": OPENIDS, "count": count})

    async def everybody_writes(self) -> None:
        """Each follower has just written: the platform takes customer messages to all of them."""
        await self.platform("POST", "/sim/messages/bulk", count=RECIPIENTS, prefix=OPENIDS)

    async def some_citizens(self, count: int) -> list[UUID]:
        """The first of them."""
        return [citizen.citizen_id for citizen in await self._audience.followers(None, count)]

    async def platform(self, method: str, where: str, **body: object) -> None:
        """Tells the simulator something."""
        base = self.simulator.health_url.removesuffix("/healthz")
        async with self.http.request(method, base + where, json=body or None) as response:
            assert response.status < 300, await response.text()

    # -- workers

    async def worker(self, module: str = "bot", **settings: str) -> Process:
        """A real worker, ready."""
        port = free_port()
        rates = {"ZQ_NOTICES_PER_SECOND": "5000", "ZQ_NOTICE_LEASE_SECONDS": "4"}
        return await self._start([module, "worker"], port, ZQ_WORKER_PORT=str(port), **{**rates, **settings})

    async def edge(self, port: int) -> Process:
        """A real edge, ready to hear of receipts."""
        return await self._start(["bot", "edge"], port, ZQ_EDGE_PORT=str(port))

    async def _start(self, arguments: Sequence[str], port: int, **settings: str) -> Process:
        process = Process(
            arguments=arguments,
            environment={
                **PLATFORM,
                "DATABASE_URL": self.database_url,
                "ZQ_DATA_DIR": str(self.folder / "data"),
                "ZQ_SERVICE_TOKEN": "a-service-token-of-the-tests",
                "ZQ_WECHAT_API_BASE": self.simulator.health_url.removesuffix("/healthz"),
                **settings,
            },
            health_url=f"http://127.0.0.1:{port}/healthz",
            log=self.folder / f"{arguments[-1]}-{next(self._numbers)}.log",
        )
        self.workers.append(process)
        await process.start()
        return process

    async def clear(self) -> None:
        """Ends all workers, however they are, and the platform's troubles."""
        await self.platform("DELETE", "/sim/faults")
        for process in self.workers:
            process.send(signal.SIGCONT)
            await process.kill()
        self.workers.clear()

    # -- the notice

    async def announce(self, **fields: object) -> Notice:
        """A notice that is due now, approved by two people, its audience frozen."""
        begins = self.record.stat().st_size
        values: dict[str, Any] = {"title": f"停水通知之{next(self._numbers)}", "body": "今晚停水，请储水。"}
        values |= {"due_at": SystemClock().now(), "author": "张三", **fields}
        notice = await self.service.create(NoticeDraft(**values))
        self._begins[notice.id] = begins
        await self.service.submit(str(notice.id), "张三")
        await self.service.approve(str(notice.id), "李四")
        await self.lifecycle.freeze_all()
        return await self.service.get(str(notice.id))

    async def is_in(self, notice: Notice, state: str) -> bool:
        return (await self.service.get(str(notice.id))).state == state

    async def reached(self, notice: Notice, count: int) -> None:
        """Waits until so many are settled."""

        async def so_many() -> bool:
            return (await self.service.get(str(notice.id))).counters.accepted >= count

        await eventually(so_many, seconds=REACHED_SECONDS)

    async def ended(self, notice: Notice) -> Notice:
        """The notice when it is finished; a field that is stuck shows where."""
        seen, moved = None, time.monotonic()
        while True:
            found = await self.service.get(str(notice.id))
            if found.state in ("finished", "cancelled", "expired") and not found.counters.pending:
                return found
            now = time.monotonic()
            moved = now if found.counters != seen else moved
            seen = found.counters
            stuck = f"nothing has moved for long: {found.state} {found.reason} {found.counters}"
            assert now - moved < STUCK_SECONDS, stuck
            await asyncio.sleep(0.1)

    def received(self, notice: Notice) -> Counter[str]:
        """What arrived on the phones, by openid, as the platform recorded it."""
        arrived: Counter[str] = Counter()
        title = msgspec.json.encode(notice.title).decode()[1:-1]
        with self.record.open("rb") as lines:
            lines.seek(self._begins[notice.id])
            for line in lines:
                entry = msgspec.json.decode(line, type=Entry)
                if entry.kind in DELIVERED and title in entry.raw:
                    arrived[entry.openid] += 1
        return arrived

    def called_back(self, *kinds: str) -> Counter[str]:
        """How often the platform called the edge back about each openid, by what came of it."""
        with self.record.open("rb") as lines:
            entries = (msgspec.json.decode(line, type=Entry) for line in lines)
            return Counter(entry.openid for entry in entries if entry.kind in kinds)

    async def check(self, notice: Notice) -> dict[str, set[str]]:
        """The oracle against the rows; gives the openids in each state."""
        received = self.received(notice)
        counters, states, told = await self._rows(notice)
        accepted, doubtful = states.get("accepted", set()), states.get("in_doubt", set())
        twice = {openid for openid, count in received.items() if count > 1}
        assert not twice, f"{len(twice)} got it twice"
        assert accepted <= set(received) <= accepted | doubtful
        for state in ("accepted", "failed", "in_doubt", "cancelled"):
            assert getattr(counters, state) == len(states.get(state, ())), (state, counters)
        assert counters.audience == sum(map(len, states.values()))
        assert (told["failed"], told["in_doubt"]) == (counters.failed, counters.in_doubt), told
        return states

    async def _rows(self, notice: Notice) -> tuple[Counters, dict[str, set[str]], Counter[str]]:
        """The counters, the openids in each state and what is told by reason, of one moment: a worker that wakes up
        may still settle rows."""
        while True:
            before = (await self.service.get(str(notice.id))).counters
            states: dict[str, set[str]] = {}
            async with self.sessions() as session:
                for row in await session.execute(STATES, {"notice": notice.id}):
                    states.setdefault(row.state, set()).add(row.address)
            told: Counter[str] = Counter()
            for one in (await self.service.progress(str(notice.id))).reasons:
                told[one.state] += one.count
            if (await self.service.get(str(notice.id))).counters == before:
                return before, states, told

    async def fewest_doubts(self, notice: Notice) -> float:
        """The least number of times that we broke down over a row which is in doubt; infinite where none is."""
        async with self.sessions() as session:
            fewest = (await session.execute(FEWEST_DOUBTS, {"notice": notice.id})).scalar_one()
        return inf if fewest is None else float(fewest)

    # -- the database

    async def cut_connections(self) -> None:
        """All that the workers have, in the middle of whatever they do."""
        async with self.sessions() as session:
            await session.execute(CUT)

    def kill_database(self) -> None:
        pid = int((self.server.folder / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def open_field(folder: Path, database: Path, **simulator_settings: str) -> AsyncIterator[Field]:
    """Database in `database`, all else in `folder`."""
    with EmbeddedPostgres(database) as server:
        database_url = server.ensure_database("field")
        migrate(database_url)
        engine = make_engine(database_url)
        port = free_port()
        simulator = Process(
            arguments=["simulator"],
            environment={
                **PLATFORM,
                "ZQ_SIM_PORT": str(port),
                "ZQ_SIM_LOG": str(folder / "simulator.jsonl"),
                # Only one test has an edge that listens for them.
                "ZQ_SIM_RECEIPTS": "false",
                "ZQ_SIM_ACCOUNT": ACCOUNT,
                **simulator_settings,
            },
            health_url=f"http://127.0.0.1:{port}/healthz",
            log=folder / "simulator.log",
        )
        await simulator.start()
        async with aiohttp.ClientSession() as http:
            field = Field(folder, server, database_url, engine, simulator, http)
            try:
                yield field
            finally:
                await field.clear()
                await simulator.kill()
                await engine.dispose()
