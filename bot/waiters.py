"""How does a platform's request learn that something has happened to its citizen's messages?

What happens in this process is told at once; what another one does is looked for, for all who wait in one query.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from uuid import UUID


class Waiters:
    """Requests that wait, by citizen."""

    def __init__(self, *, ready: Callable[[Collection[UUID]], Awaitable[Collection[UUID]]]) -> None:
        """`ready` picks those of the given citizens for whom there may be something."""
        self._ready = ready
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

    def tell_all(self) -> None:
        """Everybody should look."""
        for citizen_id in list(self._waiting):
            self.tell(citizen_id)

    async def look(self) -> None:
        """Tells those for whom something is ready that nobody in this process may have told of."""
        if self._waiting:
            for citizen_id in await self._ready(list(self._waiting)):
                self.tell(citizen_id)
