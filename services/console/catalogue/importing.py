"""How do staff take in a file of items? A trial first, then a work that goes on while its page is left."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
from aiohttp import web

from services.audit.trail import Actor
from services.catalogue.editing import ChangedItem, Trial
from services.catalogue.incoming import ITEMS
from services.catalogue.types import Item
from services.console.catalogue.fields import NAMES
from services.console.catalogue.words import in_chinese, line_of
from services.console.errors import Refusal
from services.console.following import TOLD_SECONDS, follow
from services.console.pages import Page
from services.console.parts import Parts
from services.console.sent import Sent, sent_file
from services.console.upload import Upload
from services.console.visit import Visit
from services.importing.delivery import Delivery, read_delivery
from services.importing.leftover import json_lines
from services.importing.report import BadRow, Gone, Report
from services.staff.files import KeptFile
from services.staff.permissions import Permission
from services.staff.works import Work, WorkUnderWay

EDIT = Permission.CATALOGUE_EDIT
#: What a long import is called among the works.
KIND = "catalogue.import"
FILE_LIMIT = 50 * 1024 * 1024
#: Bad rows and gone items that are named one by one.
NAMED = 200
ENDINGS = (".jsonl", ".json", ".yml", ".yaml")


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A file as it was read, who has given it, and what was said beside it."""

    staff_id: UUID
    actor: Actor
    delivery: Delivery[Item]
    report: Report
    source: str
    retire: bool
    sent: Sent


