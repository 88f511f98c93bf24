"""What is looked at again and again? Ticks: each asks the database what is due and claims it, so any number may run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.trouble import log_trouble

STOP_SECONDS = 2.0

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """Something to do every `seconds`; never twice at once within a process."""

    #: Stable name for logs and metrics, such as `notices.due`.
    name: str
    seconds: float
    run: Callable[[], Awaitable[None]]


def make_scheduler(ticks: Sequence[Tick], *, on_failure: Callable[[str], None]) -> AsyncIOScheduler:
    """A scheduler with its store in memory: `start()` inside a running loop, `shutdown(wait=False)` at the end.

    A tick that fails is logged with its cause and told to `on_failure` by name; it runs again at its next turn.
    """
    scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    for tick in ticks:
        scheduler.add_job(
            _guarded(tick, on_failure), "interval", seconds=tick.seconds, id=tick.name, misfire_grace_time=None
        )
    return scheduler


@asynccontextmanager
async def ticking(ticks: Sequence[Tick], *, on_failure: Callable[[str], None]) -> AsyncIterator[None]:
    """Ticks run inside the block; at its end those under way are waited for a moment before they are cut off."""
    running: set[asyncio.Task[None]] = set()
    scheduler = make_scheduler([_noted(tick, running) for tick in ticks], on_failure=on_failure)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        if running:
            await asyncio.wait(running, timeout=STOP_SECONDS)
        scheduler.shutdown(wait=False)


def _noted(tick: Tick, running: set[asyncio.Task[None]]) -> Tick:
    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (a coroutine always runs in one)
        running.add(task)
        try:
            await tick.run()
        finally:
            running.discard(task)

    return replace(tick, run=run)


def _guarded(tick: Tick, on_failure: Callable[[str], None]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await tick.run()
        except Exception as error:
            log_trouble(log, "tick.failed", error, tick=tick.name)
            on_failure(tick.name)

    return run
