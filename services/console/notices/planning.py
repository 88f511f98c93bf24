"""What is coming, and what would each route do for a notice? The calendar, and the count before approval."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from aiohttp import web

from services.clock import CITY_ZONE, local
from services.console.pages import Page
from services.console.parts import Parts
from services.console.visit import Visit
from services.notices.recurrence import times_after
from services.notices.results import Notice
from services.staff.permissions import Permission

#: So many times of one recurring notice are shown in a month; the shortest pattern has more.
MOST_TIMES = 31
FIRST_YEAR, LAST_YEAR = 2020, 2100


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """One line of one day."""

    at: datetime
    notice: Notice
    #: Not a notice yet: a later time of one that recurs.
    later: bool


def planning_pages(parts: Parts) -> Sequence[Page]:
    """The pages, below /notices."""
    pages = _Planning(parts)
    view = Permission.NOTICES_VIEW
    return (
        Page(method="GET", path="/notices/calendar", handler=pages.month, permission=view),
        Page(method="GET", path="/notices/{number}/ways", handler=pages.ways, permission=view, passive=True),
    )


class _Planning:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._notices = parts.topics.notices

    async def ways(self, visit: Visit) -> web.StreamResponse:
        """Loaded after the page: counting a million takes a moment."""
        found = await self._notices.ways(visit.path["number"])
        return visit.render("notices/ways.html", ways=found)

    async def month(self, visit: Visit) -> web.StreamResponse:
        """A month of notices, by day."""
        today = local(self._parts.clock.now()).date()
        first = _month(visit.query.get("month", "")) or today.replace(day=1)
        following = (first + timedelta(days=31)).replace(day=1)
        weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
        shown = (weeks[0][0], weeks[-1][-1] + timedelta(days=1))
        since, until = (datetime.combine(day, time.min, tzinfo=CITY_ZONE) for day in shown)
        days: dict[date, list[Planned]] = {}
        for planned in _times(await self._notices.between(since, until), until):
            days.setdefault(planned.at.date(), []).append(planned)
        before = (first - timedelta(days=1)).replace(day=1)
        return visit.render(
            "notices/calendar.html",
            first=first,
            before=before.strftime("%Y-%m"),
            following=following.strftime("%Y-%m"),
            weeks=weeks,
            days=days,
            today=today,
        )


def _times(notices: Sequence[Notice], until: datetime) -> Iterator[Planned]:
    """Each notice at its time; behind the last one of a series, the times that it will have."""
    for notice in sorted(notices, key=lambda one: one.due_at):
        yield Planned(at=local(notice.due_at), notice=notice, later=False)
        if notice.next_at is None or notice.followed:
            continue
        ends = min(until, notice.recurrence_ends_at or until)
        for number, when in enumerate(times_after(notice.recurrence, notice.recurrence_zone, notice.due_at)):
            if when >= ends or number >= MOST_TIMES:
                break
            yield Planned(at=local(when), notice=notice, later=True)


def _month(written: str) -> date | None:
    try:
        first = datetime.strptime(written, "%Y-%m").replace(tzinfo=CITY_ZONE).date()
    except ValueError:
        return None
    return first if FIRST_YEAR <= first.year <= LAST_YEAR else None
