"""Who sees notices beforehand, and how do staff send them a trial? The second person enrols, whoever writes tries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from aiohttp import web
from wtforms import Form, StringField
from wtforms.validators import DataRequired, Length

from services.console.errors import Refusal
from services.console.pages import Page
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import BadRequest, Conflict
from services.notices.types import NewTester
from services.staff.permissions import Permission

#: Staff paste the number, or the address of the conversation that holds it.
CITIZEN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class TesterForm(Form):
    """Somebody to be enrolled."""

    name = StringField("姓名", [DataRequired("请填写姓名。"), Length(max=64, message="姓名最多 64 个字。")])
    citizen = StringField(
        "市民编号",
        [DataRequired("请填写市民编号。"), Length(max=300, message="这不是市民编号。")],
        description="请本人先给公众号发一条消息，再到“会话”里打开这段会话，把网址粘贴到这里。",
    )


def tester_pages(parts: Parts) -> Sequence[Page]:
    """The pages, below /notices."""
    pages = _Testers(parts)
    view, write, approve = Permission.NOTICES_VIEW, Permission.NOTICES_WRITE, Permission.NOTICES_APPROVE
    return (
        Page(method="GET", path="/notices/testers", handler=pages.list, permission=view),
        Page(method="POST", path="/notices/testers", handler=pages.enrol, permission=approve),
        Page(method="POST", path="/notices/testers/{citizen}/remove", handler=pages.remove, permission=approve),
        Page(method="POST", path="/notices/{number}/trial", handler=pages.send, permission=write),
    )


class _Testers:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._trials = parts.topics.trials

    async def list(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit, visit.bind(TesterForm))

    async def enrol(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind(TesterForm)
        if not form.validate():
            return await self._page(visit, form, status=422)
        found = CITIZEN.search(form.citizen.data or "")
        if found is None:
            return await self._page(visit, form, problem="没有看到市民编号，请粘贴会话页面的网址。", status=422)
        new = NewTester(staff=visit.person.login, citizen_id=UUID(found[0]), name=form.name.data or "")
        try:
            await self._trials.by(visit.actor).enrol(new)
        except (BadRequest, Conflict) as error:
            return await self._page(visit, form, problem=error.detail, status=error.status)
        return visit.redirect("/notices/testers", "已登记。")

    async def remove(self, visit: Visit) -> web.StreamResponse:
        found = CITIZEN.fullmatch(visit.path["citizen"])
        if found is None:
            raise Refusal(404, "没有这位试发人员。")
        await self._trials.by(visit.actor).remove(UUID(found[0]))
        return visit.redirect("/notices/testers", "已移除。")

    async def send(self, visit: Visit) -> web.StreamResponse:
        number = visit.path["number"]
        try:
            sent = await self._trials.by(visit.actor).send(number, visit.person.login)
        except (BadRequest, Conflict) as error:
            raise Refusal(error.status, error.detail) from error
        return visit.redirect(f"/notices/{number}", f"已试发（第 {sent.number} 号），几秒内会出现在试发人员的手机上。")

    async def _page(
        self, visit: Visit, form: TesterForm, *, problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        testers = await self._trials.testers()
        return visit.render("notices/testers.html", status=status, form=form, testers=testers, problem=problem)
