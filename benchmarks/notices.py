"""How many recipients a second? Notices against a stub that answers in 50 ms, every state durable.

    python -m benchmarks.notices --recipients 20000 --workers 2

Starts an embedded PostgreSQL, the stub and the workers as processes of their own; prints the machine, every figure
beside what is wanted of it, and the plain way: a loop that calls the same client and writes a row after each call.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy import text

from benchmarks.notice_processes import client, said_last, spawn
from services.audience.service import AudienceService
from services.clock import SystemClock
from services.db import Sessions, make_engine, make_sessions
from services.embedded import EmbeddedPostgres, migrate
from services.notices.lifecycle import LifecycleService
from services.notices.results import Notice
from services.notices.service import NoticeService
from services.notices.types import NoticeDraft

FOLLOWERS = text("""
    INSERT INTO citizens (citizen_id, channel, account, address, created_at, followed_at)
    SELECT gen_random_uuid(), 'wechat', 'gh_bench', 'o' || lpad(n::text, 27, '0'), now(), now()
    FROM generate_series(1, CAST(:count AS int)) AS n
""")
SENT = text("""
    SELECT min(attempted_at) AS began, max(settled_at) AS ended, count(*) AS count FROM notice_deliveries
    WHERE notice_id = :id AND state = 'accepted'
""")
FIRST_OUT = text("""
    SELECT extract(epoch FROM min(d.settled_at) - v.approved_at) AS seconds
    FROM notice_deliveries d JOIN notice_versions v USING (notice_id, version)
    WHERE d.notice_id = :id AND d.state = 'accepted' GROUP BY v.approved_at
""")
CALLS = text("""
    SELECT count(*) AS calls, extract(epoch FROM max(at) - min(at)) AS seconds
    FROM (SELECT min(attempted_at) AS at FROM notice_deliveries WHERE notice_id = :id GROUP BY chunk) called
""")
#: An emergency goes to so many.
URGENT = 100


@dataclass(slots=True)
class Figures:
    """What was measured, each beside what is wanted."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, name: str, wanted: str, measured: str) -> None:
        self.lines.append((name, wanted, measured))
        print(f"{name}: {measured}", flush=True)

    def show(self) -> None:
        """As rows of a table for docs/benchmarks.md."""
        print("\n| what | wanted | measured |\n|---|---|---|")
        for line in self.lines:
            print("| " + " | ".join(line) + " |")


@dataclass(slots=True)
class Office:
    """The services, and the stub's port, that all measurements use."""

    sessions: Sessions
    service: NoticeService
    lifecycle: LifecycleService
    audience: AudienceService
    port: str

    async def approved(self, **fields: object) -> Notice:
        """A notice that is due now."""
        values = {"title": "压力测试", "body": "这是一条测试通知。", "author": "张三", **fields}
        notice = await self.service.create(NoticeDraft(**values, due_at=datetime.now(timezone.utc)))  # type: ignore[arg-type]
        await self.service.submit(str(notice.id), "张三")
        return await self.service.approve(str(notice.id), "李四")

    async def finished(self, notice: Notice) -> Notice:
        """Waits for the end, and says how far it is."""
        while (found := await self.service.get(str(notice.id))).state != "finished":
            await asyncio.sleep(1)
            counted = found.counters
            print(f"  {counted.accepted:>8} accepted, {counted.pending} left", end="\r", flush=True)
        return found


async def measure(database_url: str, arguments: argparse.Namespace) -> None:
    engine = make_engine(database_url)
    sessions, clock = make_sessions(engine), SystemClock()
    audience = AudienceService(sessions=sessions, clock=clock)
    service = NoticeService(sessions=sessions, clock=clock, audience=audience)
    lifecycle = LifecycleService(sessions=sessions, clock=clock, audience=audience)
    async with sessions.begin() as session:
        await session.execute(FOLLOWERS, {"count": arguments.recipients})
    stub = await spawn("stub")
    assert stub.stdout is not None  # noqa: S101
    port = (await stub.stdout.readline()).decode().strip()
    office, figures = Office(sessions, service, lifecycle, audience, port), Figures()
    try:
        notice = await freeze(office, figures, arguments.recipients)
        size = (port, str(arguments.lanes), str(arguments.burst))
        workers = [await spawn("worker", database_url, *size) for _ in range(arguments.workers)]
        try:
            await send(office, figures, notice, arguments.recipients)
            await send_by_mass(office, figures)
        finally:
            await end(figures, workers)
        await plain_way(office, figures, arguments.plain)
        figures.show()
    finally:
        stub.terminate()
        await stub.wait()
        await engine.dispose()


