"""What does a hall's day look like, and what can the desk do in it? Day, week, calling, finding, one appointment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web

from services.appointments.desk_repository import Wanted
from services.appointments.errors import AlreadyBooked, WrongState
from services.appointments.texts import STATE_NAMES, WEEKDAY_NAMES
from services.appointments.types import Appointment, Hall
from services.audit import trail
from services.audit.trail import Actor
from services.clock import local
from services.console.appointments import hall_pages
from services.console.appointments.forms import DaySearchForm, FindForm, ReasonForm
from services.console.audit.words import ACTIONS
from services.console.errors import Refusal
from services.console.pages import Area, MenuEntry, Page, Task
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.crypto import SealBroken
from services.staff.permissions import Permission

VIEW, WORK = Permission.APPOINTMENTS_VIEW, Permission.APPOINTMENTS_WORK
HISTORY_SHOWN = 50
#: Button -> what is said afterwards.
ACTS: Mapping[str, str] = {
    "arrive": "已登记到场。",
    "call": "已叫号。",
    "finish": "已办结。",
    "miss": "已记为未到。",
    "put-back": "已退回等候。",
}
WRONG_STATE = "这个预约现在不能这样操作：可能不是今天的，或者刚刚被别的窗口处理过。请看最新的状态。"
BOOKED_AGAIN = "这位群众今天已经另约了同样的业务，这个预约不能再恢复。"
CODE_FORMAT = "没有认出来：请填写 8 位预约号、18 位身份证号或 11 位手机号。"


def make_area(parts: Parts) -> Area:
    """The pages of appointments."""
    pages = _Appointments(parts)
    one = "/appointments/one/{code}"
    return Area(
        name="appointments",
        pages=(
            Page(method="GET", path="/appointments", handler=pages.day, permission=VIEW),
            Page(method="GET", path="/appointments/queue", handler=pages.queue, permission=VIEW, passive=True),
            Page(method="POST", path="/appointments/next", handler=pages.call_next, permission=WORK),
            Page(method="GET", path="/appointments/week", handler=pages.week, permission=VIEW),
            Page(method="GET", path="/appointments/find", handler=pages.show_find, permission=VIEW),
            Page(method="POST", path="/appointments/find", handler=pages.find, permission=VIEW),
            Page(method="GET", path=one, handler=pages.one, permission=VIEW),
            Page(method="POST", path=f"{one}/cancel", handler=pages.cancel, permission=WORK),
            Page(method="POST", path=f"{one}/reveal", handler=pages.reveal, permission=WORK),
            *(Page(method="POST", path=f"{one}/{name}", handler=pages.act(name), permission=WORK) for name in ACTS),
            *hall_pages.make_pages(parts),
        ),
        menu=(MenuEntry(title="预约", path="/appointments", permission=VIEW, icon="calendar-check", position=500),),
        tasks=pages.tasks,
    )


class _Appointments:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._appointments = parts.topics.appointments
        self._desk = parts.topics.appointments.desk

    async def tasks(self, visit: Visit) -> Sequence[Task]:
        waiting = await self._desk.waiting()
        return [Task(title="已到大厅，等候叫号", count=waiting, path="/appointments", permission=WORK)]

    async def day(self, visit: Visit) -> web.StreamResponse:
        halls, hall, day = await self._where(visit)
        if hall is None:
            return visit.render("appointments/no_hall.html")
        service, state = visit.query.get("service", "")[:12], visit.query.get("state", "")[:12]
        form = visit.bind_query(DaySearchForm)
        form.hall.choices = [(one.hall_code, one.name) for one in halls]
        form.service.choices = [("", "全部"), *((one.service_code, one.name) for one in hall.services)]
        form.hall.data, form.date.data = hall.hall_code, day
        wanted = Wanted(
            hall_code=hall.hall_code,
            day=day,
            service_code=service,
            state=state,
            search=visit.query.get("q", "").strip()[:20],
            after=place(visit.query, tuple[datetime, str]),
            limit=PAGE_SIZE + 1,
        )
        rows = await self._desk.page(wanted)
        listing = make_listing(
            rows, key=lambda row: (row.appointment.starts_at, row.appointment.code), query=visit.query
        )
        rules = self._appointments.hall_rules
        return visit.render(
            "appointments/day.html",
            **await self._queue(hall.hall_code, service),
            form=form,
            listing=listing,
            hall=hall,
            day=day,
            today=self._today(),
            now=self._parts.clock.now().timestamp(),
            slots=await rules.slots(hall.hall_code, day, service),
            closed=await rules.rest_reason(hall.hall_code, day),
            counts=await self._desk.counts(hall.hall_code, day, service),
            state_names=STATE_NAMES,
            weekday=WEEKDAY_NAMES[day.weekday()],
            shift=lambda days: day + timedelta(days=days),
            here=visit.request.path_qs.removeprefix("/console"),
        )

    async def queue(self, visit: Visit) -> web.StreamResponse:
        """Who waits, asked for again and again by the page of the day."""
        _, hall, _ = await self._where(visit)
        code = hall.hall_code if hall else ""
        return visit.render("appointments/queue.html", **await self._queue(code, visit.query.get("service", "")[:12]))

    async def call_next(self, visit: Visit) -> web.StreamResponse:
        hall, service = str(visit.form.get("hall", "")), str(visit.form.get("service", ""))
        try:
            key = UUID(str(visit.form.get("key", "")))
        except ValueError:
            raise Refusal(400, "这个页面不完整，请刷新后再叫号。") from None
        called = await self._desk.call_next(hall[:12], service[:12], key=key, actor=visit.actor)
        back = f"/appointments?hall={hall[:12]}&service={service[:12]}"
        if called is None:
            return visit.redirect(back, "现在没有人在等候。", "info")
        said = f"请叫 {called.code}：{called.applicant_name}，{called.service_name}，{called.starts_at:%H:%M} 的号。"
        return visit.redirect(back, said)

    async def week(self, visit: Visit) -> web.StreamResponse:
        halls, hall, day = await self._where(visit)
        if hall is None:
            return visit.render("appointments/no_hall.html")
        first = day - timedelta(days=day.weekday())
        form = visit.bind_query(DaySearchForm)
        form.hall.choices = [(one.hall_code, one.name) for one in halls]
        form.hall.data = hall.hall_code
        return visit.render(
            "appointments/week.html",
            form=form,
            hall=hall,
            first=first,
            today=self._today(),
            week=await self._appointments.hall_rules.week(hall.hall_code, first),
            weekdays=WEEKDAY_NAMES,
            shift=lambda days: first + timedelta(days=days),
        )

    async def show_find(self, visit: Visit) -> web.StreamResponse:
        return visit.render("appointments/find.html", form=visit.bind(FindForm), found=None, problem="")

    async def find(self, visit: Visit) -> web.StreamResponse:
        """Sent as a form: what is looked for is no part of an address, which logs and histories keep."""
        form, found, problem = visit.bind(FindForm), None, ""
        if form.validate():
            found = await self._desk.find(form.text.data or "")
            problem = CODE_FORMAT if found is None else ""
        status = 200 if found is not None else 422
        return visit.render(
            "appointments/find.html", status=status, form=form, found=found, problem=problem, state_names=STATE_NAMES
        )

    async def one(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit)

    async def cancel(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(ReasonForm)
        if not form.validate():
            return await self._page(visit, cancelling=form, status=422)
        code = visit.path["code"]
        await _refused(self._desk.cancel(code, visit.actor, (form.reason.data or "").strip()))
        one, _ = await self._desk.one(code)
        told = "已取消，会把原因告诉群众。" if one.reachable else "已取消。群众已不再关注，请电话告知。"
        return visit.redirect(f"/appointments/one/{code}", told, "success" if one.reachable else "warning")

    async def reveal(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(ReasonForm)
        if not form.validate():
            return await self._page(visit, revealing=form, status=422)
        try:
            person = await self._desk.reveal(visit.path["code"], visit.actor, (form.reason.data or "").strip())
        except SealBroken:
            raise Refusal(409, "这条预约是用另一把密钥加密的，现在读不出来，请联系管理员。") from None
        return await self._page(visit, clear=person)

    def act(self, name: str) -> Callable[[Visit], Awaitable[web.StreamResponse]]:
        """The handler of one button."""
        desk = self._desk
        doing: Callable[[str, Actor], Awaitable[Appointment]] = {
            "arrive": desk.arrive,
            "call": desk.call,
            "finish": desk.finish,
            "miss": desk.miss,
            "put-back": desk.put_back,
        }[name]

        async def handler(visit: Visit) -> web.StreamResponse:
            code = visit.path["code"]
            done = await _refused(doing(code, visit.actor))
            back = str(visit.form.get("back", ""))
            target = back if back.startswith("/appointments?") else f"/appointments/one/{done.code}"
            return visit.redirect(target, f"{done.code}：{ACTS[name]}")

        return handler

    async def _page(
        self,
        visit: Visit,
        *,
        cancelling: ReasonForm | None = None,
        revealing: ReasonForm | None = None,
        clear: object = None,
        status: int = 200,
    ) -> web.StreamResponse:
        one, cancelled = await self._desk.one(visit.path["code"])
        wanted = trail.Wanted(subject_kind="appointment", subject_id=one.appointment.code, limit=HISTORY_SHOWN)
        async with self._parts.sessions() as session:
            history = await trail.entries(session, wanted)
        now = self._parts.clock.now()
        return visit.render(
            "appointments/one.html",
            status=status,
            one=one,
            cancelled=cancelled,
            history=history,
            actions=ACTIONS,
            state_names=STATE_NAMES,
            cancelling=cancelling or ReasonForm(),
            revealing=revealing or ReasonForm(),
            clear=clear,
            is_today=one.appointment.starts_at.date() == self._today(),
            begun=one.appointment.starts_at <= now,
            over=one.appointment.starts_at.date() < self._today(),
        )

    async def _where(self, visit: Visit) -> tuple[Sequence[Hall], Hall | None, date]:
        """All halls, the one that is asked for or else the first, and the day that is asked for or else today."""
        halls = await self._appointments.halls()
        asked = visit.query.get("hall", "")
        hall = next((one for one in halls if one.hall_code == asked), halls[0] if halls else None)
        return halls, hall, day_in(visit.query.get("date", ""), self._today())

    async def _queue(self, hall_code: str, service: str) -> dict[str, Any]:
        today = self._today()
        counts = await self._desk.counts(hall_code, today, service)
        return {
            "waiting": counts.get("arrived", 0),
            "called": counts.get("called", 0),
            "next": await self._desk.next(hall_code, service),
            "call_key": str(uuid4()),
            "hall_code": hall_code,
            "service": service,
        }

    def _today(self) -> date:
        return local(self._parts.clock.now()).date()


def day_in(written: str, otherwise: date) -> date:
    """A day of the query within a year of today; `otherwise` where it is none."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return otherwise
    return found if abs(found - otherwise) <= timedelta(days=366) else otherwise


async def _refused(doing: Awaitable[Appointment]) -> Appointment:
    """What cannot be done, in words."""
    try:
        return await doing
    except WrongState as error:
        raise Refusal(error.status, WRONG_STATE) from error
    except AlreadyBooked as error:
        raise Refusal(error.status, BOOKED_AGAIN) from error
