"""Does an import of items say how far it is, go on while its page is left, and write all or nothing?"""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from aiohttp import FormData
from sqlalchemy import select

from services.app import Topics, make_topics
from services.audit.trail import COMMAND_LINE, Actor
from services.catalogue.service import TOPIC
from services.catalogue.types import Item
from services.console.catalogue.importing import KIND
from services.db import Sessions
from services.importing.delivery import Delivery, Entry, content_hash
from services.importing.report import Report
from services.metrics import Metrics
from services.search import revisions
from services.settings import ServicesSettings
from services.staff.files import KeptFile, StaffFiles
from services.staff.models import StaffRow
from services.staff.permissions import Role
from services.staff.works import SILENT, Works
from tests.fakes.clock import FixedClock
from tests.integration.console.conftest import Browser, NewBrowser


@pytest.fixture
def topics(sessions: Sessions, clock: FixedClock, settings: ServicesSettings) -> Topics:
    return make_topics(sessions, clock, settings, Metrics())


@pytest.fixture
async def editor(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.EDITOR)


def content(count: int) -> bytes:
    rows = [
        {"task_code": f"YJ-{n}", "task_name": f"事项{n}", "dept_name": "民政局", "area_code": "990000"}
        for n in range(count)
    ]
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


async def begin(browser: Browser, file: bytes, name: str = "city.jsonl", **fields: str) -> tuple[int, str]:
    """Sends a file to be written; gives the status and the page that shows how far it is."""
    form = FormData()
    form.add_field("file", file, filename=name)
    for key, value in {"csrf_token": await browser.token("/catalogue/import"), "write": "1", **fields}.items():
        form.add_field(key, value)
    answer = await browser.client.post("/console/catalogue/import", data=form, allow_redirects=False)
    return answer.status, answer.headers.get("Location", "").removeprefix("/console")


async def test_an_import_of_items_goes_on_while_its_page_is_left_and_is_found_again(
    editor: Browser, topics: Topics, sessions: Sessions, clock: FixedClock, new_browser: NewBrowser
) -> None:
    async with sessions.begin() as session:
        # Writers of the catalogue pass one at a time: the import waits for this one.
        await revisions.next_revision(session, TOPIC, clock.now())
        status, path = await begin(editor, content(3))
        assert status == 303
        assert "正在写入：0 / 3 行。可以离开这一页" in await editor.read(path)
        assert (await begin(editor, content(3)))[0] == 409, "one at a time"
        top = await editor.read("/catalogue/import")
        assert f"/console{path}" in top
        assert "正在写入一个文件，看进度" in top
        other = await new_browser(Role.ADMINISTRATOR)
        assert (await other.get(path)).status == 404
        assert (await other.get(f"{path}/events")).status == 404

    finished = await editor.read_when_done(path)
    assert "已写入，两秒内生效。" in finished
    assert "事项2" in finished
    assert (await topics.catalogue.item("YJ-2")).task_name == "事项2"
    assert await (await editor.get(f"{path}/events")).text() == "event: done\ndata: \n\n"
    assert "看上一次写入的结果" in await editor.read("/catalogue/import")


async def test_the_result_keeps_what_was_left_out_and_how_many(editor: Browser) -> None:
    bad = b"\n".join(b'{"task_code": "B-%d"}' % n for n in range(250))
    _, path = await begin(editor, content(1) + b"\n" + bad, source="city")

    page = await editor.read_when_done(path)
    assert "缺少必填的字段" in page
    assert "这里只列出前 200 行，下载的文件里有全部" in page
    assert "第 201 行" in page
    assert "第 202 行" not in page


async def test_an_import_whose_process_ended_is_said_to_be_interrupted_and_its_file_is_written_again(
    editor: Browser, topics: Topics, sessions: Sessions, clock: FixedClock
) -> None:
    async with sessions() as session:
        person: UUID = (await session.scalars(select(StaffRow.id))).one()
    file = KeptFile(name="city.jsonl", content_type="application/octet-stream", content=content(2))
    kept = await StaffFiles(sessions=sessions, clock=clock).keep(person, file)
    # As where a process was killed: nobody tells of it.
    path = f"/catalogue/import/{await Works(sessions=sessions, clock=clock).begin(person, KIND, kept, total=2)}"
    clock.advance(seconds=SILENT.total_seconds() + 1)

    page = await editor.read(path)
    assert "写入中断了" in page
    assert f'name="kept" value="{kept}"' in page
    status, again = await begin(editor, b"", "", kept=str(kept))
    assert status == 303
    assert "已写入" in await editor.read_when_done(again)
    assert (await topics.catalogue.item("YJ-1")).task_name == "事项1"


async def test_every_row_is_counted_once(topics: Topics) -> None:
    items = [Item(task_code=f"YJ-{n}", task_name="x", dept_name="d", area_code="990000") for n in range(1200)]
    entries = [Entry(key=one.task_code, value=one, feed="f", content_hash=content_hash(one, "f")) for one in items]
    delivery = Delivery(entries=entries, feeds={"f"}, mentioned={one.task_code for one in items})
    for _ in range(2):
        counted: list[int] = []
        actor = Actor(staff_id=None, login="editor", address=COMMAND_LINE)
        await topics.catalogue_desk.take_in(actor, delivery, Report(), retire=False, progress=counted.append)
        assert sum(counted) == 1200
