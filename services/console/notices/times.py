"""When would a notice come again? The form's part that shows it while staff choose a repetition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice, takewhile

from aiohttp import web

from services.clock import CITY_ZONE
from services.console.notices.forms import NoticeForm
from services.console.notices.repeats import WEEKDAYS, words
from services.console.pages import Page
from services.console.visit import Visit
from services.errors import BadRequest
from services.notices import checks
from services.notices.recurrence import times_after
from services.staff.permissions import Permission

SHOWN = 5


def time_pages() -> Sequence[Page]:
    """The one page, below /notices."""
    return (
        Page(method="POST", path="/notices/times", handler=_show, permission=Permission.NOTICES_WRITE, passive=True),
    )


async def _show(visit: Visit) -> web.StreamResponse:
    """The first five times behind the first, or why there are none."""
    form = visit.bind(NoticeForm)
    form.validate()
    first, (pattern, zone) = form.first(), form.repetition()
    problem = " ".join([*form.zone.errors, *form.pattern.errors])
    if problem or first is None or not pattern:
        return visit.render("notices/times.html", problem=problem, repeats="")
    try:
        checks.pattern(pattern, zone, first)
    except BadRequest as error:
        return visit.render("notices/times.html", problem=error.detail, repeats="")
    last = form.last()
    coming = takewhile(lambda when: last is None or when <= last, times_after(pattern, zone, first))
    times = [(_said(when.astimezone(CITY_ZONE)), _there(when)) for when in islice(coming, SHOWN)]
    return visit.render(
        "notices/times.html",
        problem="",
        repeats=words(pattern, zone),
        first=first,
        times=times,
        over=len(times) < SHOWN,
    )


def _there(when: datetime) -> str:
    """The clock of the pattern's own zone, where that is another."""
    if when.utcoffset() == when.astimezone(CITY_ZONE).utcoffset():
        return ""
    return _said(when)


def _said(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} 星期{WEEKDAYS[when.isoweekday() % 7]}"
