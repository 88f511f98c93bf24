"""Fills a database, starts the services process, and asks for every page again and again; prints a table.

Fails where a page's 95th percentile is above the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.console.rows import fill
from services.app import make_topics
from services.clock import SystemClock
from services.console.areas import AREAS
from services.console.pages import PREFIX
from services.console.parts import make_parts
from services.db import make_engine, make_sessions
from services.embedded import ROOT, EmbeddedPostgres, migrate
from services.figures.service import Figures
from services.metrics import Metrics
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.fakes.staff import sign_in_as

LIMIT_MS = 300.0
TOKEN = "a-service-token-of-the-benchmark"
#: What stands in the place of a path's variables: SQL that finds one. Pages with others are named as left out.
SAMPLES: Mapping[str, str] = {
    "/conversations/{citizen}": "SELECT CAST(citizen_id AS text) FROM inbox WHERE told IS NOT NULL LIMIT 1",
    "/staff/{id}": "SELECT CAST(id AS text) FROM staff LIMIT 1",
    "/audit/{number}": "SELECT CAST(max(id) AS text) FROM audit_log",
    "/home/top/{list}.csv": "SELECT 'questions'",
    "/faq/{id}": "SELECT id FROM faq_entries LIMIT 1",
    "/faq/{id}/versions": "SELECT id FROM faq_entries LIMIT 1",
    "/faq/{id}/recall": "SELECT entry_id FROM faq_told LIMIT 1",
    "/training/versions/{version}": "SELECT '200'",
    "/training/versions/{version}/scores.csv": "SELECT '200'",
    "/training/versions/{version}/sureness.csv": "SELECT '200'",
    "/training/examples/{id}": "SELECT id FROM training_examples LIMIT 1",
    "/notices/{number}": "SELECT CAST(number AS text) FROM notices WHERE id = 'c00000000000000000000000000007bc'",
    "/notices/{number}/edit": "SELECT CAST(max(number) AS text) FROM notices",
    "/notices/{number}/reach": "SELECT CAST(max(number) AS text) FROM notices",
    "/notices/{number}/ways": "SELECT CAST(max(number) AS text) FROM notices",
    "/catalogue/item/{code}": "SELECT 'YJ-2500'",
    "/catalogue/item/{code}/edit": "SELECT 'YJ-2500'",
    "/appointments/one/{code}": "SELECT code FROM appointments LIMIT 1",
    "/notices/{number}/list": "SELECT CAST(max(number) AS text) FROM notices",
    "/appointments/halls/{hall}": "SELECT 'H7'",
    "/cases/{number}": "SELECT 'CASE00100000'",
}
#: Searches that people make, beside the bare pages.
SEARCHES: Sequence[str] = (
    "/?days=30",
    "/conversations?q=公积金",
    "/conversations?q=第999999次",
    "/conversations?q=没有人这样问过",
    "/conversations?state=failed",
    "/conversations?since=2020-01-01&until=2020-02-01",
    "/audit?login=editor7",
    "/audit?subject_kind=staff&subject_id=n17",
    "/audit?action=staff.created",
    "/staff?q=bench",
    "/audit?address=10.0.0.1",
    "/catalogue?q=第17",
    "/catalogue?department=第3局&state=live",
    "/faq?q=公积金",
    "/faq?state=expiring",
    "/questions?q=公积金",
    "/cases?q=CASE0001",
    "/cases?state=reviewing",
    "/cases?state=*overdue",
    "/appointments?hall=H7",
    "/appointments/week?hall=H7",
    "/notices?state=finished",
    "/training/examples?q=公积金",
    "/training/examples?intent=intent_7",
    "/training/intents?sort=f1",
)
#: What a page asks by itself while somebody writes or looks on; `/events` never ends.
PARTS: Sequence[str] = ("/notices/{number}/reach", "/notices/{number}/ways", "/appointments/queue")
#: The same of what is sent as a form: page with the form's token -> path, fields.
SENT: Mapping[str, tuple[str, Mapping[str, str]]] = {
    # Near duplicates, contradictions, who asked lately.
    "/faq/new": (
        "/faq/new/similar",
        {
            "question": "公积金怎么补缴？",
            "similar": "公积金补缴怎么办理",
            "answer": "请到第3局办理。",
            "department": "云江市公安局",
        },
    ),
    "/notices/new": ("/notices/audience", {"audience": "all"}),
}
#: Files to keep, which are made of everything there is: measured, and no page.
FILES = frozenset({"/faq/export.xlsx", "/faq/export.csv", "/training/exchange/examples.zip"})
TOKEN_IN_PAGE = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One page's times in milliseconds."""

    path: str
    status: int
    times: Sequence[float]

    @property
    def p95(self) -> float:
        return sorted(self.times)[max(0, round(0.95 * len(self.times)) - 1)]

    @property
    def is_slow(self) -> bool:
        """Does a person wait too long for it?"""
        return self.p95 > LIMIT_MS and self.path not in FILES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--hits", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=40, help="a page")
    parser.add_argument("--only", default="", help="measure only what begins with this, such as /training")
    arguments = parser.parse_args()
    out = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="zq-bench-") as folder, EmbeddedPostgres(Path(folder) / "pg") as server:
        url = server.ensure_database("bench")
        migrate(url)
        started = time.monotonic()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET synchronous_commit = off")
            for what in fill(connection, messages=arguments.messages, hits=arguments.hits):
                out.print(f"  {time.monotonic() - started:5.0f} s  making {what}")
        settings = ServicesSettings(database_url=url, data_dir=folder, service_token=TOKEN, services_port=_free_port())
        asyncio.run(_prepare(settings))
        out.print(f"  {time.monotonic() - started:5.0f} s  figures rolled up")
        with _running(settings, Path(folder)):
            measured = asyncio.run(_measure(settings, arguments.requests, arguments.only))
    _print(measured, out)
    return 1 if any(one.is_slow or one.status != 200 for one in measured) else 0


