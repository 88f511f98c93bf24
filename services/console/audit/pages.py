"""Who changed what? The audit log, searched by who, what and when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from aiohttp import web
from wtforms import DateField, Form, SelectField, StringField
from wtforms.validators import Length, Optional

from services.audit import trail
from services.clock import CITY_ZONE
from services.console.audit.words import ACTIONS, SUBJECTS
from services.console.pages import Area, MenuEntry, Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import NotFound
from services.staff.permissions import Permission


class AuditSearch(Form):
    """What is looked for."""

    login = StringField("账号", [Optional(), Length(max=100)])
    action = SelectField("操作", [Optional()], choices=[("", "全部"), *ACTIONS.items()], validate_choice=False)
    subject_kind = SelectField("对象", [Optional()], choices=[("", "全部"), *SUBJECTS.items()], validate_choice=False)
    subject_id = StringField("对象编号", [Optional(), Length(max=200)])
    address = StringField("来源地址", [Optional(), Length(max=100)])
    since = DateField("从", [Optional()])
    until = DateField("到", [Optional()])


def make_area(parts: Parts) -> Area:
    """The audit pages."""

    async def show(visit: Visit) -> web.StreamResponse:
        form = visit.bind_query(AuditSearch)
        form.validate()
        until = form.until.data + timedelta(days=1) if form.until.data else None
        wanted = trail.Wanted(
            login=(form.login.data or "").strip().lower(),
            action=form.action.data or "",
            subject_kind=form.subject_kind.data or "",
            subject_id=(form.subject_id.data or "").strip(),
            address=(form.address.data or "").strip(),
            since=_midnight(form.since.data),
            until=_midnight(until),
            below=place(visit.query, int),
            limit=PAGE_SIZE + 1,
        )
        async with parts.sessions() as session:
            rows = await trail.entries(session, wanted)
        listing = make_listing(rows, key=lambda row: row.id, query=visit.query)
        return visit.render("audit/list.html", listing=listing, form=form, actions=ACTIONS, subjects=SUBJECTS)

    async def show_entry(visit: Visit) -> web.StreamResponse:
        number = visit.path["number"]
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            raise NotFound
        async with parts.sessions() as session:
            row = await trail.entry(session, int(number))
        if row is None:
            raise NotFound
        return visit.render("audit/entry.html", row=row, actions=ACTIONS, subjects=SUBJECTS)

    return Area(
        name="audit",
        pages=(
            Page(method="GET", path="/audit", handler=show, permission=Permission.AUDIT_VIEW),
            Page(method="GET", path="/audit/{number}", handler=show_entry, permission=Permission.AUDIT_VIEW),
        ),
        menu=(
            MenuEntry(
                title="操作记录", path="/audit", permission=Permission.AUDIT_VIEW, icon="journal-text", position=910
            ),
        ),
    )


def _midnight(day: date | None) -> datetime | None:
    """The instant at which the city's day begins."""
    return None if day is None else datetime.combine(day, time.min, CITY_ZONE)
