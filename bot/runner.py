"""How is something done for many citizens at once, yet never twice at the same time for one?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from uuid import UUID

import structlog

from bot.trouble import log_trouble

log = structlog.stdlib.get_logger(__name__)


class PerCitizen:
    """Runs `work` for each citizen that is woken, in at most `limit` tasks; a wake-up during the work makes one more
    round. What does not fit is found later by whoever looks through the rows."""

    def __init__(self, name: str, work: Callable[[UUID], Awaitable[None]], *, limit: int, backlog: int = 2000) -> None:
        self._name = name
        self._work = work
        self._slots = asyncio.Semaphore(limit)
        self._backlog = backlog
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._again: set[UUID] = set()
        self._stopping = False

    @property
    def active(self) -> Collection[UUID]:
        """The citizens for whom something is being done or waits for its slot."""
        return self._tasks.keys()

    def wake(self, citizen_id: UUID) -> None:
        """There may be something to do for this citizen. Comes back at once."""
        if self._stopping:
            return
        if citizen_id in self._tasks:
            self._again.add(citizen_id)
        elif len(self._tasks) < self._backlog:
            self._tasks[citizen_id] = asyncio.create_task(self._run(citizen_id))

    async def _run(self, citizen_id: UUID) -> None:
        try:
            async with self._slots:
                await self._work(citizen_id)
        except Exception as error:  # the row stays as it was, and is found again
            log_trouble(log, "citizen.work_failed", error, work=self._name)
        finally:
            del self._tasks[citizen_id]
            if citizen_id in self._again:
                self._again.discard(citizen_id)
                self.wake(citizen_id)

    async def stop(self, seconds: float) -> None:
        """Takes no more, lets what is under way end within that time, and ends the rest."""
        self._stopping = True
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
