"""What does somebody see first? How the assistant does, what was asked for, what is running, what waits for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from aiohttp import web

from services.clock import CITY_ZONE, local
from services.console.pages import AREAS_KEY, Area, MenuEntry, Page, Task
from services.console.parts import Parts
from services.console.visit import Visit
from services.dialogues.masking import masked
from services.errors import NotFound
from services.figures.service import Figures, Hour, Kind, Topic
from services.notices.rules import NoticeState
from services.notices.types import ListQuery
from services.staff.permissions import Permission

VIEW = Permission.HOME_VIEW
#: Days of a span -> what it is called.
SPANS = {1: "今天", 7: "近 7 天", 30: "近 30 天"}
LISTS: dict[str, tuple[Kind, str]] = {"items": ("item", "最常问的事项"), "questions": ("question", "最常问的问题")}
RUNNING: tuple[NoticeState, ...] = ("sending", "paused", "late", "due")
CSV_ROWS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """What the page is about: so many days up to now."""

    days: int
    since: datetime
    now: datetime

    @property
    def before(self) -> tuple[datetime, datetime]:
        """As long a time, just before: what the figures are compared with."""
        length = timedelta(days=self.days)
        return self.since - length, self.now - length


def make_area(parts: Parts) -> Area:
    """The home page and its files."""
    home = _Home(parts)
    return Area(
        name="home",
        pages=(
            Page(method="GET", path="/", handler=home.show, permission=VIEW),
            Page(method="GET", path="/home/figures.csv", handler=home.figures_csv, permission=VIEW),
            Page(method="GET", path="/home/top/{list}.csv", handler=home.top_csv, permission=VIEW),
        ),
        menu=(MenuEntry(title="首页", path="/", permission=VIEW, icon="house", position=0),),
    )


class _Home:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._figures: Figures = parts.figures

    async def show(self, visit: Visit) -> web.StreamResponse:
        span = self._span(visit)
        lines = await self._lines(span)
        tops = {name: await self._top(kind, span, limit=10) for name, (kind, _) in LISTS.items()}
        return visit.render(
            "home/home.html",
            span=span,
            spans=SPANS,
            total=await self._figures.total(span.since, span.now),
            earlier=await self._figures.total(*span.before),
            labels=[_label(one.hour, span) for one in lines],
            lines=lines,
            tops=tops,
            titles={name: title for name, (_, title) in LISTS.items()},
            running=await self._running() if visit.may(Permission.NOTICES_VIEW) else [],
            tasks=await _tasks_of_all(visit),
        )

    async def figures_csv(self, visit: Visit) -> web.StreamResponse:
        span = self._span(visit)
        head = ("时间", "消息", "出错致歉", "提问", "没有把握", "答不上", "50% 用时毫秒", "95% 用时毫秒")
        rows = [
            (_label(one.hour, span), one.messages, one.failed, one.turns, one.unsure, one.unknown, one.p50, one.p95)
            for one in await self._lines(span)
        ]
        return visit.csv(f"运行情况-{SPANS[span.days]}", head, rows)

    async def top_csv(self, visit: Visit) -> web.StreamResponse:
        name = visit.path["list"]
        if name not in LISTS:
            raise NotFound
        kind, title = LISTS[name]
        span = self._span(visit)
        found = await self._top(kind, span, limit=CSV_ROWS)
        return visit.csv(f"{title}-{SPANS[span.days]}", ("名称", "次数"), [(one.name, one.count) for one in found])

    async def _top(self, kind: Kind, span: Span, *, limit: int) -> list[Topic]:
        found = await self._figures.top(kind, span.since, span.now, limit=limit)
        return [replace(one, name=masked(one.name)) for one in found]

    def _span(self, visit: Visit) -> Span:
        wanted = visit.query.get("days", "1")
        days = int(wanted) if wanted in {str(days) for days in SPANS} else 1
        now = self._parts.clock.now()
        first = local(now).date() - timedelta(days=days - 1)
        return Span(days=days, since=datetime.combine(first, time.min, CITY_ZONE), now=now)

    async def _lines(self, span: Span) -> list[Hour]:
        """The span's hours; its days, where it has more than one."""
        figures = self._figures
        return await (figures.hours if span.days == 1 else figures.days)(span.since, span.now)

    async def _running(self) -> list[object]:
        notices = self._parts.topics.notices
        return [one for state in RUNNING for one in await notices.list(ListQuery(state=state, limit=10))]


async def _tasks_of_all(visit: Visit) -> list[Task]:
    """What waits, of every area, for who may do it."""
    found: list[Task] = []
    for area in visit.request.app[AREAS_KEY]:
        if area.tasks is not None:
            found += await area.tasks(visit)
    return [task for task in found if task.count and visit.may(task.permission)]


def _label(hour: datetime, span: Span) -> str:
    return f"{local(hour):%H:%M}" if span.days == 1 else f"{local(hour):%m-%d}"
