"""How do staff work on cases? Find one, see its steps, who was told and who changed what, add or change a step."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from aiohttp import web

from services.audit import trail
from services.clock import local
from services.console.audit.words import ACTIONS
from services.console.cases.forms import FILTERS, CaseSearchForm, StepForm, fields_of
from services.console.pages import Area, MenuEntry, Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.progress.desk import CaseMoved, DeskCase
from services.progress.desk_repository import Wanted
from services.progress.errors import UnknownCode
from services.progress.rules import typed_code
from services.staff.permissions import Permission

VIEW, WORK = Permission.CASES_VIEW, Permission.CASES_WORK
HISTORY_SHOWN = 50
MOVED = "这件办件刚刚有了新的进展。您填的还在下面，请先看看最新的环节，再决定怎么改。"
CODE_GONE = "选的状态已不在代码表里，请重新选择。"


def make_area(parts: Parts) -> Area:
    """The pages of cases."""
    pages = _Cases(parts)
    one = "/cases/{number}"
    return Area(
        name="cases",
        pages=(
            Page(method="GET", path="/cases", handler=pages.list, permission=VIEW),
            Page(method="GET", path=one, handler=pages.show, permission=VIEW),
            Page(method="POST", path=f"{one}/steps", handler=pages.take_step, permission=WORK),
        ),
        menu=(MenuEntry(title="办件", path="/cases", permission=VIEW, icon="folder2-open", position=600),),
    )


class _Cases:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._desk = parts.topics.case_desk

    async def list(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind_query(CaseSearchForm)
        form.state.choices = [*FILTERS, *await self._desk.choices("state")]
        wanted = Wanted(
            number=typed_code(visit.query.get("q", "")[:100]),
            state=visit.query.get("state", "")[:32],
            after=place(visit.query, tuple[datetime, str]),
            limit=PAGE_SIZE + 1,
        )
        rows = await self._desk.page(wanted)
        listing = make_listing(rows, key=lambda row: (row.updated_at, row.project_no), query=visit.query)
        return visit.render("cases/list.html", listing=listing, form=form)

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await self._desk.case(visit.path["number"])
        known = one.step(visit.query.get("step", ""))
        new = {"started_at": local(self._parts.clock.now()).replace(tzinfo=None), "key": uuid4().hex}
        form = visit.bind(StepForm, **(fields_of(known) if known else new), base=str(one.revision))
        return await self._page(visit, one, form)

    async def take_step(self, visit: Visit) -> web.StreamResponse:
        one, form = await self._desk.case(visit.path["number"]), visit.bind(StepForm)
        await self._fill_choices(form)
        if not form.validate():
            return await self._page(visit, one, form, status=422)
        step = form.step(one.step(form.key.data or ""))
        try:
            outcome = await self._desk.take_step(visit.actor, one.case.project_no, step, base=int(form.base.data or 0))
        except CaseMoved as error:
            return await self._page(visit, one, form, problem=MOVED, status=error.status)
        except UnknownCode as error:
            return await self._page(visit, one, form, problem=CODE_GONE, status=error.status)
        told = f"，会通知 {one.subscribers} 位订阅的群众" if one.subscribers else ""
        said = "没有变化。" if outcome == "unchanged" else f"已保存{told}。"
        return visit.redirect(f"/cases/{one.case.project_no}", said)

    async def _fill_choices(self, form: StepForm) -> None:
        form.state.choices = [("", "按开始和结束时间"), *await self._desk.choices("step_state")]
        form.special.choices = [("", "没有"), *await self._desk.choices("special")]
        form.case_state.choices = [("", "不变"), *await self._desk.choices("state")]

    async def _page(
        self, visit: Visit, one: DeskCase, form: StepForm, *, problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        await self._fill_choices(form)
        wanted = trail.Wanted(subject_kind="case", subject_id=one.case.project_no, limit=HISTORY_SHOWN)
        async with self._parts.sessions() as session:
            history = await trail.entries(session, wanted)
        return visit.render(
            "cases/case.html",
            status=status,
            one=one,
            form=form,
            problem=problem,
            known=one.step(form.key.data or ""),
            history=history,
            actions=ACTIONS,
        )
