"""How do staff keep the questions that models are judged by?"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from services.console.errors import Refusal
from services.console.intents import intent_title
from services.console.pages import Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.training.forms import ExampleSearchForm, HeldOutForm, intent_choices
from services.console.visit import Visit
from services.staff.permissions import Permission
from services.training.errors import IsExample
from services.training.types import HeldOut

IS_EXAMPLE = "这句话是“{}”的例句，模型背过它，检验不出水平。要用它检验，请先删掉例句。"
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
        self._held_out = parts.topics.held_out

    async def list(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit, await self._form(visit))

    async def keep_apart(self, visit: Visit) -> web.StreamResponse:
        form = await self._form(visit)
        if not form.validate():
            return await self._page(visit, form, status=422)
        one = HeldOut(question=(form.question.data or "").strip(), intent=form.intent.data)
        try:
            await self._held_out.keep(one, by=visit.person.login, actor=visit.actor)
        except IsExample as error:
            return await self._page(visit, form, problem=IS_EXAMPLE.format(intent_title(error.intent)), status=409)
        return visit.redirect("/training/held-out", "已加入保留题，下一次评估时使用。")

    async def forget(self, visit: Visit) -> web.StreamResponse:
        question = str(visit.form.get("question", ""))
        if not await self._held_out.forget(question, actor=visit.actor):
            raise Refusal(404, "没有这道保留题，可能已被移出。")
        return visit.redirect("/training/held-out", "已移出保留题。", "info")

    async def _form(self, visit: Visit) -> HeldOutForm:
        form = visit.bind(HeldOutForm)
        form.intent.choices = [("", "请选择"), *intent_choices(await self._examples.intents())]
        return form

    async def _page(
        self, visit: Visit, form: HeldOutForm, *, problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        search = visit.bind_query(ExampleSearchForm)
        sizes = await self._examples.intents()
        search.intent.choices = [("", "全部"), *((one.intent, intent_title(one.intent)) for one in sizes)]
        rows = await self._held_out.page(
            words=visit.query.get("q", "").strip()[:100],
            intent=visit.query.get("intent", "")[:100],
            after=place(visit.query, str) or "",
            limit=PAGE_SIZE + 1,
        )
        listing = make_listing(rows, key=lambda row: row.question, query=visit.query)
        values = {"form": form, "search": search, "listing": listing, "problem": problem}
        return visit.render("training/held_out.html", status=status, **values)
