"""How do staff change many answers at once? A sheet goes out, comes back, and every row's fate is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from aiohttp import web

from services.audit.trail import Actor
from services.console.pages import Page
from services.console.parts import Parts
from services.console.sent import Sent, sent_file
from services.console.visit import Visit
from services.faq.desk_types import DraftOutdated, OwnDraft, WordingTaken
from services.faq.sheet import COLUMNS, BadLine, BadSheet, Sheet, leftover, read, template, texts, written
from services.faq.types import FaqEntry
from services.staff.files import KeptFile
from services.staff.permissions import Permission

VIEW, PUBLISH = Permission.FAQ_VIEW, Permission.FAQ_PUBLISH
FILE_LIMIT = 10 * 1024 * 1024
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def make_pages(parts: Parts) -> Sequence[Page]:
    """The pages of sheets."""
    pages = _Bulk(parts)
    return (
        Page(method="GET", path="/faq/export.xlsx", handler=pages.export, permission=VIEW),
        Page(method="GET", path="/faq/export.csv", handler=pages.export_csv, permission=VIEW),
        Page(method="GET", path="/faq/template.xlsx", handler=pages.template, permission=VIEW),
        Page(method="GET", path="/faq/import", handler=pages.show, permission=PUBLISH),
        Page(method="POST", path="/faq/import", handler=pages.take_in, permission=PUBLISH, body_limit=FILE_LIMIT),
    )


@dataclass(kw_only=True)
class Outcome:
    """What came of a sheet."""

    added: int = 0
    changed: int = 0
    same: int = 0
    bad: list[BadLine] = field(default_factory=list)
    #: Was anything written?
    done: bool = False
    #: Under which name the file is kept, and the one with only the bad rows.
    kept: UUID
    leftover: UUID | None = None


class _Bulk:
    def __init__(self, parts: Parts) -> None:
        self._desk = parts.topics.faq_desk
        self._files = parts.files

    async def export(self, visit: Visit) -> web.StreamResponse:
        # In a thread: making a large sheet takes long, and the others' pages must not wait for it.
        return visit.file("问答.xlsx", await asyncio.to_thread(written, await self._mine(visit)), EXCEL)

    async def export_csv(self, visit: Visit) -> web.StreamResponse:
        return visit.csv("问答", list(COLUMNS.values()), [texts(one) for one in await self._mine(visit)])

    async def template(self, visit: Visit) -> web.StreamResponse:
        """Headings, and one row that says what belongs into each column; an import passes it over."""
        return visit.file("问答模板.xlsx", template(), EXCEL)

    async def _mine(self, visit: Visit) -> Sequence[FaqEntry]:
        return [one for one in await self._desk.published() if visit.person.may_touch(one.department)]

    async def show(self, visit: Visit) -> web.StreamResponse:
        return visit.render("faq/import.html", outcome=None, problem="")

    async def take_in(self, visit: Visit) -> web.StreamResponse:
        sent = await sent_file(visit, self._files)
        if sent is None:
            return visit.render("faq/import.html", outcome=None, problem="请先选择文件。", status=422)
        try:
            sheet = await asyncio.to_thread(read, sent.upload.name, sent.upload.content)
        except BadSheet as error:
            return visit.render("faq/import.html", outcome=None, problem=str(error), status=422)
        outcome = await self._outcome(visit, sheet, sent, write="write" in visit.form)
        if outcome.bad:
            content = await asyncio.to_thread(leftover, sheet, outcome.bad)
            file = KeptFile(name="有问题的行.xlsx", content_type=EXCEL, content=content)
            outcome.leftover = await self._files.keep(visit.person.id, file)
        return visit.render("faq/import.html", outcome=outcome, problem="")

    async def _outcome(self, visit: Visit, sheet: Sheet, sent: Sent, *, write: bool) -> Outcome:
        known = {one.id: one for one in await self._desk.published()}
        outcome = Outcome(bad=list(sheet.bad), done=write, kept=sent.kept)
        for line, read_entry in sheet.entries:
            before = known.get(read_entry.id)
            entry = _over(sheet, before, read_entry)
            if entry is None:
                outcome.bad.append(BadLine(line=line, reason="和这条问答现有的生效日期、有效期对不上。"))
                continue
            reason = self._refused(visit, entry, before)
            if reason is None and entry == before:
                outcome.same += 1
                continue
            if reason is None and write:
                reason = await self._publish(visit.actor, entry)
            if reason is not None:
                outcome.bad.append(BadLine(line=line, reason=reason))
            elif before is None:
                outcome.added += 1
            else:
                outcome.changed += 1
        outcome.bad.sort(key=lambda one: one.line)
        return outcome

    def _refused(self, visit: Visit, entry: FaqEntry, before: FaqEntry | None) -> str | None:
        departments = {entry.department, before.department if before else entry.department}
        if all(visit.person.may_touch(one) for one in departments):
            return None
        return f"您的账号只能修改“{visit.person.department}”的问答。"

    async def _publish(self, actor: Actor, entry: FaqEntry) -> str | None:
        """Publishes one row; gives the reason where it cannot be."""
        one = await self._desk.find(entry.id)
        try:
            await self._desk.publish(actor, entry, base=one.version if one else 0)
        except WordingTaken as error:
            wording, _, question = error.taken[0]
            return f"“{wording}”已经是另一条问答“{question}”的问法。"
        except OwnDraft:
            return "这里要求由另一位同事发布，不能用表格直接发布。"
        except DraftOutdated:
            return "别人刚刚修改了这一条，请重新导出后再改。"
        return None


def _over(sheet: Sheet, before: FaqEntry | None, entry: FaqEntry) -> FaqEntry | None:
    """The row on top of what is there; None where the two do not fit."""
    try:
        return sheet.over(before, entry) if before else entry
    except ValueError:
        return None
