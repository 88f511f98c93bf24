"""How do staff work on the catalogue? Browse, read as citizens do, edit with a preview, see the imports."""

from __future__ import annotations

import msgspec
from aiohttp import web

from services.audit import trail
from services.catalogue.desk_repository import Wanted
from services.catalogue.editing import DeskItem, ItemOutdated
from services.catalogue.guide import make_guide
from services.catalogue.service import TOPIC as CATALOGUE
from services.catalogue.situations import UnknownAnswer, checklist
from services.catalogue.types import Item
from services.catalogue.written import Unreadable
from services.console.catalogue.fields import GROUPS, MORE
from services.console.catalogue.forms import ItemForm, ItemSearchForm, fields_of
from services.console.catalogue.importing import import_pages
from services.console.catalogue.words import fault_of
from services.console.errors import Refusal
from services.console.pages import Area, MenuEntry, Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.visit import Visit
from services.errors import BadRequest
from services.faq.service import TOPIC as FAQ
from services.staff.permissions import Permission

VIEW, EDIT = Permission.CATALOGUE_VIEW, Permission.CATALOGUE_EDIT
IMPORTS_SHOWN = 20
WRONG = "有几项需要改，请看标红的地方。"
OUTDATED = "别人或一次导入刚刚改过这个事项。您写的还在下面，请先另开一页看看新内容，再决定怎么改。"


def make_area(parts: Parts) -> Area:
    """The pages of the catalogue."""
    pages = _Catalogue(parts)
    one = "/catalogue/item/{code}"
    return Area(
        name="catalogue",
        pages=(
            Page(method="GET", path="/catalogue", handler=pages.list, permission=VIEW),
            Page(method="GET", path="/catalogue/sync", handler=pages.sync, permission=VIEW),
            *import_pages(parts),
            Page(method="GET", path=one, handler=pages.show, permission=VIEW),
            Page(method="GET", path=f"{one}/edit", handler=pages.show_edit, permission=EDIT),
            Page(method="POST", path=f"{one}/edit", handler=pages.edit, permission=EDIT, body_limit=1024 * 1024),
            Page(
                method="POST",
                path=f"{one}/preview",
                handler=pages.preview,
                permission=EDIT,
                passive=True,
                body_limit=1024 * 1024,
            ),
        ),
        menu=(MenuEntry(title="事项", path="/catalogue", permission=VIEW, icon="card-checklist", position=400),),
    )


class _Catalogue:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._desk = parts.topics.catalogue_desk

    async def list(self, visit: Visit) -> web.StreamResponse:
        state = visit.query.get("state", "")
        wanted = Wanted(
            search=visit.query.get("q", "").strip()[:100],
            department=visit.query.get("department", "").strip()[:100],
            state=state if state in ("live", "retired") else "",
            situations=state == "situations",
            after=place(visit.query, str) or "",
            limit=PAGE_SIZE + 1,
        )
        rows = await self._desk.page(wanted)
        listing = make_listing(rows, key=lambda row: row.task_code, query=visit.query)
        return visit.render("catalogue/list.html", listing=listing, form=visit.bind_query(ItemSearchForm))

    async def show(self, visit: Visit) -> web.StreamResponse:
        one = await self._desk.item(visit.path["code"])
        answers = {name[2:]: value for name, value in visit.query.items() if name.startswith("a-")}
        try:
            found = checklist(one.item, answers)
        except UnknownAnswer:
            answers, found = {}, checklist(one.item, {})
        return visit.render(
            "catalogue/item.html",
            one=one,
            guide=make_guide(one.item),
            checklist=found,
            answers=answers,
            may_edit=visit.may(EDIT) and visit.person.may_touch(one.item.dept_name),
        )

    async def show_edit(self, visit: Visit) -> web.StreamResponse:
        one = await self._own(visit)
        form = await self._form(visit, one, **fields_of(one.item), base=str(one.revision))
        return self._edit_page(visit, one, form)

    async def edit(self, visit: Visit) -> web.StreamResponse:
        one = await self._own(visit)
        form = await self._form(visit, one)
        item, problem = await self._checked(form, one.item)
        if item is None:
            return self._edit_page(visit, one, form, problem=problem, status=422)
        self._check_department(visit, item)
        try:
            changed = await self._desk.save(visit.actor, item, base=int(form.base.data or 0))
        except ItemOutdated as error:
            return self._edit_page(visit, one, form, problem=OUTDATED, status=error.status)
        except BadRequest as error:
            return self._edit_page(visit, one, form, problem=f"情形有误：{error.detail}", status=error.status)
        said = "已保存，两秒内就会按新内容答复。" if changed else "没有变化。"
        return visit.redirect(f"/catalogue/item/{item.task_code}", said)

    async def preview(self, visit: Visit) -> web.StreamResponse:
        """The guide as what is in the form would make it."""
        one = await self._own(visit)
        item, problem = _read(await self._form(visit, one), one.item)
        return visit.render("catalogue/preview.html", guide=make_guide(item or one.item), problem=problem)

    async def sync(self, visit: Visit) -> web.StreamResponse:
        state = await self._desk.sync()
        wanted = trail.Wanted(action="catalogue.imported", limit=IMPORTS_SHOWN)
        async with self._parts.sessions() as session:
            imports = await trail.entries(session, wanted)
        presence = self._parts.topics.presence
        indexes = {name: await presence.readers(topic) for name, topic in (("事项", CATALOGUE), ("问答", FAQ))}
        return visit.render("catalogue/sync.html", state=state, imports=imports, indexes=indexes)

    async def _own(self, visit: Visit) -> DeskItem:
        one = await self._desk.item(visit.path["code"])
        self._check_department(visit, one.item)
        return one

    async def _form(self, visit: Visit, one: DeskItem, **shown: object) -> ItemForm:
        form = visit.bind(ItemForm, **shown)
        form.offer(one.item, await self._parts.topics.appointments.halls())
        return form

    async def _checked(self, form: ItemForm, known: Item) -> tuple[Item | None, str]:
        """As `_read`; and a district keeps its code, by which citizens' districts are compared."""
        item, problem = _read(form, known)
        if item is None or (item.district, item.area_code) == (known.district, known.area_code):
            return item, problem
        codes = await self._desk.area_codes(item.district, but=item.task_code)
        if codes and item.area_code not in codes:
            return None, f"地区编码不对：“{item.district}”的其他事项用的是 {'、'.join(codes)}。"
        return item, ""

    def _check_department(self, visit: Visit, item: Item) -> None:
        """An editor of one department neither takes another's item nor gives one away."""
        if not visit.person.may_touch(item.dept_name):
            raise Refusal(403, f"您的账号只能修改“{visit.person.department}”的事项。")

    def _edit_page(
        self, visit: Visit, one: DeskItem, form: ItemForm, *, problem: str = "", status: int = 200
    ) -> web.StreamResponse:
        item, _ = _read(form, one.item) if status != 200 else (one.item, "")
        guide = make_guide(item or one.item)
        return visit.render(
            "catalogue/edit.html",
            status=status,
            one=one,
            form=form,
            problem=problem,
            guide=guide,
            groups=GROUPS,
            more=MORE,
        )


def _read(form: ItemForm, known: Item) -> tuple[Item | None, str]:
    """The item that the form says, or what is wrong with it; a field's own fault stands at the field."""
    if not form.validate():
        return None, WRONG
    try:
        return form.item(known), ""
    except Unreadable as error:
        return None, str(error)
    except msgspec.ValidationError as error:
        return None, fault_of(str(error))
