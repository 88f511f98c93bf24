"""What is looked at again and again? Ticks: each asks the database what is due and claims it, so any number may run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

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


def _guarded(tick: Tick, on_failure: Callable[[str], None]) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        try:
            await tick.run()
        except Exception as error:
            log.exception("tick.failed", tick=tick.name, error=type(error).__name__)
            on_failure(tick.name)

    return run
