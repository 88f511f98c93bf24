"""How does a notice's sending come to a page that stays open, and its failures into a file?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from services.console.notices.finding import notice_of
from services.console.pages import Page
from services.console.parts import Parts
from services.console.visit import Visit
from services.notices.results import Notice
from services.notices.types import FailuresQuery
from services.staff.permissions import Permission

MOVING = frozenset({"due", "sending"})
#: States that end by themselves, or by somebody else's button: the page looks whether they have.
WATCHED = frozenset({"submitted", "approved", "due", "sending", "late", "paused"})
LOOK_SECONDS = 1.0
#: A stream ends after so many looks; the browser asks again, where its session still holds.
MOST_LOOKS = 600
FAILURES_AT_ONCE = 2_000


def watching_pages(parts: Parts) -> Sequence[Page]:
    """What is asked for below a notice while it is sent."""
    pages, one, view = _Watching(parts), "/notices/{number}", Permission.NOTICES_VIEW
    return (
        Page(method="GET", path=f"{one}/events", handler=pages.events, permission=view, passive=True),
        Page(method="GET", path=f"{one}/failures.csv", handler=pages.failures, permission=view),
    )


class _Watching:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._notices = parts.topics.notices

    async def events(self, visit: Visit) -> web.StreamResponse:
        one = await notice_of(visit, self._notices)
        return await visit.events(self._progress(visit, one))

    async def _progress(self, visit: Visit, one: Notice) -> AsyncIterator[tuple[str, str]]:
        """Progress while it is sent; `done` as soon as the state is not the one that the page shows."""
        shown = visit.query.get("shown", "")
        for _ in range(MOST_LOOKS):
            if self._parts.stopping.is_set():
                return
            progress = await self._notices.progress(str(one.id))
            if progress.state != shown or progress.state not in WATCHED:
                yield "done", ""
                return
            # A waiting page hears something too: that is how it is seen that the browser has left.
            if progress.state in MOVING:
                yield "progress", visit.fragment("notices/progress.html", progress=progress)
            else:
                yield "waiting", ""
            await asyncio.sleep(LOOK_SECONDS)

    async def failures(self, visit: Visit) -> web.StreamResponse:
        one = await notice_of(visit, self._notices)
        return await visit.stream(f"第 {one.number} 号通知-未送达.csv", "text/csv", self._failures(one))

    async def _failures(self, one: Notice) -> AsyncIterator[str]:
        """A page of them at a time: however many there are, only these are in memory."""
        yield "\ufeff"
        after = None
        while True:
            page = await self._notices.failures(str(one.id), FailuresQuery(after=after, limit=FAILURES_AT_ONCE))
            yield page.csv
            if page.next is None:
                return
            after = page.next
