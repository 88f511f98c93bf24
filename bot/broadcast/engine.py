"""How many chunks does a worker process work on, and for how long? Lanes that claim chunk after chunk."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.broadcast.chunk import ChunkWork, Limits, Tools
from bot.faults import FaultPoint


@dataclass(slots=True)
class Broadcaster:
    """Sends what the rows say; any number of these in any number of processes work on the same rows."""

    tools: Tools
    limits: Limits
    monotonic: Callable[[], float] = time.monotonic
    _active: int = 0
    #: One lane is kept free for emergencies: they never wait for the end of somebody else's chunk.
    _urgent: bool = False
    _stopping: bool = False

    @property
    def free_lanes(self) -> int:
        """How many more chunks this process could work on at once."""
        return 0 if self._stopping else max(0, self.limits.lanes - self._active)

    @property
    def emergency_lane_free(self) -> bool:
        return not self._stopping and not self._urgent

    def stop(self) -> None:
        """Lanes end after the burst they are at and give their chunks back."""
        self._stopping = True

    async def has_work(self, *, emergencies: bool = False) -> bool:
        """Is there a chunk that somebody could claim now?"""
        return await self.tools.dispatch.has_work(emergencies=emergencies)

    async def run(self) -> bool:
        """Works chunk after chunk for a slice of time, the most urgent first; is there perhaps more to do?"""
        if not self.free_lanes:
            return False
        self._active += 1
        try:
            return await self._work(emergencies=False)
        finally:
            self._active -= 1

    async def run_emergencies(self) -> bool:
        """The same in the lane of its own, and nothing but emergencies."""
        if not self.emergency_lane_free:
            return False
        self._urgent = True
        try:
            return await self._work(emergencies=True)
        finally:
            self._urgent = False

    async def _work(self, *, emergencies: bool) -> bool:
        until = self.monotonic() + self.limits.slice_seconds
        while self.monotonic() < until and not self._stopping:
            chunk = await self.tools.dispatch.claim(lease_seconds=self.limits.lease_seconds, emergencies=emergencies)
            if chunk is None:
                return False
            self.tools.fault(FaultPoint.NOTICE_CLAIMED)
            await ChunkWork(self.tools, self.limits, chunk, lambda: self._stopping).run()
            self.tools.fault(FaultPoint.NOTICE_RELEASED)
        return not self._stopping
