"""How many recipients a second? Notices against a stub that answers in 50 ms, every state durable.

    python -m benchmarks.notices --recipients 20000 --workers 2

Starts an embedded PostgreSQL, the stub and the workers as processes of their own; prints the machine, the engine's
figures, and beside them the plain way: a loop that calls the same client and writes a row after each call.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid4

import aiohttp
from sqlalchemy import text

from bot.broadcast.articles import ArticleDesk
from bot.broadcast.chunk import Limits, Tools
from bot.broadcast.engine import Broadcaster
from bot.broadcast.jobs import register, ticks
from bot.broadcast.sender import WeChatSender
from bot.channels.wechat.client import WeChatClient
from bot.jobs import make_jobs
from bot.scheduler import make_scheduler
from services.audience.service import AudienceService
from services.citizens.service import CitizenService
from services.clock import SystemClock
from services.db import Sessions, make_engine, make_sessions
from services.embedded import EmbeddedPostgres, migrate
from services.notices.article_store import ArticleStore
from services.notices.dispatch import DispatchService
from services.notices.filling import FillingService
from services.notices.lifecycle import LifecycleService
from services.notices.rates import Rate, SharedRate
from services.notices.receipts import ReceiptService
from services.notices.results import Notice
from services.notices.service import NoticeService
from services.notices.types import NoticeDraft

FOLLOWERS = text("""
    INSERT INTO citizens (citizen_id, channel, account, address, created_at, followed_at)
    SELECT gen_random_uuid(), 'wechat', 'gh_bench', 'o' || lpad(n::text, 27, '0'), now(), now()
    FROM generate_series(1, CAST(:count AS int)) AS n
""")
STUB_SECONDS = 0.05


# -- the stub


class Stub(asyncio.Protocol):
    """The least HTTP that a client takes: every request is answered with a new id after 50 ms."""

    def __init__(self, counter: list[int]) -> None:
        self._counter = counter
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while True:
            head, end, rest = self._held.partition(b"\r\n\r\n")
            if not end:
                return
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(rest) < length:
                return
            self._held = rest[length:]
            asyncio.get_running_loop().call_later(STUB_SECONDS, self._answer)

    def _answer(self) -> None:
        self._counter[0] += 1
        body = b'{"errcode":0,"errmsg":"ok","msgid":%d}' % self._counter[0]
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)  # type: ignore[attr-defined]


async def serve_stub() -> None:
    counter = [0]
    server = await asyncio.get_running_loop().create_server(lambda: Stub(counter), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# -- a worker


class FixedToken:
    """The platform's token without the platform."""

    async def token(self) -> str:
        return "token"

    async def replace(self, rejected: str) -> str:
        return rejected


@asynccontextmanager
async def client(port: int) -> AsyncIterator[WeChatClient]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield WeChatClient(session=session, api_base=f"http://127.0.0.1:{port}", tokens=FixedToken())


async def work(database_url: str, port: int, lanes: int, burst: int) -> None:
    """A worker process as the real one is put together."""
    engine = make_engine(database_url, pool_size=lanes + 4)
    sessions, clock = make_sessions(engine), SystemClock()
    citizens = CitizenService(sessions=sessions, clock=clock)
    audience = AudienceService(sessions=sessions, clock=clock)
    rate = SharedRate(sessions=sessions, name="bench", rate=Rate(per_second=20_000, capacity=20_000))
    async with client(port) as wechat:
        tools = Tools(
            dispatch=DispatchService(sessions, clock),
            addresses=citizens,
            filling=FillingService(sessions=sessions, audience=audience),
            sender=WeChatSender(client=wechat, template_id="notice", subscription_template_id="subscription"),
            articles=ArticleDesk(store=ArticleStore(sessions=sessions, clock=clock, account="bench"), client=wechat),
            rate=rate,
            group_rate=rate,
            emergency_rate=rate,
        )
        broadcaster = Broadcaster(tools, Limits(lanes=lanes, burst=burst))
        jobs = make_jobs(database_url, [register(broadcaster)])
        lifecycle = LifecycleService(sessions=sessions, clock=clock, audience=audience)
        async with jobs.open_async():
            every = ticks(jobs, lifecycle=lifecycle, receipts=ReceiptService(sessions), broadcaster=broadcaster)
            scheduler = make_scheduler(every, on_failure=lambda name: None)
            scheduler.start()
            await jobs.run_worker_async(concurrency=lanes + 2, delete_jobs="always", shutdown_graceful_timeout=5)
            broadcaster.stop()
            scheduler.shutdown(wait=False)
    await engine.dispose()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"worker: {used.ru_maxrss // 1024} MB at most, {used.ru_utime + used.ru_stime:.1f} s of a core", flush=True)


# -- the measurement


async def spawn(*arguments: str, out: bool = False) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.notices", *arguments, stdout=asyncio.subprocess.PIPE if out else None
    )


