"""How do staff keep the questions that models are judged by?"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from services.console.errors import Refusal
from services.console.pages import Page
from services.console.parts import Parts
from services.console.training.forms import HeldOutForm, intent_choices
from services.console.visit import Visit
from services.staff.permissions import Permission
from services.training.types import HeldOut

VIEW, EDIT = Permission.TRAINING_VIEW, Permission.TRAINING_EDIT


def make_pages(parts: Parts) -> Sequence[Page]:
    """The pages below /training/held-out."""
    pages = _HeldOut(parts)
    return (
        Page(method="GET", path="/training/held-out", handler=pages.list, permission=VIEW),
        Page(method="POST", path="/training/held-out", handler=pages.keep_apart, permission=EDIT),
        Page(method="POST", path="/training/held-out/remove", handler=pages.forget, permission=EDIT),
    )


class _HeldOut:
    def __init__(self, parts: Parts) -> None:
        self._examples = parts.topics.examples
        self._training = parts.topics.training

    async def list(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit, await self._form(visit))

    async def keep_apart(self, visit: Visit) -> web.StreamResponse:
        form = await self._form(visit)
        if not form.validate():
            return await self._page(visit, form, status=422)
        one = HeldOut(question=(form.question.data or "").strip(), intent=form.intent.data)
        await self._training.keep_apart(one, by=visit.person.login, actor=visit.actor)
        return visit.redirect("/training/held-out", "已加入保留题，下一次评估时使用。")

    async def forget(self, visit: Visit) -> web.StreamResponse:
        question = str(visit.form.get("question", ""))
        if not await self._training.forget_held_out(question, actor=visit.actor):
            raise Refusal(404, "没有这道保留题，可能已被移出。")
        return visit.redirect("/training/held-out", "已移出保留题。", "info")

    async def _form(self, visit: Visit) -> HeldOutForm:
        form = visit.bind(HeldOutForm)
        form.intent.choices = [("", "请选择"), *intent_choices(await self._examples.intents())]
        return form

    async def _page(self, visit: Visit, form: HeldOutForm, *, status: int = 200) -> web.StreamResponse:
        rows = await self._training.held_out()
        return visit.render("training/held_out.html", status=status, form=form, rows=rows)
