"""How is background work queued? One procrastinate app on our PostgreSQL, on which the topics register their tasks.

A job is a wake-up: the truth is in our rows, and running a job twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import procrastinate
import structlog

from services.clock import Clock

#: A worker that gave no sign for this long is gone, and its jobs are started again.
STALLED_SECONDS = 30.0

log = structlog.stdlib.get_logger(__name__)

#: `def register(jobs: procrastinate.App) -> None`, a closure over what the topic's tasks work with.
Register = Callable[[procrastinate.App], None]


def make_jobs(database_url: str, registers: Sequence[Register] = ()) -> procrastinate.App:
    """The app with every topic's tasks; it connects at `async with jobs.open_async():`, not before."""
    connector = procrastinate.PsycopgConnector(conninfo=database_url, min_size=1, max_size=4)
    jobs = procrastinate.App(connector=connector)
    for register in registers:
        register(jobs)
    return jobs


async def retry_stalled(jobs: procrastinate.App, clock: Clock) -> int:
    """Puts jobs of vanished workers back into the queue, which the library leaves to its user; gives their number."""
    stalled = list(await jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for job in stalled:
        log.warning("job.stalled", job=job.id, task=job.task_name)
        await jobs.job_manager.retry_job(job, retry_at=clock.now())
    return len(stalled)
