"""How do staff work on the sentences that the assistant learns from? Find, write, mark, move, take out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec
from aiohttp import web

from services.console.errors import Refusal
from services.console.intents import entity_title, intent_title
from services.console.pages import Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.training.forms import ExampleForm, ExampleSearchForm, intent_choices
from services.console.training.words import CHANGED, IS_HELD_OUT, KNOWN, MARKS_LOST, ONE_LINE, UNSAID, fault_text
from services.console.visit import Visit
from services.staff.permissions import Permission
from services.training import marks
from services.training.errors import BadData, ExampleChanged, ExampleKnown, ExampleNotFound, IsHeldOut
from services.training.examples import MOST_MOVED
from services.training.marks import BadMarks, Mark, Marked
from services.training.types import Example, ExamplePage, NewExample

VIEW, EDIT = Permission.TRAINING_VIEW, Permission.TRAINING_EDIT
#: Why an example is not saved: the page's status, and what is said.
REFUSED: Mapping[type[Exception], tuple[int, str]] = {
    BadData: (422, ONE_LINE),
    msgspec.ValidationError: (422, MARKS_LOST),
    msgspec.DecodeError: (422, MARKS_LOST),
    ExampleKnown: (409, KNOWN),
    IsHeldOut: (409, IS_HELD_OUT),
    ExampleChanged: (409, CHANGED),
}


class SentMark(Mark, frozen=True, kw_only=True):
    """A mark as the page sends it."""

    #: What the page saw there: a sentence that changed without its marks is not marked somewhere else.
    words: Annotated[str, msgspec.Meta(max_length=marks.LONGEST)]


SentMarks = Annotated[list[SentMark], msgspec.Meta(max_length=marks.MOST)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One line of the list."""

    example: Example
    marked: Marked


def make_pages(parts: Parts) -> Sequence[Page]:
    """The pages below /training/examples."""
    pages = _Examples(parts)
    one = "/training/examples/{id}"
    return (
        Page(method="GET", path="/training/examples", handler=pages.list, permission=VIEW),
        Page(method="GET", path="/training/examples/new", handler=pages.show_new, permission=EDIT),
        Page(method="POST", path="/training/examples/new", handler=pages.add, permission=EDIT),
        Page(method="POST", path="/training/examples/move", handler=pages.move, permission=EDIT),
        Page(method="GET", path=one, handler=pages.show, permission=EDIT),
        Page(method="POST", path=one, handler=pages.edit, permission=EDIT),
        Page(method="POST", path=f"{one}/remove", handler=pages.remove, permission=EDIT),
    )


