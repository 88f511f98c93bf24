"""The processes of the notices' benchmark: a platform that answers in 50 ms, and workers.

python -m benchmarks.notice_processes stub
python -m benchmarks.notice_processes worker DATABASE_URL PORT LANES BURST
"""

from __future__ import annotations

import asyncio
import logging
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec

from bot.broadcast.articles import ArticleDesk
from bot.broadcast.chunk import Limits, Tools
from bot.broadcast.engine import Broadcaster
from bot.broadcast.jobs import register, ticks
from bot.broadcast.sender import WeChatSender
from bot.channels.wechat.client import WeChatClient
from bot.jobs import make_jobs
from bot.scheduler import make_scheduler
from bot.worker import MASS_RATE
from services.audience.service import AudienceService
from services.citizens.service import CitizenService
from services.clock import SystemClock
from services.db import make_engine, make_sessions
from services.notices.article_store import ArticleStore
from services.notices.dispatch import DispatchService
from services.notices.filling import FillingService
from services.notices.lifecycle import LifecycleService
from services.notices.rates import Rate, SharedRate
from services.notices.receipts import ReceiptService

STUB_SECONDS = 0.05


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker process took in all."""

    megabytes: int
    core_seconds: float


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
    """A worker process as the real one is put together; says at its end what it took."""
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
            group_rate=SharedRate(sessions=sessions, name="bench.mass", rate=MASS_RATE),
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
    taken = Taken(megabytes=used.ru_maxrss // 1024, core_seconds=round(used.ru_utime + used.ru_stime, 1))
    print(msgspec.json.encode(taken).decode(), flush=True)


async def spawn(*arguments: str) -> asyncio.subprocess.Process:
    """Starts one of these; what it says is read from its standard output."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.notice_processes", *arguments, stdout=asyncio.subprocess.PIPE
    )


async def said_last(process: asyncio.subprocess.Process) -> Taken:
    """Ends a worker and gives what it took."""
    process.terminate()
    out, _ = await process.communicate()
    return msgspec.json.decode(out.splitlines()[-1], type=Taken)


def main() -> None:
    # A tick that is left out while the one before still runs is no news here.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    kind, *rest = sys.argv[1:]
    if kind == "stub":
        asyncio.run(serve_stub())
    else:
        database_url, port, lanes, burst = rest
        asyncio.run(work(database_url, int(port), int(lanes), int(burst)))


if __name__ == "__main__":
    main()
