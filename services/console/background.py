"""What goes on after a page was answered? Works of this process, which end before it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

log = structlog.stdlib.get_logger(__name__)
#: A work looks between two steps whether the process stops; one step takes far less than this.
STOP_SECONDS = 5.0


class Background:
    """The works of one process."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Begins; what goes wrong is logged, and the work is shown as interrupted since nobody tells of it any more."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("console.work_failed", error=type(error).__name__, exc_info=error)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Behind the block no work goes on."""
        try:
            yield
        finally:
            if self._tasks:
                _, late = await asyncio.wait(set(self._tasks), timeout=STOP_SECONDS)
                for task in late:
                    task.cancel()
                await asyncio.gather(*late, return_exceptions=True)
