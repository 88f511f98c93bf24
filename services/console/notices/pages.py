"""How do staff send notices? Write with a preview, have a second person approve, watch, pause, settle what is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import msgspec
from aiohttp import web

from services.console.errors import Refusal
from services.console.notices.audience import AudiencePages
from services.console.notices.choosing import AudienceForm
from services.console.notices.covers import FORM_LIMIT, CoverPages, cover_pages
from services.console.notices.forms import STATES as STATE_CHOICES
from services.console.notices.forms import NoticeForm, NoticeSearchForm, fields_of
from services.console.notices.lists import list_pages
from services.console.notices.planning import planning_pages
from services.console.notices.repeats import words
from services.console.notices.testers import tester_pages
from services.console.pages import Area, MenuEntry, Page, Task
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import BadRequest, Conflict, NotFound
from services.notices.results import Notice
from services.notices.rules import allowed
from services.notices.texts import ACTION_NAMES, reason_text
from services.notices.trail_texts import detail
from services.notices.types import FailuresQuery, ListQuery, Resolution
from services.staff.permissions import Permission

VIEW, WRITE, APPROVE = Permission.NOTICES_VIEW, Permission.NOTICES_WRITE, Permission.NOTICES_APPROVE
MOVING = frozenset({"due", "sending"})
#: States before an approval, in which it is counted who would get it.
COUNTED = frozenset({"draft", "submitted"})
STATES = frozenset(value for value, _ in STATE_CHOICES)
#: States that end by themselves, or by somebody else's button: the page looks whether they have.
WATCHED = frozenset({"submitted", "approved", "due", "sending", "late", "paused"})
LOOK_SECONDS = 1.0
#: A stream ends after so many looks; the browser asks again, where its session still holds.
MOST_LOOKS = 600
FAILURES_SHOWN = 50
FAILURES_AT_ONCE = 2_000
#: Action of a button -> what is said afterwards.
ACTIONS = {
    "submit": "已提交，请另一位有审批权限的同事来审核。",
    "approve": "已审核通过，到时间自动发送。",
    "release": "马上发送。",
    "pause": "已暂停，几秒内停止发送。",
    "resume": "继续发送。",
    "cancel": "已取消，没有发出的不再发送。",
    "skip": "这一次不发；还有下一次的话，已经照常排好。",
    "retry": "正在重发失败的。",
}
DECISIONS = frozenset({"sent", "again"})


def make_area(parts: Parts) -> Area:
    """The pages of notices."""
    pages, audience = _Notices(parts), AudiencePages(parts)
    one = "/notices/{number}"
    return Area(
        name="notices",
        pages=(
            Page(method="GET", path="/notices", handler=pages.list, permission=VIEW),
            Page(method="GET", path="/notices/new", handler=pages.show_new, permission=WRITE),
            Page(method="POST", path="/notices/new", handler=pages.create, permission=WRITE, body_limit=FORM_LIMIT),
            Page(method="POST", path="/notices/preview", handler=pages.preview, permission=WRITE, passive=True),
            *planning_pages(parts),
            *tester_pages(parts),
            *list_pages(parts),
            *cover_pages(parts),
            Page(method="POST", path="/notices/audience", handler=audience.count, permission=WRITE, passive=True),
            Page(method="GET", path=one, handler=pages.show, permission=VIEW),
            Page(method="GET", path=f"{one}/reach", handler=audience.reach, permission=VIEW, passive=True),
            Page(method="GET", path=f"{one}/events", handler=pages.events, permission=VIEW, passive=True),
            Page(method="GET", path=f"{one}/failures.csv", handler=pages.failures, permission=VIEW),
            Page(method="GET", path=f"{one}/edit", handler=pages.show_edit, permission=WRITE),
            Page(method="POST", path=f"{one}/edit", handler=pages.edit, permission=WRITE, body_limit=FORM_LIMIT),
            Page(method="POST", path=f"{one}/approve", handler=pages.approve, permission=APPROVE),
            Page(method="POST", path=f"{one}/resolve", handler=pages.resolve, permission=WRITE),
            *(
                Page(method="POST", path=f"{one}/{name}", handler=pages.act(name), permission=WRITE)
                for name in ACTIONS
                if name != "approve"
            ),
        ),
        menu=(MenuEntry(title="通知", path="/notices", permission=VIEW, icon="megaphone", position=300),),
        tasks=pages.tasks,
    )


class _Notices:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._notices = parts.topics.notices
        self._audience = AudiencePages(parts)
        self._covers = CoverPages(parts)

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

    async def show_new(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(NoticeForm, department=visit.person.department, late_policy="ask")
        return await self._form_page(visit, form, await self._audience.form(visit))

    async def create(self, visit: Visit) -> web.StreamResponse:
        form, audience = visit.bind(NoticeForm), await self._audience.form(visit)
        await self._covers.read(visit, form)
        # Both are looked at: all that is wrong is said at once.
        if not all([form.validate(), audience.validate()]):
            return await self._form_page(visit, form, audience, status=422)
        try:
            draft = msgspec.structs.replace(form.draft(visit.person.login), audience_rules=audience.rules())
            made = await self._notices.by(visit.actor).create(draft)
        except (BadRequest, Conflict) as error:
            return await self._form_page(visit, form, audience, problem=error.detail, status=error.status)
        return visit.redirect(f"/notices/{made.number}", "草稿已保存。看过预览以后，请提交审核。", "info")

    async def show_edit(self, visit: Visit) -> web.StreamResponse:
        one = await self._notice(visit)
        return await self._form_page(
            visit, visit.bind(NoticeForm, **fields_of(one)), await self._audience.form(visit, one), one
        )

    async def edit(self, visit: Visit) -> web.StreamResponse:
        one, form = await self._notice(visit), visit.bind(NoticeForm)
        audience = await self._audience.form(visit, one)
        await self._covers.read(visit, form)
        if not all([form.validate(), audience.validate()]):
            return await self._form_page(visit, form, audience, one, status=422)
        try:
            edit = msgspec.structs.replace(form.edit(visit.person.login), audience_rules=audience.rules())
            await self._notices.by(visit.actor).edit(str(one.id), edit)
        except (BadRequest, Conflict) as error:
            return await self._form_page(visit, form, audience, one, problem=error.detail, status=error.status)
        said = "已保存。原来的审核作废，请重新提交。" if one.state != "draft" else "已保存。"
        return visit.redirect(f"/notices/{one.number}", said)

    async def preview(self, visit: Visit) -> web.StreamResponse:
        """As each way of sending would show it."""
        form = visit.bind(NoticeForm)
        form.validate()
        one = await self._notices.get(visit.query["number"]) if visit.query.get("number", "").isdecimal() else None
        previews = await self._audience.previews(form, await self._audience.form(visit, one), one)
        return visit.render("notices/preview.html", previews=previews)

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await self._notice(visit)
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
            repeats=words(one.recurrence) if one.recurrence else "",
        )

    async def events(self, visit: Visit) -> web.StreamResponse:
        one = await self._notice(visit)
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
        one = await self._notice(visit)
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

    async def approve(self, visit: Visit) -> web.StreamResponse:
        one = await self._notice(visit)
        version = str(visit.form.get("version", ""))
        read = int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0
        service = self._notices.by(visit.actor)
        return await self._done(
            visit, "approve", lambda: service.approve(str(one.id), visit.person.login, version=read)
        )

    def act(self, name: str) -> Callable[[Visit], Awaitable[web.StreamResponse]]:
        """The handler of one button."""

        async def handler(visit: Visit) -> web.StreamResponse:
            one = await self._notice(visit)
            service = self._notices.by(visit.actor)
            doing = {
                "submit": service.submit,
                "release": service.release,
                "pause": service.pause,
                "resume": service.resume,
                "skip": service.skip,
                "cancel": service.cancel,
                "retry": service.retry_failed,
            }[name]
            return await self._done(visit, name, lambda: doing(str(one.id), visit.person.login))

        return handler

    async def resolve(self, visit: Visit) -> web.StreamResponse:
        one, decision = await self._notice(visit), str(visit.form.get("decision", ""))
        why = str(visit.form.get("why", "")).strip()
        if decision not in DECISIONS or not 1 <= len(why) <= 200:
            raise Refusal(422, "请选择怎么处理，并写明怎么知道的（最多 200 个字）。")
        resolution = Resolution(staff=visit.person.login, decision=decision, why=why)  # type: ignore[arg-type]
        try:
            await self._notices.by(visit.actor).resolve(str(one.id), resolution)
        except Conflict as error:
            raise Refusal(409, error.detail) from error
        return visit.redirect(f"/notices/{one.number}", "已处理。")

    async def _done(self, visit: Visit, name: str, doing: Callable[[], Awaitable[Notice]]) -> web.StreamResponse:
        said = ACTIONS[name]
        try:
            changed = await doing()
        except (BadRequest, Conflict) as error:
            raise Refusal(error.status, error.detail) from error
        return visit.redirect(f"/notices/{changed.number}", said)

    async def _notice(self, visit: Visit) -> Notice:
        number = visit.path["number"]
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise NotFound
        return await self._notices.get(number)

    async def _form_page(
        self,
        visit: Visit,
        form: NoticeForm,
        audience: AudienceForm,
        one: Notice | None = None,
        *,
        problem: str = "",
        status: int = 200,
    ) -> web.StreamResponse:
        return visit.render(
            "notices/form.html",
            status=status,
            form=form,
            audience=audience,
            listed=one is not None and one.audience_kind == "list",
            lines=[] if one is None else await self._notices.choosing.lines(one),
            one=one,
            problem=problem,
            previews=await self._audience.previews(form, audience, one),
            fields=[] if one is None else await self._notices.fields(str(one.id)),
        )
