"""Does a long import say how far it is, go on while its page is left, and lose nothing where its process ends?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from services.app import Topics, make_topics
from services.console.app import make_console
from services.console.faq.bulk import KIND
from services.console.parts import make_parts
from services.db import Sessions
from services.faq.editing import FaqDesk
from services.faq.sheet import written
from services.faq.types import FaqEntry
from services.metrics import Metrics
from services.settings import ServicesSettings
from services.staff.models import RateRow, StaffRow
from services.staff.permissions import Role
from services.staff.works import LASTS, SILENT, WorkGone, Works
from tests.fakes.clock import FixedClock
from tests.fakes.waiting import eventually
from tests.integration.console.conftest import Browser, NewBrowser


class Gate:
    """Holds publications up, one by one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.open = asyncio.Semaphore(0)
        publish = FaqDesk.publish

        async def slow(desk: FaqDesk, *args: object, **named: object) -> object:
            await self.open.acquire()
            return await publish(desk, *args, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(FaqDesk, "publish", slow)


@pytest.fixture
def topics(sessions: Sessions, clock: FixedClock, settings: ServicesSettings) -> Topics:
    return make_topics(sessions, clock, settings, Metrics())


@pytest.fixture
async def editor(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.EDITOR)


async def begin(browser: Browser, count: int) -> tuple[int, str]:
    """Sends a sheet to be written; gives the status and the page that shows how far it is."""
    entries = [FaqEntry(id=f"e{n}", question=f"第{n}问", answer="答", department="园林局") for n in range(count)]
    form = FormData()
    form.add_field("file", written(entries), filename="问答.xlsx")
    form.add_field("csrf_token", await browser.token("/faq/import"))
    form.add_field("write", "1")
    answer = await browser.client.post("/console/faq/import", data=form, allow_redirects=False)
    return answer.status, answer.headers.get("Location", "").removeprefix("/console")


async def test_an_import_goes_on_while_its_page_is_left_and_is_found_again(
    editor: Browser, topics: Topics, monkeypatch: pytest.MonkeyPatch, new_browser: NewBrowser
) -> None:
    gate = Gate(monkeypatch)
    status, path = await begin(editor, 3)
    assert status == 303
    page = await editor.read(path)
    assert "正在写入：0 / 3 行。可以离开这一页" in page
    assert (await begin(editor, 3))[0] == 409, "one at a time"
    assert f"/console{path}" in await editor.read("/faq/import")
    other = await new_browser(Role.ADMINISTRATOR)
    assert (await other.get(path)).status == 404
    assert (await other.get(f"{path}/events")).status == 404

    for _ in range(3):
        gate.open.release()
    finished = await editor.read_when_done(path)
    assert "已写入，两秒内生效。" in finished
    assert len(await topics.faq_desk.published()) == 3
    assert await (await editor.get(f"{path}/events")).text() == "event: done\ndata: \n\n"
    assert "看上一次写入的结果" in await editor.read("/faq/import")


async def test_an_import_whose_process_ends_is_said_to_be_interrupted_and_goes_on_from_where_it_was(
    editor: Browser,
    topics: Topics,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate(monkeypatch)
    _, path = await begin(editor, 3)
    gate.open.release()

    async def one_is_written() -> bool:
        return len(await topics.faq_desk.published()) == 1

    await eventually(one_is_written)
    # As where a process was killed: nobody tells of it any more.
    clock.advance(seconds=SILENT.total_seconds() + 1)
    page = await editor.read(path)
    assert "写入中断了" in page
    assert "接着写入" in page
    kept = page.split('name="kept" value="')[1].split('"')[0]

    for _ in range(9):
        gate.open.release()
    again = await editor.post("/faq/import", kept=kept, write="1")
    assert again.status == 303
    finished = await editor.read_when_done(again.headers["Location"].removeprefix("/console"))
    assert "已写入" in finished
    assert sorted(one.id for one in await topics.faq_desk.published()) == ["e0", "e1", "e2"]


async def test_works_are_each_one_s_own_and_go_after_a_day(
    editor: Browser, sessions: Sessions, clock: FixedClock
) -> None:
    works, person = Works(sessions=sessions, clock=clock), await a_person(sessions)
    key = await works.begin(person, KIND, person, total=5)
    await works.tell(key, 2)
    assert (await works.read(person, KIND, key)).done == 2
    with pytest.raises(WorkGone):
        await works.read(key, KIND, key)
    with pytest.raises(WorkGone):
        await works.read(person, "other", key)
    await works.finish(key, {"added": 1}, done=5)
    assert not (await works.read(person, KIND, key)).running
    clock.advance(seconds=LASTS.total_seconds() + 1)
    await works.sweep()
    assert await works.latest(person, KIND) is None


async def a_person(sessions: Sessions) -> UUID:
    async with sessions() as session:
        return (await session.scalars(select(StaffRow.id))).one()


async def test_what_ended_long_ago_is_removed_by_a_console_that_runs(
    sessions: Sessions, clock: FixedClock, settings: ServicesSettings
) -> None:
    async with sessions.begin() as session:
        session.add(RateRow(name="sign-in", tokens=1.0, refilled_at=clock.now() - timedelta(days=30)))

    async def gone() -> bool:
        async with sessions() as session:
            return (await session.scalars(select(RateRow.name))).all() == []

    app = make_console(make_parts(make_topics(sessions, clock, settings, Metrics()), sessions, clock, settings))
    async with TestServer(app):
        await eventually(gone)
