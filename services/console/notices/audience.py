"""How many are chosen, and who would get it? Parts of the notices' pages that count while staff look at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from aiohttp import web

from services.clock import CITY_ZONE
from services.console.notices.choosing import AudienceForm, bind
from services.console.notices.finding import number_in
from services.console.notices.forms import NoticeForm, attachments_of
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import BadRequest
from services.notices.audience import AudienceQuestion, AudienceRules, Whom
from services.notices.personal import names_in
from services.notices.results import Notice, Preview, UsableField
from services.notices.rules import ROUTES
from services.notices.values import Content, Link

#: What a notice that is not saved yet is called by the previews.
UNSAVED = UUID(int=0)
BAD_DATE = "日期没有看懂，请写成 2026-12-30。"


class AudiencePages:
    """The form's part about the audience, and the counts."""

    def __init__(self, parts: Parts) -> None:
        self._notices = parts.topics.notices

    async def form(self, visit: Visit, one: Notice | None = None) -> AudienceForm:
        """What was sent, else what the notice has."""
        return bind(visit, await self._notices.choosing.names(), None if one is None else one.audience_rules)

    async def count(self, visit: Visit) -> web.StreamResponse:
        """How many the chosen audience is now."""
        audience, counted, problem = await self.form(visit), None, ""
        fields: Sequence[UsableField] = ()
        emergency = bool(visit.bind(NoticeForm).emergency.data)
        try:
            if not audience.validate():
                raise BadRequest(BAD_DATE)
            question = AudienceQuestion(audience_rules=audience.rules(), emergency=emergency)
            counted = await self._notices.choosing.count(question)
            fields = await self._notices.fields_of(question.audience_rules)
        except BadRequest as error:
            problem = error.detail
        return visit.render("notices/audience_count.html", counted=counted, problem=problem, fields=fields)

    async def previews(self, form: NoticeForm, audience: AudienceForm, one: Notice | None) -> Sequence[Preview]:
        """What is in the form, as each way of sending would show it, the chosen one first; a personalised text as one
        of the chosen audience would get it."""
        try:
            rules = audience.rules() if audience.validate() else AudienceRules()
        except BadRequest:
            rules = AudienceRules()
        whom = Whom(rules=rules, notice_id=None if one is None else one.id)
        kind = "all" if one is None else one.audience_kind
        return await self._notices.examples.previews(_content(form, one), whom, kind=kind)

    async def reach(self, visit: Visit) -> web.StreamResponse:
        """Who would get it, who would not and why."""
        return visit.render("notices/reach.html", reach=await self._notices.reach(number_in(visit)))


def _content(form: NoticeForm, one: Notice | None) -> Content:
    due_at = form.due_at.data.replace(tzinfo=CITY_ZONE) if form.due_at.data else datetime.now(CITY_ZONE)
    title, body, url = form.title.data or "", form.body.data or "", form.url.data or ""
    return Content(
        notice_id=UNSAVED,
        number=one.number if one else 0,
        version=0,
        title=title,
        body=body,
        url=url,
        department=form.department.data or "",
        source_document=form.source_document.data or "",
        route=form.route.data if form.route.data in ROUTES else "template",
        due_at=due_at,
        fields=names_in(title, body, url),
        attachments=tuple(Link(**one) for one in attachments_of(form.attachments.data or "")),
        mass_form="news" if form.mass_form.data == "news" else "text",
        digest=(form.digest.data or "").strip(),
        cover=form.cover.data if form.cover.data and not form.cover.errors else None,
    )
