"""How do staff work on the catalogue? Browse, read as citizens do, edit with a preview, import after a trial, sync."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
from aiohttp import web

from services.audit import trail
from services.catalogue.desk_repository import Wanted
from services.catalogue.editing import DeskItem, ItemOutdated, Trial
from services.catalogue.guide import make_guide
from services.catalogue.incoming import ITEMS
from services.catalogue.service import TOPIC as CATALOGUE
from services.catalogue.situations import UnknownAnswer, checklist
from services.catalogue.types import Item
from services.catalogue.written import Unreadable
from services.console.catalogue.fields import GROUPS, MORE, NAMES
from services.console.catalogue.forms import ItemForm, ItemSearchForm, fields_of
from services.console.catalogue.words import fault_of, in_chinese, line_of
from services.console.errors import Refusal
from services.console.pages import Area, MenuEntry, Page
from services.console.paging import PAGE_SIZE, make_listing, place
from services.console.parts import Parts
from services.console.sent import Sent, sent_file
from services.console.upload import Upload
from services.console.visit import Visit
from services.errors import BadRequest
from services.faq.service import TOPIC as FAQ
from services.importing.delivery import Delivery, read_delivery
from services.importing.leftover import json_lines
from services.importing.report import BadRow, Report
from services.staff.files import KeptFile
from services.staff.permissions import Permission

VIEW, EDIT = Permission.CATALOGUE_VIEW, Permission.CATALOGUE_EDIT
FILE_LIMIT = 50 * 1024 * 1024
#: Bad rows and gone items that are named one by one.
NAMED = 200
IMPORTS_SHOWN = 20
ENDINGS = (".jsonl", ".json", ".yml", ".yaml")
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
            Page(method="GET", path="/catalogue/import", handler=pages.show_import, permission=EDIT),
            Page(
                method="POST", path="/catalogue/import", handler=pages.take_in, permission=EDIT, body_limit=FILE_LIMIT
            ),
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

    async def show_import(self, visit: Visit) -> web.StreamResponse:
        return _import_page(visit)

    async def take_in(self, visit: Visit) -> web.StreamResponse:
        if visit.person.department:
            raise Refusal(403, "您的账号只能修改自己部门的事项，不能整批导入。")
        sent, write, retire = await sent_file(visit, self._parts.files), "write" in visit.form, "retire" in visit.form
        if sent is None:
            return _import_page(visit, problem="请先选择文件。", status=422)
        if not sent.upload.name.lower().endswith(ENDINGS):
            return _import_page(visit, problem="请选择 .jsonl、.json 或 .yml 文件。", status=422)
        report, source = Report(), _source(visit)
        delivery = await asyncio.to_thread(_delivery, sent.upload, source, report)
        if write:
            trial = await self._desk.take_in(visit.actor, delivery, report, retire=retire)
        else:
            trial = await self._desk.try_out(delivery, report, retire=retire)
        return _import_page(visit, trial, sent=sent, leftover=await self._leftover(visit, sent, report), done=write)

    async def _leftover(self, visit: Visit, sent: Sent, report: Report) -> UUID | None:
        """The bad rows as a file of their own; none where the file has no rows that could be given back."""
        content = await asyncio.to_thread(json_lines, report.bad, _said)
        if not content:
            return None
        # The file's name tells the feed where nothing else does.
        file = KeptFile(name=f"{Path(sent.upload.name).stem}.jsonl", content_type="application/jsonl", content=content)
        return await self._parts.files.keep(visit.person.id, file)

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


def _import_page(
    visit: Visit,
    trial: Trial | None = None,
    *,
    sent: Sent | None = None,
    leftover: UUID | None = None,
    done: bool = False,
    problem: str = "",
    status: int = 200,
) -> web.StreamResponse:
    said = {"source": _source(visit), **({"retire": "1"} if "retire" in visit.form else {})}
    return visit.render(
        "catalogue/import.html",
        status=status,
        trial=trial,
        kept=sent.kept if sent else None,
        leftover=leftover,
        said=said,
        done=done,
        problem=problem,
        names=NAMES,
        named=NAMED,
        line_of=line_of,
        in_chinese=in_chinese,
    )


def _source(visit: Visit) -> str:
    return str(visit.form.get("source", "")).strip()[:200]


def _said(bad: BadRow) -> str:
    """Why a row was left out, as the page says it."""
    return f"{bad.field}：{in_chinese(bad.reason)}" if bad.field else in_chinese(bad.reason)


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


def _delivery(sent: Upload, source: str, report: Report) -> Delivery[Item]:
    """The file's items; the file's name tells the feed where nothing else does, as on the command line."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / (sent.name or "items.jsonl")
        path = path.with_suffix(path.suffix.lower())
        path.write_bytes(sent.content)
        return read_delivery(ITEMS, [path], report, source=source)