class _Examples:
    def __init__(self, parts: Parts) -> None:
        self._examples = parts.topics.examples

    async def list(self, visit: Visit) -> web.StreamResponse:
        form = visit.bind_query(ExampleSearchForm)
        sizes = await self._examples.intents()
        form.intent.choices = [
            ("", "全部"),
            *((one.intent, f"{intent_title(one.intent)}（{one.examples}）") for one in sizes),
        ]
        wanted = ExamplePage(
            intent=visit.query.get("intent", "")[:100],
            words=visit.query.get("q", "").strip()[:100],
            after=place(visit.query, str) or "",
            limit=PAGE_SIZE + 1,
        )
        rows = [Shown(example=one, marked=marks.readable(one.text)) for one in await self._examples.page(wanted)]
        listing = make_listing(rows, key=lambda row: row.example.id, query=visit.query)
        choices = intent_choices(sizes)
        return visit.render("training/examples.html", listing=listing, form=form, choices=choices)

    async def show_new(self, visit: Visit) -> web.StreamResponse:
        known = {"intent": visit.query.get("intent", ""), "text": visit.query.get("text", "")[:500]}
        return await self._page(visit, await self._form(visit, **known))

    async def add(self, visit: Visit) -> web.StreamResponse:
        form = await self._form(visit)
        return await self._save(visit, form, None) or visit.redirect(_behind(form), "已新增，下一次训练时学习。")

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await self._examples.example(visit.path["id"])
        marked = marks.readable(one.text)
        known = {"intent": one.intent, "source": one.source, "text": marked.text, "marks": _sent(marked)}
        return await self._page(visit, await self._form(visit, **known, seen=_seen(one)), one)

    async def edit(self, visit: Visit) -> web.StreamResponse:
        one = await self._examples.example(visit.path["id"])
        form = await self._form(visit)
        return await self._save(visit, form, one) or visit.redirect(_behind(form), "已保存，下一次训练时学习。")

    async def _save(self, visit: Visit, form: ExampleForm, one: Example | None) -> web.StreamResponse | None:
        """None where it is saved, else the page that says why it is not."""
        if not form.validate():
            return await self._page(visit, form, one, status=422)
        try:
            await self._write(visit, form, one)
        except BadMarks as error:
            return await self._page(visit, form, one, problem=fault_text(error), status=422)
        except tuple(REFUSED) as error:
            status, problem = REFUSED[type(error)]
            return await self._page(visit, form, one, problem=problem, status=status)
        return None

    async def _write(self, visit: Visit, form: ExampleForm, one: Example | None) -> None:
        new = NewExample(
            intent=form.intent.data,
            text=marks.write(_marked(form)),
            by=visit.person.login,
            source=form.source.data or "",
        )
        if one is None:
            await self._examples.add(new, actor=visit.actor)
        else:
            await self._examples.edit(one.id, new, seen=_begun_with(form, one), actor=visit.actor)

    async def move(self, visit: Visit) -> web.StreamResponse:
        ids = [str(one) for one in visit.form.getall("id", [])]
        intent = str(visit.form.get("intent", ""))
        if not ids or not intent:
            raise Refusal(422, "请先勾选例句，再选要移到的意图。")
        try:
            moved = await self._examples.move(ids[: MOST_MOVED + 1], intent, by=visit.person.login, actor=visit.actor)
        except BadData:
            raise Refusal(422, f"请选一个已有的意图；一次最多移动 {MOST_MOVED} 条。") from None
        except ExampleKnown as error:
            raise Refusal(409, f"“{intent_title(intent)}”里已经有“{error.text}”，所以一条也没有移动。") from None
        except ExampleNotFound:
            raise Refusal(409, "有的例句刚被别人删除，所以一条也没有移动。请刷新后重新勾选。") from None
        said = f"已把 {moved} 条移到“{intent_title(intent)}”，下一次训练时学习。"
        return visit.redirect(f"/training/examples?intent={intent}", said)

    async def remove(self, visit: Visit) -> web.StreamResponse:
        one = await self._examples.example(visit.path["id"])
        await self._examples.remove(one.id, by=visit.person.login, actor=visit.actor)
        return visit.redirect(f"/training/examples?intent={one.intent}", "已删除。需要时可以再新增同一句。", "warning")

    async def _form(self, visit: Visit, **known: str) -> ExampleForm:
        form = visit.bind(ExampleForm, **known)
        form.intent.choices = [("", "请选择"), *intent_choices(await self._examples.intents())]
        return form

    async def _page(
        self, visit: Visit, form: ExampleForm, one: Example | None = None, *, problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        names = sorted(set(self._examples.entities) - UNSAID, key=entity_title)
        return visit.render(
            "training/example.html",
            status=status,
            form=form,
            example_id=one.id if one else "",
            problem=problem,
            entities=[(name, entity_title(name)) for name in names],
        )


def _marked(form: ExampleForm) -> Marked:
    """What the form says; raises BadMarks, and msgspec's errors where the marks are none."""
    sent = msgspec.json.decode(form.marks.data or "[]", type=SentMarks)
    raw = (form.text.data or "").replace("\r\n", "\n").replace("\n", " ")
    text = raw.strip()
    before = len(raw) - len(raw.lstrip())
    found = []
    for one in sent:
        start, end = one.start - before, one.end - before
        if start < 0 or end > len(text) or text[start:end] != one.words.replace("\n", " "):
            raise BadMarks("out-of-bounds", one.words)
        fields = {"entity": one.entity, "role": one.role, "group": one.group, "value": one.value}
        found.append(Mark(start=start, end=end, **fields))
    return Marked(text=text, marks=found)


def _sent(marked: Marked) -> str:
    """The marks as the page gets them."""
    fields = [{**msgspec.to_builtins(one), "words": marked.text[one.start : one.end]} for one in marked.marks]
    return msgspec.json.encode(fields).decode()


def _seen(one: Example) -> str:
    return f"{one.intent} {one.text}"


def _begun_with(form: ExampleForm, one: Example) -> Example | None:
    """What the example was when its page was opened."""
    intent, _, text = (form.seen.data or "").partition(" ")
    return msgspec.structs.replace(one, intent=intent, text=text) if text else None


def _behind(form: ExampleForm) -> str:
    return f"/training/examples?intent={form.intent.data}"
