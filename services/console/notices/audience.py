"""How many are chosen, and who would get it? Parts of the notices' pages that count while staff look at them."""

from __future__ import annotations

from aiohttp import web

from services.console.notices.choosing import AudienceForm, bind
from services.console.notices.forms import NoticeForm
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import BadRequest, NotFound
from services.notices.audience import AudienceQuestion
from services.notices.types import Notice

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
        emergency = bool(visit.bind(NoticeForm).emergency.data)
        try:
            if not audience.validate():
                raise BadRequest(BAD_DATE)
            question = AudienceQuestion(audience_rules=audience.rules(), emergency=emergency)
            counted = await self._notices.choosing.count(question)
        except BadRequest as error:
            problem = error.detail
        return visit.render("notices/audience_count.html", counted=counted, problem=problem)

    async def reach(self, visit: Visit) -> web.StreamResponse:
        """Who would get it, who would not and why."""
        number = visit.path["number"]
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise NotFound
        return visit.render("notices/reach.html", reach=await self._notices.reach(number))
