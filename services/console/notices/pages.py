"""Which pages have notices? The list, and one notice with its state, its next step and all that is known of it."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from services.console.notices.acting import acting_pages
from services.console.notices.audience import AudiencePages
from services.console.notices.covers import cover_pages
from services.console.notices.finding import notice_of
from services.console.notices.forms import STATES as STATE_CHOICES
from services.console.notices.forms import NoticeSearchForm
from services.console.notices.lists import list_pages
from services.console.notices.planning import planning_pages
from services.console.notices.repeats import words
from services.console.notices.testers import tester_pages
from services.console.notices.watching import MOVING, WATCHED, watching_pages
from services.console.notices.writing import writing_pages
from services.console.pages import Area, MenuEntry, Page, Task
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.notices.rules import allowed
from services.notices.texts import ACTION_NAMES, reason_text
from services.notices.trail_texts import detail
from services.notices.types import FailuresQuery, ListQuery
from services.staff.permissions import Permission

VIEW, WRITE, APPROVE = Permission.NOTICES_VIEW, Permission.NOTICES_WRITE, Permission.NOTICES_APPROVE
#: States before an approval, in which it is counted who would get it.
COUNTED = frozenset({"draft", "submitted"})
STATES = frozenset(value for value, _ in STATE_CHOICES)
FAILURES_SHOWN = 50


def make_area(parts: Parts) -> Area:
    """The pages of notices."""
    pages, audience = _Notices(parts), AudiencePages(parts)
    one = "/notices/{number}"
    return Area(
        name="notices",
        pages=(
            Page(method="GET", path="/notices", handler=pages.list, permission=VIEW),
            # What has a name of its own goes before what a number names.
            *writing_pages(parts),
            *planning_pages(parts),
            *tester_pages(parts),
            *list_pages(parts),
            *cover_pages(parts),
            Page(method="POST", path="/notices/audience", handler=audience.count, permission=WRITE, passive=True),
            Page(method="GET", path=one, handler=pages.show, permission=VIEW),
            Page(method="GET", path=f"{one}/reach", handler=audience.reach, permission=VIEW, passive=True),
            *watching_pages(parts),
            *acting_pages(parts),
        ),
        menu=(MenuEntry(title="通知", path="/notices", permission=VIEW, icon="megaphone", position=300),),
        tasks=pages.tasks,
    )


class _Notices:
    def __init__(self, parts: Parts) -> None:
        self._notices = parts.topics.notices

    async def tasks(self, visit: Visit) -> Sequence[Task]:
        submitted = await self._notices.list(ListQuery(state="submitted", limit=100))
        late = await self._notices.list(ListQuery(state="late", limit=100))
        waiting = sum(one.submitted_by != visit.person.login for one in submitted)
        return [
            Task(title="通知等待审核", count=waiting, path="/notices?state=submitted", permission=APPROVE),
            Task(title="通知错过了发送时间", count=len(late), path="/notices?state=late", permission=WRITE),
        ]

    async def list(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind_query(NoticeSearchForm)
        state = visit.query.get("state", "")
        wanted = state if state in STATES else ""
        query = ListQuery(state=wanted, before=place(visit.query, int) or 0, limit=PAGE_SIZE + 1)  # type: ignore[arg-type]
        rows = await self._notices.list(query)
        listing = make_listing(rows, key=lambda row: row.number, query=visit.query)
        return visit.render("notices/list.html", listing=listing, form=form)

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await notice_of(visit, self._notices)
        page = await self._notices.failures(str(one.id), FailuresQuery(limit=FAILURES_SHOWN))
        return visit.render(
            "notices/notice.html",
            one=one,
            progress=await self._notices.progress(str(one.id)),
            previews=await self._notices.previews(str(one.id)),
            changes=[
                (change, ACTION_NAMES.get(change.action, change.action), detail(change.action, change.detail))
                for change in await self._notices.changes(str(one.id))
            ],
            failures=page.failures,
            lines=await self._notices.choosing.lines(one),
            counts=one.state in COUNTED,
            moving=one.state in MOVING,
            watched=one.state in WATCHED,
            allowed=lambda action: allowed(action, one.state),
            own=one.submitted_by == visit.person.login,
            why=reason_text(one.reason) if one.reason else "",
            repeats=words(one.recurrence, one.recurrence_zone) if one.recurrence else "",
        )