@dataclass(frozen=True, kw_only=True, slots=True)
class Bad:
    """A row that was left out, in the page's words."""

    line: str
    field: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a file, or would come of it."""

    added: int
    updated: int
    unchanged: int
    retired: bool
    retire_withheld: bool
    #: The first ones by name, and how many there are.
    bad: list[Bad]
    bad_rows: int
    gone: list[Gone]
    gone_items: int
    changed: list[ChangedItem]
    ignored_fields: dict[str, int]
    #: Under which names the file is kept, and the one with only the bad rows.
    kept: UUID
    leftover: UUID | None
    source: str
    retire: bool
    #: Was it written?
    done: bool


@dataclass(kw_only=True)
class Counted:
    """How many rows are dealt with."""

    rows: int = field(default=0)

    def add(self, rows: int) -> None:
        self.rows += rows


def import_pages(parts: Parts) -> Sequence[Page]:
    """The pages, below /catalogue/import."""
    pages, top = _Importing(parts), "/catalogue/import"
    one = f"{top}/{{work}}"
    return (
        Page(method="GET", path=top, handler=pages.show, permission=EDIT),
        Page(method="POST", path=top, handler=pages.take_in, permission=EDIT, body_limit=FILE_LIMIT),
        Page(method="GET", path=one, handler=pages.show_work, permission=EDIT),
        Page(method="GET", path=f"{one}/events", handler=pages.events, permission=EDIT, passive=True),
    )


class _Importing:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._desk = parts.topics.catalogue_desk
        self._works = parts.works

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit)

    async def take_in(self, visit: Visit) -> web.StreamResponse:
        if visit.person.department:
            raise Refusal(403, "您的账号只能修改自己部门的事项，不能整批导入。")
        sent = await sent_file(visit, self._parts.files)
        if sent is None:
            return await self._page(visit, problem="请先选择文件。", status=422)
        if not sent.upload.name.lower().endswith(ENDINGS):
            return await self._page(visit, problem="请选择 .jsonl、.json 或 .yml 文件。", status=422)
        given = await _given(visit, sent)
        if "write" not in visit.form:
            trial = await self._desk.try_out(given.delivery, given.report, retire=given.retire)
            return await self._page(visit, await self._outcome(given, trial, done=False))
        try:
            key = await self._works.begin(visit.person.id, KIND, sent.kept, total=len(given.delivery.entries))
        except WorkUnderWay:
            raise Refusal(409, "您的上一个文件还在写入，请等它完成。") from None
        self._parts.background.start(self._write(key, given))
        return visit.redirect(f"/catalogue/import/{key}")

    async def show_work(self, visit: Visit) -> web.StreamResponse:
        work = await self._works.read(visit.person.id, KIND, visit.uuid("work"))
        outcome = msgspec.convert(work.outcome, Outcome) if work.outcome is not None else None
        return await self._page(visit, outcome, work=work)

    async def events(self, visit: Visit) -> web.StreamResponse:
        return await follow(visit, self._parts, KIND, "catalogue/import_progress.html")

    async def _write(self, key: UUID, given: Given) -> None:
        """All of it in one transaction: who stops in the middle has written nothing."""
        counted = Counted()
        telling = asyncio.create_task(self._tell(key, counted))
        try:
            trial = await self._desk.take_in(
                given.actor, given.delivery, given.report, retire=given.retire, progress=counted.add
            )
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
        outcome = await self._outcome(given, trial, done=True)
        await self._works.finish(key, msgspec.to_builtins(outcome), done=len(given.delivery.entries))

    async def _tell(self, key: UUID, counted: Counted) -> None:
        while True:
            await asyncio.sleep(TOLD_SECONDS)
            await self._works.tell(key, counted.rows)

    async def _outcome(self, given: Given, trial: Trial, *, done: bool) -> Outcome:
        report = trial.report
        return Outcome(
            added=report.added,
            updated=report.updated,
            unchanged=report.unchanged,
            retired=report.retired,
            retire_withheld=report.retire_withheld,
            bad=[_bad(one) for one in report.bad[:NAMED]],
            bad_rows=len(report.bad),
            gone=report.gone[:NAMED],
            gone_items=len(report.gone),
            changed=trial.changed,
            ignored_fields=dict(report.ignored_fields),
            kept=given.sent.kept,
            leftover=await self._leftover(given),
            source=given.source,
            retire=given.retire,
            done=done,
        )

    async def _leftover(self, given: Given) -> UUID | None:
        """The bad rows as a file of their own; none where the file has no rows that could be given back."""
        content = await asyncio.to_thread(json_lines, given.report.bad, _said)
        if not content:
            return None
        # The file's name tells the feed where nothing else does.
        name = f"{Path(given.sent.upload.name).stem}.jsonl"
        file = KeptFile(name=name, content_type="application/jsonl", content=content)
        return await self._parts.files.keep(given.staff_id, file)

    async def _page(
        self,
        visit: Visit,
        outcome: Outcome | None = None,
        *,
        work: Work | None = None,
        problem: str = "",
        status: int = 200,
    ) -> web.StreamResponse:
        return visit.render(
            "catalogue/import.html",
            status=status,
            outcome=outcome,
            work=work,
            latest=await self._works.latest(visit.person.id, KIND) if work is None else None,
            source=outcome.source if outcome is not None else _source(visit),
            problem=problem,
            names=NAMES,
            named=NAMED,
        )


async def _given(visit: Visit, sent: Sent) -> Given:
    report, source = Report(), _source(visit)
    return Given(
        staff_id=visit.person.id,
        actor=visit.actor,
        delivery=await asyncio.to_thread(_delivery, sent.upload, source, report),
        report=report,
        source=source,
        retire="retire" in visit.form,
        sent=sent,
    )


def _source(visit: Visit) -> str:
    return str(visit.form.get("source", "")).strip()[:200]


def _bad(row: BadRow) -> Bad:
    return Bad(line=line_of(row.place), field=row.field, reason=in_chinese(row.reason))


def _said(bad: BadRow) -> str:
    """Why a row was left out, as the page says it."""
    return f"{bad.field}：{in_chinese(bad.reason)}" if bad.field else in_chinese(bad.reason)


def _delivery(sent: Upload, source: str, report: Report) -> Delivery[Item]:
    """The file's items; the file's name tells the feed where nothing else does, as on the command line."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / (sent.name or "items.jsonl")
        path = path.with_suffix(path.suffix.lower())
        path.write_bytes(sent.content)
        return read_delivery(ITEMS, [path], report, source=source)
