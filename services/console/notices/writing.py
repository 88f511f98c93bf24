"""How is a notice written and changed? A form with the phone's preview; what is wrong is said beside it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from aiohttp import web

from services.console.notices.audience import AudiencePages
from services.console.notices.choosing import AudienceForm
from services.console.notices.covers import FORM_LIMIT, CoverPages
from services.console.notices.finding import notice_of
from services.console.notices.forms import NoticeForm, fields_of
from services.console.notices.repeats import ZONES
from services.console.notices.times import time_pages
from services.console.pages import Page
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import BadRequest, Conflict
from services.notices.results import Notice
from services.staff.permissions import Permission


def writing_pages(parts: Parts) -> Sequence[Page]:
    """The form's pages."""
    pages, edit, write = _Writing(parts), "/notices/{number}/edit", Permission.NOTICES_WRITE
    return (
        Page(method="GET", path="/notices/new", handler=pages.show_new, permission=write),
        Page(method="POST", path="/notices/new", handler=pages.create, permission=write, body_limit=FORM_LIMIT),
        Page(method="POST", path="/notices/preview", handler=pages.preview, permission=write, passive=True),
        Page(method="GET", path=edit, handler=pages.show_edit, permission=write),
        Page(method="POST", path=edit, handler=pages.edit, permission=write, body_limit=FORM_LIMIT),
        *time_pages(),
    )


class _Writing:
    def __init__(self, parts: Parts) -> None:
        self._notices = parts.topics.notices
        self._audience = AudiencePages(parts)
        self._covers = CoverPages(parts)

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
        one = await notice_of(visit, self._notices)
        return await self._form_page(
            visit, visit.bind(NoticeForm, **fields_of(one)), await self._audience.form(visit, one), one
        )

    async def edit(self, visit: Visit) -> web.StreamResponse:
        one, form = await notice_of(visit, self._notices), visit.bind(NoticeForm)
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
            zones=ZONES,
            problem=problem,
            previews=await self._audience.previews(form, audience, one),
            fields=[] if one is None else await self._notices.fields(str(one.id)),
        )