async def _prepare(settings: ServicesSettings) -> None:
    """Accounts, and the figures of the whole month, as they would have been written hour by hour."""
    engine = make_engine(settings.database_url)
    sessions, clock = make_sessions(engine), SystemClock()
    for n in range(120):
        await sign_in_as(sessions, settings, clock, login=f"bench{n}", roles=[Role.EDITOR])
    await Figures(sessions=sessions, clock=clock).roll()
    await engine.dispose()


async def _measure(settings: ServicesSettings, requests: int, only: str) -> list[Measured]:
    engine = make_engine(settings.database_url)
    sessions, clock = make_sessions(engine), SystemClock()
    cookie = await sign_in_as(sessions, settings, clock, login="administrator", roles=[Role.ADMINISTRATOR])
    areas = [
        make(make_parts(make_topics(sessions, clock, settings, Metrics()), sessions, clock, settings)) for make in AREAS
    ]
    pages = [
        page
        for area in areas
        for page in area.pages
        if page.method == "GET" and (not page.passive or page.path in PARTS)
    ]
    with psycopg.connect(settings.database_url) as connection:
        paths = [path for page in pages for path in _filled(page.path, connection)]
    await engine.dispose()
    base = f"http://127.0.0.1:{settings.services_port}{PREFIX}"
    async with aiohttp.ClientSession(cookies={"zq_console": cookie}) as client:
        wanted = [path for path in (*paths, *SEARCHES) if path.startswith(only)]
        measured = [await _page(client, base, path, requests) for path in wanted]
        for page, (path, fields) in SENT.items():
            if not path.startswith(only):
                continue
            async with client.get(base + page) as response:
                token = TOKEN_IN_PAGE.search(await response.text())
            if token is None:
                raise RuntimeError(f"no form on {page}")
            form = {"csrf_token": token[1], **fields}
            measured.append(await _page(client, base, path, requests, form))
        return measured


def _filled(path: str, connection: psycopg.Connection) -> Iterator[str]:
    """The path with a sample in the place of its variable; nothing for one that has no sample."""
    if path.startswith(("/sign-in", "/invitation", "/profile/second-factor")):
        return
    if "{" not in path:
        yield path
    elif path in SAMPLES:
        row = connection.execute(SAMPLES[path]).fetchone()  # type: ignore[call-overload]
        if row is not None and row[0] is not None:
            yield path[: path.index("{")] + row[0] + path[path.index("}") + 1 :]
    else:
        print(f"  left out: {path}")


async def _page(
    client: aiohttp.ClientSession, base: str, path: str, requests: int, form: Mapping[str, str] | None = None
) -> Measured:
    """Asks for a page, or sends a form, so often."""
    times: list[float] = []
    status = 0
    for n in range(requests + 2):
        await asyncio.sleep(0.13)  # slower than the limit of requests of one account
        started = time.perf_counter()
        async with client.request("GET" if form is None else "POST", base + path, data=form) as response:
            await response.read()
        # The first two compile the template and fill the connection pool.
        if n >= 2:
            times.append((time.perf_counter() - started) * 1000)
        status = response.status
    return Measured(path=path, status=status, times=times)


@contextmanager
def _running(settings: ServicesSettings, folder: Path) -> Iterator[None]:
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "ZQ_DATA_DIR": settings.data_dir,
        "ZQ_SERVICE_TOKEN": TOKEN,
        "ZQ_SERVICES_PORT": str(settings.services_port),
    }
    with (folder / "services.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            asyncio.run(_until_ready(f"http://127.0.0.1:{settings.services_port}/readyz"))
            yield
        finally:
            process.terminate()
            process.wait(30)


async def _until_ready(url: str) -> None:
    async with aiohttp.ClientSession() as client:
        for _ in range(600):
            try:
                async with client.get(url) as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise RuntimeError("the services did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _print(measured: Sequence[Measured], out: Console) -> None:
    table = Table("page", "status", "p50 ms", "p95 ms", "", title="The console's pages", title_justify="left")
    for one in sorted(measured, key=lambda one: -one.p95):
        verdict = f"above {LIMIT_MS:.0f}" if one.is_slow else "a file" if one.path in FILES else "ok"
        table.add_row(one.path, str(one.status), f"{statistics.median(one.times):.0f}", f"{one.p95:.0f}", verdict)
    out.print(table)


if __name__ == "__main__":
    sys.exit(main())
