"""How do staff exchange examples with who works on files? All out as Rasa YAML; YAML in, after a look at it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from aiohttp import web

from services.console.pages import Page
from services.console.parts import Parts
from services.console.sent import sent_file
from services.console.training.words import file_fault_text, left_out_text, place_text
from services.console.visit import Visit
from services.embedded import ROOT
from services.importing.report import Report
from services.staff.files import KeptFile
from services.staff.permissions import Permission
from services.training import marks, rasa_yaml
from services.training.exchange import MOST, Exchanged, in_order
from services.training.types import Example

VIEW, EDIT = Permission.TRAINING_VIEW, Permission.TRAINING_EDIT
PATH = "/training/exchange"
FILE_LIMIT = 5 * 1024 * 1024
ENDINGS = (".yml", ".yaml", ".zip")
#: Sentences that are shown one by one.
SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Bad:
    """Something of a file that was left out, as it is shown."""

    place: str
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a file."""

    found: Exchanged
    bad: Sequence[Bad]
    done: bool
    kept: UUID
    #: The file with only the sentences that were left out.
    leftover: UUID | None


def make_pages(parts: Parts) -> Sequence[Page]:
    """The pages of files of examples."""
    pages = _Exchange(parts)
    return (
        Page(method="GET", path=PATH, handler=pages.show, permission=VIEW),
        Page(method="GET", path=f"{PATH}/examples.zip", handler=pages.export, permission=VIEW),
        Page(method="POST", path=PATH, handler=pages.take_in, permission=EDIT, body_limit=FILE_LIMIT),
    )


class _Exchange:
    def __init__(self, parts: Parts) -> None:
        self._examples = parts.topics.examples
        self._exchange = parts.topics.exchange
        self._files = parts.files

    async def show(self, visit: Visit) -> web.StreamResponse:
        return _page(visit)

    async def export(self, visit: Visit) -> web.StreamResponse:
        """What a training reads: a file for each topic, with the release's own patterns and look-up tables."""
        content = await asyncio.to_thread(_zipped, await self._examples.all())
        return visit.file("例句.zip", content, "application/zip")

    async def take_in(self, visit: Visit) -> web.StreamResponse:
        sent = await sent_file(visit, self._files)
        if sent is None:
            return _page(visit, problem="请先选择文件。", status=422)
        if not sent.upload.name.lower().endswith(ENDINGS):
            return _page(visit, problem="请选择 .yml 文件，或者导出的 .zip 文件。", status=422)
        report, write = Report(), "write" in visit.form
        upload = sent.upload
        sentences = await asyncio.to_thread(rasa_yaml.read_upload, upload.name, upload.content, report)
        if len(sentences) > MOST:
            return _page(visit, problem=f"一次最多导入 {MOST} 句，请分几次。", status=422)
        found = await (self._exchange.take_in(visit.actor, sentences) if write else self._exchange.try_out(sentences))
        outcome = Outcome(
            found=found,
            bad=_bad(found, report),
            done=write,
            kept=sent.kept,
            leftover=await self._leftover(visit, found),
        )
        return _page(visit, outcome)

    async def _leftover(self, visit: Visit, found: Exchanged) -> UUID | None:
        if not found.left_out:
            return None
        content = rasa_yaml.write_left_out((one.said, left_out_text(one)) for one in found.left_out)
        file = KeptFile(name="有问题的例句.yml", content_type="application/yaml", content=content)
        return await self._files.keep(visit.person.id, file)


def _bad(found: Exchanged, report: Report) -> Sequence[Bad]:
    return [
        *(Bad(place=place_text(one.place), text="——", reason=file_fault_text(one.reason)) for one in report.bad),
        *(
            Bad(place=place_text(one.said.place), text=one.said.text[:200], reason=left_out_text(one))
            for one in found.left_out
        ),
    ]


def _page(visit: Visit, outcome: Outcome | None = None, *, problem: str = "", status: int = 200) -> web.StreamResponse:
    brought = in_order(outcome.found.brought)[:SHOWN] if outcome else []
    shown = [(one, marks.readable(one.example.text), marks.readable(one.before)) for one in brought]
    values = {"outcome": outcome, "shown": shown, "problem": problem, "most": SHOWN}
    return visit.render("training/exchange.html", status=status, **values)


def _zipped(examples: Sequence[Example]) -> bytes:
    with TemporaryDirectory() as name:
        folder = Path(name)
        rasa_yaml.write_folder(folder, examples, ROOT / "data" / "nlu")
        return rasa_yaml.zipped(folder)
