"""Are rows that an import left out given back as a file, and is a file that was tried written without a second one?"""

from __future__ import annotations

import io
import json
import re
from typing import Any
from uuid import UUID

import pytest
from aiohttp import FormData
from openpyxl import load_workbook
from sqlalchemy import func, select

from services.app import Topics, make_topics
from services.db import Sessions
from services.importing.leftover import REASON
from services.metrics import Metrics
from services.settings import ServicesSettings
from services.staff.files import LASTS, MOST, FileGone, StaffFiles
from services.staff.models import StaffFileRow
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.integration.console.conftest import Browser, NewBrowser

KEPT = re.compile(r'name="kept" value="([0-9a-f-]{36})"')
FILE = re.compile(r"/console(/files/[0-9a-f-]{36})")
HEAD = "编号,问题,答案,部门,有效期至\r\n"


@pytest.fixture
def topics(sessions: Sessions, clock: FixedClock, settings: ServicesSettings) -> Topics:
    return make_topics(sessions, clock, settings, Metrics())


@pytest.fixture
async def editor(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.EDITOR)


async def send(browser: Browser, path: str, name: str = "", content: bytes = b"", **fields: str) -> str:
    form = FormData()
    form.add_field("file", content, filename=name)
    for field, value in {"csrf_token": await browser.token(path), **fields}.items():
        form.add_field(field, value)
    answer = await browser.client.post(f"/console{path}", data=form, allow_redirects=False)
    if answer.status == 303:
        return await browser.read_when_done(answer.headers["Location"].removeprefix("/console"))
    text = await answer.text()
    assert answer.status == 200, text[-2000:]
    return text


def found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    assert match is not None, page[-3000:]
    return match[1]


async def test_bad_rows_of_a_sheet_come_back_with_their_reasons_and_are_imported_alone_once_put_right(
    editor: Browser, topics: Topics
) -> None:
    good = "a,公园几点开门,六点。,园林局,2026-12-31\r\n"
    rows = f"{good},公园几点关门,,园林局,2026/12/30\r\nc,=公园收费吗,免费。,园林局,明年\r\n"

    page = await send(editor, "/faq/import", "问答.csv", (HEAD + rows).encode(), write="1")

    answer = await editor.get(found(FILE, page))
    assert "UTF-8''%E6%9C%89%E9%97%AE%E9%A2%98" in answer.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(await answer.read()))
    sheet = book.worksheets[0]
    cells = [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet.iter_rows()]
    assert cells[0] == [REASON, "编号", "问题", "答案", "部门", "有效期至"]
    assert cells[1][:3] == ["“答案”没有填。", "", "公园几点关门"]
    assert cells[1][5] == "2026-12-30"
    assert cells[2][1:] == ["c", "'=公园收费吗", "免费。", "园林局", "明年"]
    sheet["D2"], sheet["F3"] = "十点。", "2027-01-01"
    corrected = io.BytesIO()
    book.save(corrected)
    again = await send(editor, "/faq/import", "有问题的行.xlsx", corrected.getvalue(), write="1")
    assert "有问题的行（没有写入）" not in again
    questions = {one.question for one in await topics.faq_desk.published()}
    assert questions == {"公园几点开门", "公园几点关门", "=公园收费吗"}


async def test_a_sheet_that_was_looked_at_is_written_without_being_chosen_again(
    editor: Browser, topics: Topics
) -> None:
    tried = await send(editor, "/faq/import", "a.csv", f"{HEAD}a,公园几点开门,六点。,园林局,\r\n".encode())
    assert "写入没有问题的 1 行" in tried
    assert await topics.faq_desk.published() == []

    written = await send(editor, "/faq/import", kept=found(KEPT, tried), write="1")

    assert "已写入" in written
    assert [one.question for one in await topics.faq_desk.published()] == ["公园几点开门"]


ITEM: dict[str, Any] = {"task_code": "YJ-9", "task_name": "新事项", "dept_name": "云江市民政局", "area_code": "990000"}


async def test_bad_rows_of_a_catalogue_come_back_with_their_reasons_and_are_imported_alone_once_put_right(
    editor: Browser, topics: Topics
) -> None:
    bad = {**ITEM, "task_code": "YJ-8", "task_name": "", "promise_day": 3}
    content = "\n".join((json.dumps(ITEM), json.dumps(bad), "{half")).encode()

    tried = await send(editor, "/catalogue/import", "city.jsonl", content, source="民政局")

    assert 'value="民政局"' in tried
    answer = await editor.get(found(FILE, tried))
    assert "city.jsonl" in answer.headers["Content-Disposition"]
    lines = sorted(map(json.loads, (await answer.text()).splitlines()), key=len, reverse=True)
    assert lines[0] == {REASON: "task_name：缺少必填的字段 task_name", **bad}
    assert lines[1] == {REASON: lines[1][REASON], "原文": "{half"}
    written = await send(editor, "/catalogue/import", kept=found(KEPT, tried), source="民政局", write="1")
    assert "已写入" in written

    corrected = json.dumps({**lines[0], "task_name": "另一事项"}).encode()
    again = await send(editor, "/catalogue/import", "city.jsonl", corrected, source="民政局", write="1")
    assert "有问题的行（没有写入）" not in again
    assert "不认识、没有导入的字段" not in again
    assert (await topics.catalogue.item("YJ-8")).promise_day == 3
    assert (await topics.catalogue.item("YJ-9")).task_name == "新事项"


async def test_a_file_is_kept_for_one_person_for_a_day_and_the_latest_ten(
    editor: Browser, new_browser: NewBrowser, sessions: Sessions, clock: FixedClock
) -> None:
    page = await send(editor, "/faq/import", "a.csv", f"{HEAD},公园几点开门,,园林局,\r\n".encode())
    path, other = found(FILE, page), await new_browser(Role.ADMINISTRATOR)
    assert (await other.get(path)).status == 404
    assert (await editor.get(path)).status == 200

    for number in range(MOST + 2):
        clock.advance(seconds=1)
        await send(editor, "/faq/import", f"{number}.csv", f"{HEAD}{number},公园几点开门,六点。,园林局,\r\n".encode())
    assert (await editor.get(path)).status == 404
    files = StaffFiles(sessions=sessions, clock=clock)
    assert await kept_files(sessions) == MOST
    clock.advance(seconds=LASTS.total_seconds() + 1)
    await files.sweep()
    assert await kept_files(sessions) == 0


async def kept_files(sessions: Sessions) -> int:
    async with sessions() as session:
        return (await session.scalars(select(func.count()).select_from(StaffFileRow))).one()


async def test_a_file_that_is_gone_is_not_read(sessions: Sessions, clock: FixedClock, editor: Browser) -> None:
    files = StaffFiles(sessions=sessions, clock=clock)
    with pytest.raises(FileGone):
        await files.read(UUID(int=1), UUID(int=2))
    answer = await editor.post("/faq/import", kept=str(UUID(int=2)), write="1")
    assert answer.status == 404
    assert (await editor.post("/faq/import", kept="nonsense")).status == 422
