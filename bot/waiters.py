"""How does a platform's request learn that something has happened to its citizen's messages in this process?"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from uuid import UUID


class Waiters:
    """Requests that wait, by citizen. What another process does they find by looking again after a while."""

    def __init__(self) -> None:
        self._waiting: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)

    async def wait(self, citizen_id: UUID, seconds: float) -> None:
        """Comes back when the citizen is told of, and after that time at the latest."""
        event = asyncio.Event()
        self._waiting[citizen_id].add(event)
        try:
            await asyncio.wait_for(event.wait(), seconds)
        except asyncio.TimeoutError:
            return
        finally:
            self._waiting[citizen_id].discard(event)
            if not self._waiting[citizen_id]:
                del self._waiting[citizen_id]

    def tell(self, citizen_id: UUID) -> None:
        """Something has changed for this citizen."""
        for event in self._waiting.get(citizen_id, ()):
            event.set()