async def freeze(office: Office, figures: Figures, recipients: int) -> Notice:
    """Approves a notice to everybody and writes its recipients."""
    began = time.monotonic()
    notice = await office.approved()
    await office.lifecycle.freeze_all()
    seconds = time.monotonic() - began
    wanted = f"{recipients / (1_000_000 / 60):.1f} s (a million in 60 s)"
    figures.add(f"{recipients:,} recipients frozen", wanted, f"{seconds:.1f} s ({recipients / seconds:,.0f} a second)")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    figures.add("memory of the process that froze them", "under 300 MB", f"{megabytes} MB")
    return notice


async def send(office: Office, figures: Figures, notice: Notice, recipients: int) -> None:
    """Watches the broadcast to its end, with an emergency in its middle; counts from the first attempt to the last
    settled row."""
    emergency = await interrupt(office, str(notice.id), recipients)
    found = await office.finished(notice)
    async with office.sessions() as session:
        row = (await session.execute(SENT, {"id": notice.id})).one()
        first = (await session.execute(FIRST_OUT, {"id": emergency.id})).scalar_one()
    seconds = (row.ended - row.began).total_seconds()
    measured = f"{row.count / seconds:,.0f} ({row.count:,} in {seconds:.1f} s; {found.counters.in_doubt} in doubt)"
    figures.add("accepted a second, each recipient by a call", "2,000", measured)
    figures.add("first answer to an emergency in the middle", "2 s", f"{float(first):.1f} s after approval")


async def interrupt(office: Office, running: str, recipients: int) -> Notice:
    """An emergency to a hundred while the broadcast is in its first quarter."""
    while (await office.service.get(running)).counters.accepted < recipients // 20:  # noqa: ASYNC110 (others work)
        await asyncio.sleep(0.1)
    few = [citizen.citizen_id for citizen in await office.audience.followers(None, URGENT)]
    return await office.approved(title="紧急测试", emergency=True, citizens=few)


async def send_by_mass(office: Office, figures: Figures) -> None:
    """The same audience by calls of ten thousand each, of which the platform takes sixty a minute."""
    notice = await office.approved(title="群发测试", route="mass")
    found = await office.finished(notice)
    async with office.sessions() as session:
        row = (await session.execute(CALLS, {"id": notice.id})).one()
    a_minute = f"{60 * (row.calls - 1) / float(row.seconds):.0f}" if row.seconds else "too few calls to tell"
    measured = f"{a_minute} ({row.calls} calls, {found.counters.accepted:,} accepted)"
    figures.add("calls a minute by mass send", "the platform's 60", measured)


async def end(figures: Figures, workers: Sequence[asyncio.subprocess.Process]) -> None:
    took = [await said_last(worker) for worker in workers]
    most = max(one.megabytes for one in took)
    cores = ", ".join(f"{one.core_seconds} s" for one in took)
    figures.add("memory of a worker", "under 300 MB", f"{most} MB (of a core: {cores})")


async def plain_way(office: Office, figures: Figures, count: int) -> None:
    """A loop as a user would write it: call, then mark the row."""
    began = time.monotonic()
    async with client(int(office.port)) as wechat:
        for number in range(count):
            openid, key = f"o{number:027}", uuid4().hex
            data = {"first": {"value": "压力测试"}}
            msg_id = await wechat.send_template(openid=openid, template_id="t", url="", data=data, client_msg_id=key)
            async with office.sessions.begin() as session:
                query = text("INSERT INTO notice_messages (channel, msg_id, seen_at) VALUES ('plain', :id, now())")
                await session.execute(query, {"id": msg_id})
    rate = count / (time.monotonic() - began)
    figures.add("the plain loop, accepted a second", "—", f"{rate:.0f}; after a kill it cannot say who got it")


def machine() -> str:
    """On what was measured, and what else it was doing."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    name = models[0] if models else platform.processor() or platform.machine()
    return (
        f"{name}, {os.cpu_count()} cores, {megabytes // 1024} GB, Python {sys.version.split()[0]}, PostgreSQL on the "
        f"same machine, load {os.getloadavg()[0]:.1f} before it began"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--lanes", type=int, default=4)
    parser.add_argument("--burst", type=int, default=100)
    parser.add_argument("--plain", type=int, default=60, help="recipients of the plain loop")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(machine())
    with (
        tempfile.TemporaryDirectory(prefix="zhengqiao-bench-") as folder,
        EmbeddedPostgres(Path(folder) / "pg") as server,
    ):
        database_url = server.ensure_database("bench")
        migrate(database_url)
        asyncio.run(measure(database_url, arguments))


if __name__ == "__main__":
    main()
