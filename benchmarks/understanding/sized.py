"""What do search and index cost a process that does nothing else? Run as one: TOPIC, questions in, figures out."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from benchmarks.understanding.scores import percentile
from services.catalogue.models import CatalogueItem
from services.catalogue.service import TOPIC as CATALOGUE
from services.catalogue.service import CatalogueService
from services.clock import SystemClock
from services.db import Sessions, make_engine, make_sessions
from services.faq.models import FaqRow
from services.faq.service import FaqService
from services.logs import configure_logging
from services.search.live import SharedLanguage
from services.search.revisions import next_revision

LOOK_EVERY_SECONDS = 0.02
#: An edit that is not seen by then never is.
EDIT_SECONDS = 60.0
#: Asked before the clock runs: caches and pages are as in a process that has worked for some minutes.
WARMING = 20
#: A name that nothing has, with a number: other processes have edited before.
NEW_NAME = "琉璃瓦窑{}号窑开窑备案"


async def measure(topic: str, database_url: str, questions: Sequence[str]) -> dict[str, Any]:
    """Words alone: the model's time does not depend on how much there is."""
    engine = make_engine(database_url, application_name="zhengqiao-benchmark")
    sessions = make_sessions(engine)
    kind = CatalogueService if topic == CATALOGUE else FaqService
    service = kind(sessions=sessions, clock=SystemClock(), language=SharedLanguage())
    before, started = _resident_mb(), time.perf_counter()
    try:
        async with service.running():
            while not service.is_ready:  # noqa: ASYNC110 (nothing else runs meanwhile)
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            ready = time.perf_counter() - started
            gc.collect()
            walls, cores = await _times(service, questions)
            edited = await _edited(service, sessions, topic)
    finally:
        await engine.dispose()
    return {
        "ready_s": round(ready, 2),
        "mb_before": round(before),
        "mb": round(_resident_mb()),
        "mb_peak": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "p50_ms": round(percentile(walls, 50), 2),
        "p95_ms": round(percentile(walls, 95), 2),
        "core_p50_ms": round(percentile(cores, 50), 2),
        "core_p95_ms": round(percentile(cores, 95), 2),
        "edit_s": round(edited, 2),
        "load": [round(one, 1) for one in os.getloadavg()[:2]],
    }


async def _times(service: CatalogueService | FaqService, questions: Sequence[str]) -> tuple[list[float], list[float]]:
    """Milliseconds by the clock, and those on a core, whoever else wants it."""
    for question in questions[:WARMING]:
        await service.search(question)
    walls, cores = [], []
    for question in questions:
        started, worked = time.perf_counter(), time.process_time()
        await service.search(question)
        cores.append((time.process_time() - worked) * 1000)
        walls.append((time.perf_counter() - started) * 1000)
    return walls, cores


async def _edited(service: CatalogueService | FaqService, sessions: Sessions, topic: str) -> float:
    """Seconds until an edit of another process is found."""
    model: Any = CatalogueItem if topic == CATALOGUE else FaqRow
    key, name = (CatalogueItem.task_code, "task_name") if topic == CATALOGUE else (FaqRow.id, "question")
    async with sessions.begin() as session:
        revision = await next_revision(session, topic, SystemClock().now())
        wanted = NEW_NAME.format(revision)
        any_row = select(func.min(key)).scalar_subquery()
        await session.execute(update(model).where(key == any_row).values({name: wanted, "revision": revision}))
    started = time.perf_counter()

    async def found() -> bool:
        return any(getattr(hit, name) == wanted for hit in (await service.search(wanted)).hits)

    await _until(found)
    return time.perf_counter() - started


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    end = time.perf_counter() + EDIT_SECONDS
    while not await holds():
        if time.perf_counter() > end:
            raise TimeoutError("an edit was not seen")
        await asyncio.sleep(LOOK_EVERY_SECONDS)


def _resident_mb() -> float:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    configure_logging("WARNING")
    result = asyncio.run(measure(sys.argv[1], os.environ["DATABASE_URL"], json.load(sys.stdin)))
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
