"""Can the desk find cases, add and change steps, and are subscribers told of each move exactly once?"""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import msgspec
import pytest

from services.app import Topics, make_topics
from services.audit import trail
from services.db import Sessions
from services.metrics import Metrics
from services.progress.models import CodeRow
from services.progress.types import CaseFeed
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.fakes.people import id_number
from tests.integration.console.conftest import Browser, NewBrowser
from tests.integration.progress.conftest import APPLICANT, CODES, NUMBER, QUERY_CODE, report

CITIZENS = (UUID(int=1), UUID(int=2))
STEP = {"process_name": "审查", "state": "1", "started_at": "2026-11-23T09:30", "base": "0", "key": "k1"}


@pytest.fixture
async def topics(sessions: Sessions, settings: ServicesSettings, clock: FixedClock) -> Topics:
    async with sessions.begin() as session:
        session.add_all(
            [CodeRow(list_name=name, code=code, text=text, final=final) for name, code, text, final in CODES]
        )
    return make_topics(sessions, clock, settings, Metrics())


@pytest.fixture
async def case(topics: Topics) -> str:
    """A case with two subscribers."""
    await taken(topics)
    for citizen in CITIZENS:
        await topics.progress.subscribe(NUMBER, citizen, QUERY_CODE)
    return f"/cases/{NUMBER}"


@pytest.fixture
async def desk(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.DESK)


async def taken(topics: Topics, number: str = NUMBER, **other: Any) -> None:
    await topics.progress.take_case(msgspec.convert(report(number, **other), CaseFeed))


async def add_step(desk: Browser, case: str, *, status: int = 303, **fields: str) -> str:
    answer = await desk.post(f"{case}/steps", at=case, **{**STEP, **fields})
    text = await answer.text()
    assert answer.status == status, text[-2500:]
    return text


async def test_a_step_is_added_and_each_subscriber_told_once_however_often_it_is_sent(
    desk: Browser, topics: Topics, case: str
) -> None:
    for _ in range(3):
        await add_step(desk, case, explain="请补交营业场所证明。", case_state="2")

    page = await desk.read(case)
    assert "请补交营业场所证明。" in page
    assert "等待发送 2 人" in page
    news = await topics.progress.claim_news(10)
    assert sorted(one.citizen_id for one in news) == list(CITIZENS)
    assert {(one.process_name, one.step_text) for one in news} == {("审查", "进行中")}
    for one in news:
        await topics.progress.mark_delivered(one.news_id)
    assert "已交给平台 2 人" in await desk.read(case)


async def test_a_step_is_ended_from_its_own_form_which_keeps_what_it_was(
    desk: Browser, topics: Topics, case: str
) -> None:
    await add_step(desk, case)
    form = await desk.read(case, step="k1")
    assert 'value="审查"' in form
    assert 'value="2026-11-23T09:30"' in form

    await add_step(desk, case, state="2", ended_at="2026-11-23T10:00", case_state="6", base="1")

    shown = await topics.progress.show(NUMBER)
    assert [step.process_name for step in shown.steps] == ["受理", "审查"]
    assert (shown.steps[1].state_text, shown.final) == ("已完成", True)
    assert f"{shown.steps[1].ended_at:%H:%M}" == "10:00"


async def test_a_step_written_on_an_outdated_page_is_not_taken_and_nothing_is_lost(
    desk: Browser, topics: Topics, case: str
) -> None:
    await add_step(desk, case)

    text = await add_step(desk, case, key="k2", process_name="现场核查", base="0", status=409)

    assert "刚刚有了新的进展" in text
    assert 'value="现场核查"' in text
    assert [step.process_name for step in (await topics.progress.show(NUMBER)).steps] == ["受理", "审查"]
    assert len(await topics.progress.claim_news(10)) == 2


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"process_name": ""}, "请填写环节名称"),
        ({"process_name": "审" * 201}, "环节名称最多 200 个字"),
        ({"explain": "长" * 2001}, "说明最多 2000 个字"),
        ({"ended_at": "2026-11-23T09:00"}, "结束时间不能早于开始时间"),
        ({"started_at": "昨天"}, "is-invalid"),
        ({"state": "99"}, "is-invalid"),
        ({"case_state": "99"}, "is-invalid"),
    ],
)
async def test_what_is_wrong_with_a_step_is_said_and_nobody_is_told(
    desk: Browser, topics: Topics, case: str, fields: dict[str, str], told: str
) -> None:
    assert told in await add_step(desk, case, status=422, **fields)
    assert await topics.progress.claim_news(10) == []


async def test_every_change_is_in_the_audit_log_with_what_it_was_before(
    desk: Browser, case: str, sessions: Sessions
) -> None:
    await add_step(desk, case)
    await add_step(desk, case, state="2", explain=f"申请人 {id_number(3)}", base="1")

    async with sessions() as session:
        changed, added = await trail.entries(session, trail.Wanted(subject_kind="case", subject_id=NUMBER))
    assert (added.login, added.action, added.after and added.after["process_name"]) == ("desk", "cases.step", "审查")
    assert changed.before == {"state": "进行中", "explain": ""}
    assert changed.after is not None
    assert (changed.after["process_name"], changed.after["state"]) == ("审查", "已完成")
    assert id_number(3) not in str(changed.after)
    page = await desk.read(case)
    assert page.count("更新办件环节") == 2


async def test_cases_are_found_by_the_beginning_of_their_number_and_listed_by_state(
    desk: Browser, topics: Topics, case: str
) -> None:
    await taken(topics, "YJ2026-A", task_name="餐饮服务许可", state="6")
    await taken(topics, "YJ2026-B", task_name="户外广告登记", promise_date="2026-11-20")

    found = await desk.read("/cases", q=" yj2026- ")
    assert "餐饮服务许可" in found
    assert "户外广告登记" in found
    assert "食品经营许可" not in found
    assert "户外广告登记" not in await desk.read("/cases", state="6")
    overdue = await desk.read("/cases", state="*overdue")
    assert "户外广告登记" in overdue
    assert "食品经营许可" not in overdue
    assert "餐饮服务许可" not in await desk.read("/cases", state="*open")
    assert "没有符合条件的内容" in await desk.read("/cases", q="100%_")


async def test_every_case_is_on_exactly_one_page_of_the_list(desk: Browser, topics: Topics, clock: FixedClock) -> None:
    numbers = [f"YJ{order:04d}" for order in range(105)]
    for number in numbers:
        await taken(topics, number)
        if number.endswith("7"):
            clock.advance(seconds=1)

    seen: list[str] = []
    path = "/cases"
    while path:
        page = await desk.read(path)
        seen += re.findall(r'href="/console/cases/(YJ\d+)"', page)
        following = re.search(r'rel="next" href="(\?[^"]+)"', page)
        path = f"/cases{following[1]}".replace("&amp;", "&") if following else ""

    assert sorted(seen) == numbers


async def test_the_applicant_is_masked_and_an_unknown_number_is_not_found(desk: Browser, case: str) -> None:
    page = await desk.read(case)
    assert APPLICANT not in page
    assert "张三丰" not in page
    assert (await desk.get("/cases/NOTTHERE")).status == 404


async def test_who_may_not_work_on_cases_sees_none(new_browser: NewBrowser, case: str) -> None:
    editor = await new_browser(Role.EDITOR)
    assert (await editor.get("/cases")).status == 403
    assert (await editor.post(f"{case}/steps", **STEP)).status == 403
    assert 'href="/console/cases"' not in await editor.read("/")