async def measure(database_url: str, arguments: argparse.Namespace) -> None:
    engine = make_engine(database_url)
    sessions, clock = make_sessions(engine), SystemClock()
    audience = AudienceService(sessions=sessions, clock=clock)
    service = NoticeService(sessions=sessions, clock=clock, audience=audience)
    lifecycle = LifecycleService(sessions=sessions, clock=clock, audience=audience)
    async with sessions.begin() as session:
        await session.execute(FOLLOWERS, {"count": arguments.recipients})
    stub = await spawn("--stub", out=True)
    assert stub.stdout is not None  # noqa: S101
    port = (await stub.stdout.readline()).decode().strip()
    try:
        draft = NoticeDraft(
            title="压力测试", body="这是一条测试通知。", due_at=datetime.now(timezone.utc), author="张三"
        )
        notice = await service.create(draft)
        await service.submit(str(notice.id), "张三")
        began = time.monotonic()
        await service.approve(str(notice.id), "李四")
        await lifecycle.freeze_all()
        frozen = time.monotonic() - began
        print(f"frozen: {arguments.recipients} recipients in {frozen:.1f} s ({arguments.recipients / frozen:.0f}/s)")
        told = ("--database", database_url, "--port", port)
        size = ("--lanes", str(arguments.lanes), "--burst", str(arguments.burst))
        workers = [await spawn("--worker", *told, *size) for _ in range(arguments.workers)]
        try:
            emergency = await interrupt(service, audience, str(notice.id), arguments.recipients)
            await watch(sessions, service, str(notice.id))
            await first_out(sessions, emergency)
        finally:
            for worker in workers:
                worker.terminate()
                await worker.wait()
        await plain_way(int(port), sessions, arguments.plain)
    finally:
        stub.terminate()
        await stub.wait()
        await engine.dispose()


async def interrupt(service: NoticeService, audience: AudienceService, running: str, recipients: int) -> Notice:
    """An emergency to a hundred while the broadcast is in its first quarter; gives it with its approval's time."""
    while (await service.get(running)).counters.accepted < recipients // 20:  # noqa: ASYNC110 (others do the work)
        await asyncio.sleep(0.1)
    few = [citizen.citizen_id for citizen in await audience.followers(None, 100)]
    draft = NoticeDraft(
        title="紧急测试",
        body="这是一条测试通知。",
        due_at=datetime.now(timezone.utc),
        author="张三",
        emergency=True,
        citizens=few,
    )
    emergency = await service.create(draft)
    await service.submit(str(emergency.id), "张三")
    return await service.approve(str(emergency.id), "李四")


async def first_out(sessions: Sessions, emergency: Notice) -> None:
    """Prints how long after its approval the emergency's first message was answered."""
    query = text("""
        SELECT extract(epoch FROM min(d.settled_at) - v.approved_at) AS seconds, count(*) AS count
        FROM notice_deliveries d JOIN notice_versions v USING (notice_id, version)
        WHERE d.notice_id = :id AND d.state = 'accepted' GROUP BY v.approved_at
    """)
    async with sessions() as session:
        row = (await session.execute(query, {"id": emergency.id})).one()
    print(f"emergency in the middle: first answer {float(row.seconds):.1f} s after approval, {row.count} accepted")


async def watch(sessions: Sessions, service: NoticeService, reference: str) -> None:
    """Prints the way to the end; the figure counts from the first to the last settled row."""
    while (found := await service.get(reference)).state != "finished":
        await asyncio.sleep(1)
        counted = found.counters
        print(f"  {counted.accepted:>8} accepted, {counted.pending} left", end="\r", flush=True)
    query = text("""
        SELECT min(attempted_at) AS began, max(settled_at) AS ended, count(*) AS count FROM notice_deliveries
        WHERE notice_id = :id AND state = 'accepted'
    """)
    async with sessions() as session:
        row = (await session.execute(query, {"id": found.id})).one()
    seconds = (row.ended - row.began).total_seconds()
    print(f"engine: {row.count} accepted in {seconds:.1f} s = {row.count / seconds:.0f} accepted/s, {found.counters}")


async def plain_way(port: int, sessions: Sessions, count: int) -> None:
    """A loop as a user would write it: call, then mark the row."""
    began = time.monotonic()
    async with client(port) as wechat:
        for number in range(count):
            openid, key = f"o{number:027}", uuid4().hex
            data = {"first": {"value": "压力测试"}}
            msg_id = await wechat.send_template(openid=openid, template_id="t", url="", data=data, client_msg_id=key)
            async with sessions.begin() as session:
                query = text("INSERT INTO notice_messages (channel, msg_id, seen_at) VALUES ('plain', :id, now())")
                await session.execute(query, {"id": msg_id})
    print(f"plain loop: {count / (time.monotonic() - began):.0f} accepted/s; after a kill it cannot say who got it")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--lanes", type=int, default=4)
    parser.add_argument("--burst", type=int, default=100)
    parser.add_argument("--plain", type=int, default=60, help="recipients of the plain loop")
    parser.add_argument("--stub", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--database", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stub:
        asyncio.run(serve_stub())
    elif arguments.worker:
        asyncio.run(work(arguments.database, arguments.port, arguments.lanes, arguments.burst))
    else:
        print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
        with (
            tempfile.TemporaryDirectory(prefix="zhengqiao-bench-") as folder,
            EmbeddedPostgres(Path(folder) / "pg") as server,
        ):
            database_url = server.ensure_database("bench")
            migrate(database_url)
            asyncio.run(measure(database_url, arguments))


if __name__ == "__main__":
    main()
