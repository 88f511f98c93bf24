"""How do staff change many answers at once? A sheet goes out, comes back, and every row's fate is told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from aiohttp import web

from services.audit.trail import Actor
from services.console.errors import Refusal
from services.console.following import TOLD_SECONDS, follow
from services.console.pages import Page
from services.console.parts import Parts
from services.console.sent import sent_file
from services.console.visit import Visit
from services.faq.desk_types import DraftOutdated, OwnDraft, WordingTaken
from services.faq.sheet import COLUMNS, BadLine, BadSheet, Sheet, leftover, read, template, texts, written
from services.faq.types import FaqEntry
from services.staff.files import KeptFile
from services.staff.permissions import Permission
from services.staff.types import Person
from services.staff.works import Work, WorkUnderWay

VIEW, PUBLISH = Permission.FAQ_VIEW, Permission.FAQ_PUBLISH
#: What a long import is called among the works.
KIND = "faq.import"
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
        Page(method="GET", path="/faq/import/{work}", handler=pages.show_work, permission=PUBLISH),
        Page(method="GET", path="/faq/import/{work}/events", handler=pages.events, permission=PUBLISH, passive=True),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A sheet, and who has given it."""

    person: Person
    actor: Actor
    sheet: Sheet
    #: Under which name the file is kept.
    kept: UUID


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
        self._parts = parts
        self._files = parts.files
        self._works = parts.works

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
        return await self._page(visit)

    async def take_in(self, visit: Visit) -> web.StreamResponse:
        sent = await sent_file(visit, self._files)
        if sent is None:
            return await self._page(visit, problem="请先选择文件。", status=422)
        try:
            sheet = await asyncio.to_thread(read, sent.upload.name, sent.upload.content)
        except BadSheet as error:
            return await self._page(visit, problem=str(error), status=422)
        given = Given(person=visit.person, actor=visit.actor, sheet=sheet, kept=sent.kept)
        if "write" not in visit.form:
            return await self._page(visit, await self._outcome(given))
        try:
            key = await self._works.begin(visit.person.id, KIND, sent.kept, total=len(sheet.entries))
        except WorkUnderWay:
            raise Refusal(409, "您的上一个表格还在写入，请等它完成。") from None
        self._parts.background.start(self._write(key, given))
        return visit.redirect(f"/faq/import/{key}")

    async def show_work(self, visit: Visit) -> web.StreamResponse:
        work = await self._works.read(visit.person.id, KIND, visit.uuid("work"))
        outcome = msgspec.convert(work.outcome, Outcome) if work.outcome is not None else None
        return await self._page(visit, outcome, work=work)

    async def events(self, visit: Visit) -> web.StreamResponse:
        return await follow(visit, self._parts, KIND, "faq/import_progress.html")

    async def _page(
        self,
        visit: Visit,
        outcome: Outcome | None = None,
        *,
        work: Work | None = None,
        problem: str = "",
        status: int = 200,
    ) -> web.StreamResponse:
        latest = await self._works.latest(visit.person.id, KIND) if work is None else None
        values = {"outcome": outcome, "work": work, "latest": latest, "problem": problem}
        return visit.render("faq/import.html", status=status, **values)

    async def _write(self, key: UUID, given: Given) -> None:
        """Row by row; whoever stops in the middle loses nothing, since the same file can be written again."""
        outcome = await self._outcome(given, key)
        if outcome.done:
            await self._works.finish(key, msgspec.to_builtins(outcome), done=len(given.sheet.entries))

    async def _outcome(self, given: Given, key: UUID | None = None) -> Outcome:
        """What came of the sheet, or would come of it: rows are written only for a work that is named."""
        sheet, told = given.sheet, time.monotonic()
        known = {one.id: one for one in await self._desk.published()}
        outcome = Outcome(bad=list(sheet.bad), kept=given.kept)
        for done, (line, read_entry) in enumerate(sheet.entries):
            if key is not None and self._parts.stopping.is_set():
                return outcome
            if key is not None and time.monotonic() - told > TOLD_SECONDS:
                await self._works.tell(key, done)
                told = time.monotonic()
            before = known.get(read_entry.id)
            entry = _over(sheet, before, read_entry)
            if entry is None:
                outcome.bad.append(BadLine(line=line, reason="和这条问答现有的生效日期、有效期对不上。"))
                continue
            reason = _refused(given.person, entry, before)
            if reason is None and entry == before:
                outcome.same += 1
                continue
            if reason is None and key is not None:
                reason = await self._publish(given.actor, entry)
            if reason is not None:
                outcome.bad.append(BadLine(line=line, reason=reason))
            elif before is None:
                outcome.added += 1
            else:
                outcome.changed += 1
        outcome.bad.sort(key=lambda one: one.line)
        outcome.leftover = await self._leftover(given, outcome.bad)
        outcome.done = key is not None
        return outcome

    async def _leftover(self, given: Given, bad: Sequence[BadLine]) -> UUID | None:
        """The bad rows as a sheet of their own."""
        if not bad:
            return None
        content = await asyncio.to_thread(leftover, given.sheet, bad)
        return await self._files.keep(
            given.person.id, KeptFile(name="有问题的行.xlsx", content_type=EXCEL, content=content)
        )

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


def _refused(person: Person, entry: FaqEntry, before: FaqEntry | None) -> str | None:
    departments = {entry.department, before.department if before else entry.department}
    if all(person.may_touch(one) for one in departments):
        return None
    return f"您的账号只能修改“{person.department}”的问答。"


def _over(sheet: Sheet, before: FaqEntry | None, entry: FaqEntry) -> FaqEntry | None:
    """The row on top of what is there; None where the two do not fit."""
    try:
        return sheet.over(before, entry) if before else entry
    except ValueError:
        return None
