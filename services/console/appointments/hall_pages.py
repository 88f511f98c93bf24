"""How do staff change a hall's hours, its places and the holidays?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from aiohttp import web

from services.appointments.errors import SlotClosed, SlotPast
from services.appointments.hall_rules import BelowTaken, HallSettings
from services.appointments.rules import WEEKDAYS, parse_slot_id
from services.appointments.texts import STATE_NAMES, WEEKDAY_NAMES
from services.clock import local
from services.console.appointments.forms import HolidayForm, HoursForm, PlacesForm, ReasonForm, shown_hours
from services.console.errors import Refusal
from services.console.pages import Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import Conflict, NotFound
from services.staff.permissions import Permission

VIEW, WORK = Permission.APPOINTMENTS_VIEW, Permission.APPOINTMENTS_WORK


def make_pages(parts: Parts) -> Sequence[Page]:
    """The pages of rules."""
    pages = _Rules(parts)
    hall, holidays = "/appointments/halls/{hall}", "/appointments/holidays"
    return (
        Page(method="GET", path=hall, handler=pages.show, permission=VIEW),
        Page(method="POST", path=f"{hall}/hours", handler=pages.set_hours, permission=WORK),
        Page(method="POST", path=f"{hall}/places/{{service}}", handler=pages.set_places, permission=WORK),
        Page(method="POST", path=f"{hall}/stranded", handler=pages.cancel_stranded, permission=WORK),
        Page(method="POST", path="/appointments/slots/{slot}", handler=pages.set_slot, permission=WORK),
        Page(method="GET", path=holidays, handler=pages.holidays, permission=VIEW),
        Page(method="POST", path=holidays, handler=pages.set_holiday, permission=WORK),
        Page(method="POST", path=f"{holidays}/{{day}}/remove", handler=pages.remove_holiday, permission=WORK),
    )


class _Rules:
    def __init__(self, parts: Parts) -> None:
        self._clock = parts.clock
        self._desk = parts.topics.appointments.desk
        self._rules = parts.topics.appointments.hall_rules

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await self._rules.hall(visit.path["hall"])
        return self._page(visit, one)

    async def set_hours(self, visit: Visit) -> web.StreamResponse:
        one, form = await self._rules.hall(visit.path["hall"]), visit.bind(HoursForm)
        if not form.validate():
            return self._page(visit, one, hours=form, status=422)
        text = (form.hours_text.data or "").strip()
        await self._rules.set_opening(visit.actor, one.hall.hall_code, form.opening(), text)
        return await self._saved(visit, one, "办公时间已保存，马上按新的时间放号。")

    async def set_places(self, visit: Visit) -> web.StreamResponse:
        one, form = await self._rules.hall(visit.path["hall"]), visit.bind(PlacesForm)
        service = visit.path["service"]
        if not form.validate():
            return self._page(visit, one, places=(service, form), status=422)
        await self._rules.set_capacity(visit.actor, one.hall.hall_code, service, form.capacity.data or 0)
        return await self._saved(visit, one, "每个时段的号数已保存；已经约上的不受影响。")

    async def _saved(self, visit: Visit, one: HallSettings, said: str) -> web.StreamResponse:
        after = await self._rules.hall(one.hall.hall_code)
        more = f"有 {len(after.stranded)} 个预约不在开放时间里，请处理。" if after.stranded else ""
        kind = "warning" if more else "success"
        return visit.redirect(f"/appointments/halls/{one.hall.hall_code}", said + more, kind)  # type: ignore[arg-type]

    async def cancel_stranded(self, visit: Visit) -> web.StreamResponse:
        """All that the hall has no time for any more, each by itself; again cancels what is left."""
        one, form = await self._rules.hall(visit.path["hall"]), visit.bind(ReasonForm)
        if not form.validate():
            return self._page(visit, one, reason=form, status=422)
        done = 0
        for appointment in one.stranded:
            try:
                await self._desk.cancel(appointment.code, visit.actor, (form.reason.data or "").strip())
            except Conflict:  # called or cancelled by somebody else meanwhile: nothing is left to do
                continue
            done += 1
        return visit.redirect(f"/appointments/halls/{one.hall.hall_code}", f"已取消 {done} 个预约，会把原因告诉群众。")

    async def set_slot(self, visit: Visit) -> web.StreamResponse:
        slot, written = visit.path["slot"], str(visit.form.get("capacity", "")).strip()
        if written and not (written.isascii() and written.isdigit() and int(written[:9]) <= 1000):
            raise Refusal(422, "号数是 0 到 1000 之间的整数；留空就和这项业务的其他时段一样。")
        try:
            line = await self._rules.set_slot_capacity(visit.actor, slot, int(written) if written else None)
        except BelowTaken as error:
            text = f"这个时段已经约出 {error.taken} 个号，不能改得比这还少。要减少请先取消预约。"
            raise Refusal(error.status, text) from error
        except SlotPast as error:
            raise Refusal(error.status, "这个时段已经开始，不能再改。") from error
        except SlotClosed as error:
            raise Refusal(error.status, "大厅那时不办公，没有这个时段。") from error
        key = parse_slot_id(slot)
        day = key.day.isoformat() if key else ""
        said = f"{line.starts_at:%H:%M} {line.service_name}：现在放 {line.capacity} 个号。"
        return visit.redirect(f"/appointments?hall={line.hall_code}&date={day}&service={line.service_code}", said)

    async def holidays(self, visit: Visit) -> web.StreamResponse:
        return await self._holidays_page(visit, visit.bind(HolidayForm))

    async def set_holiday(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(HolidayForm)
        day: date | None = form.day.data if form.validate() else None
        if day is None:
            return await self._holidays_page(visit, form, status=422)
        kind = form.kind.data
        weekday = 0 if kind == "closed" else WEEKDAYS.index(kind)
        booked = await self._rules.set_holiday(
            visit.actor,
            day,
            name=(form.name.data or "").strip(),
            closed=kind == "closed",
            as_weekday=weekday,
        )
        if booked:
            text = f"已保存。这一天已有 {booked} 个预约，请到各大厅的“时间和号数”里处理。"
            return visit.redirect("/appointments/holidays", text, "warning")
        return visit.redirect("/appointments/holidays", "已保存。")

    async def remove_holiday(self, visit: Visit) -> web.StreamResponse:
        try:
            day = date.fromisoformat(visit.path["day"])
        except ValueError:
            raise NotFound from None
        await self._rules.remove_holiday(visit.actor, day)
        return visit.redirect("/appointments/holidays", f"{day} 恢复为平常的安排。")

    async def _holidays_page(self, visit: Visit, form: HolidayForm, *, status: int = 200) -> web.StreamResponse:
        since = date(self._today().year, 1, 1)
        rows = await self._rules.holidays(since=since, after=place(visit.query, date), limit=PAGE_SIZE + 1)
        listing = make_listing(rows, key=lambda row: row.day, query=visit.query)
        return visit.render(
            "appointments/holidays.html", status=status, listing=listing, form=form, weekdays=WEEKDAY_NAMES
        )

    def _page(
        self,
        visit: Visit,
        one: HallSettings,
        *,
        hours: HoursForm | None = None,
        places: tuple[str, PlacesForm] | None = None,
        reason: ReasonForm | None = None,
        status: int = 200,
    ) -> web.StreamResponse:
        known = HoursForm(data={**shown_hours(one.opening), "hours_text": one.hall.hours_text})
        forms = {service.service_code: PlacesForm(data={"capacity": service.capacity}) for service in one.services}
        if places is not None:
            forms[places[0]] = places[1]
        return visit.render(
            "appointments/hall.html",
            status=status,
            one=one,
            hours=hours or known,
            places=forms,
            reason=reason or ReasonForm(),
            state_names=STATE_NAMES,
            weekdays=WEEKDAYS,
        )

    def _today(self) -> date:
        return local(self._clock.now()).date()
