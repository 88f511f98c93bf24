"""How do staff work on the examples of intents, and on the questions that models are judged by?"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from services.console.errors import Refusal
from services.console.pages import Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.training.forms import ExampleForm, ExampleSearchForm, HeldOutForm
from services.console.visit import Visit
from services.staff.permissions import Permission
from services.training.errors import BadData
from services.training.examples import ExampleKnown
from services.training.types import ExamplePage, HeldOut, NewExample

VIEW, EDIT = Permission.TRAINING_VIEW, Permission.TRAINING_EDIT
BAD = "这句不能用来学习：请写成一行，方括号要成对。"
KNOWN = "这个意图已经有这句话了。"


def make_pages(parts: Parts) -> Sequence[Page]:
    """The pages below /training that are about data."""
    pages = _Data(parts)
    one = "/training/examples/{id}"
    return (
        Page(method="GET", path="/training/examples", handler=pages.list, permission=VIEW),
        Page(method="GET", path="/training/examples/new", handler=pages.show_new, permission=EDIT),
        Page(method="POST", path="/training/examples/new", handler=pages.add, permission=EDIT),
        Page(method="GET", path=one, handler=pages.show, permission=EDIT),
        Page(method="POST", path=one, handler=pages.edit, permission=EDIT),
        Page(method="POST", path=f"{one}/remove", handler=pages.remove, permission=EDIT),
        Page(method="GET", path="/training/held-out", handler=pages.list_held_out, permission=VIEW),
        Page(method="POST", path="/training/held-out", handler=pages.keep_apart, permission=EDIT),
        Page(method="POST", path="/training/held-out/remove", handler=pages.forget, permission=EDIT),
    )


class _Data:
    def __init__(self, parts: Parts) -> None:
        self._examples = parts.topics.examples
        self._training = parts.topics.training

    async def list(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind_query(ExampleSearchForm)
        sizes = await self._examples.intents()
        form.intent.choices = [("", "全部"), *((one.intent, f"{one.intent}（{one.examples}）") for one in sizes)]
        wanted = ExamplePage(
            intent=visit.query.get("intent", "")[:100],
            words=visit.query.get("q", "").strip()[:100],
            after=place(visit.query, str) or "",
            limit=PAGE_SIZE + 1,
        )
        listing = make_listing(await self._examples.page(wanted), key=lambda row: row.id, query=visit.query)
        problems = await self._examples.problems()
        return visit.render("training/examples.html", listing=listing, form=form, problems=problems)

    async def show_new(self, visit: Visit) -> web.StreamResponse:
        known = {"intent": visit.query.get("intent", ""), "text": visit.query.get("text", "")[:500]}
        return await self._page(visit, await self._form(visit, **known))

    async def add(self, visit: Visit) -> web.StreamResponse:
        form = await self._form(visit)
        if not form.validate():
            return await self._page(visit, form, status=422)
        try:
            await self._examples.add(_new(visit, form), actor=visit.actor)
        except BadData:
            return await self._page(visit, form, problem=BAD, status=422)
        except ExampleKnown:
            return await self._page(visit, form, problem=KNOWN, status=409)
        return visit.redirect(f"/training/examples?intent={form.intent.data}", "已新增，下一次训练时学习。")

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await self._examples.example(visit.path["id"])
        form = await self._form(visit, intent=one.intent, text=one.text, source=one.source)
        return await self._page(visit, form, example_id=one.id)

    async def edit(self, visit: Visit) -> web.StreamResponse:
        one = await self._examples.example(visit.path["id"])
        form = await self._form(visit)
        if not form.validate():
            return await self._page(visit, form, example_id=one.id, status=422)
        try:
            await self._examples.edit(one.id, _new(visit, form), actor=visit.actor)
        except BadData:
            return await self._page(visit, form, example_id=one.id, problem=BAD, status=422)
        return visit.redirect(f"/training/examples?intent={form.intent.data}", "已保存，下一次训练时学习。")

    async def remove(self, visit: Visit) -> web.StreamResponse:
        one = await self._examples.example(visit.path["id"])
        await self._examples.remove(one.id, by=visit.person.login, actor=visit.actor)
        return visit.redirect(f"/training/examples?intent={one.intent}", "已删除。需要时可以再新增同一句。", "warning")

    async def list_held_out(self, visit: Visit) -> web.StreamResponse:
        return await self._held_out_page(visit, await self._held_out_form(visit))

    async def keep_apart(self, visit: Visit) -> web.StreamResponse:
        form = await self._held_out_form(visit)
        if not form.validate():
            return await self._held_out_page(visit, form, status=422)
        one = HeldOut(question=(form.question.data or "").strip(), intent=form.intent.data)
        await self._training.keep_apart(one, by=visit.person.login, actor=visit.actor)
        return visit.redirect("/training/held-out", "已加入保留题，下一次评估时使用。")

    async def forget(self, visit: Visit) -> web.StreamResponse:
        question = str(visit.form.get("question", ""))
        if not await self._training.forget_held_out(question, actor=visit.actor):
            raise Refusal(404, "没有这道保留题，可能已被移出。")
        return visit.redirect("/training/held-out", "已移出保留题。", "info")

    async def _form(self, visit: Visit, **known: str) -> ExampleForm:
        form = visit.bind(ExampleForm, **known)
        form.intent.choices = await self._choices()
        return form

    async def _held_out_form(self, visit: Visit) -> HeldOutForm:
        form = visit.bind(HeldOutForm)
        form.intent.choices = await self._choices()
        return form

    async def _choices(self) -> Sequence[tuple[str, str]]:
        return [("", "请选择"), *((one.intent, one.intent) for one in await self._examples.intents())]

    async def _page(
        self, visit: Visit, form: ExampleForm, *, example_id: str = "", problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        return visit.render("training/example.html", status=status, form=form, example_id=example_id, problem=problem)

    async def _held_out_page(self, visit: Visit, form: HeldOutForm, *, status: int = 200) -> web.StreamResponse:
        rows = await self._training.held_out()
        return visit.render("training/held_out.html", status=status, form=form, rows=rows)


def _new(visit: Visit, form: ExampleForm) -> NewExample:
    text = " ".join((form.text.data or "").split("\n")).strip()
    return NewExample(intent=form.intent.data, text=text, by=visit.person.login, source=form.source.data or "")
