"""What may a backend report, and who hears of it?"""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select

from services.db import Sessions
from services.progress.models import NewsRow, SubscriptionRow
from services.progress.service import ProgressService
from tests.fakes.clock import FixedClock
from tests.integration.progress.conftest import CITIZEN, NUMBER, QUERY_CODE, Client, ask, report, send

OTHER = uuid.UUID(int=2)


async def subscribe(client: Client, citizen: uuid.UUID = CITIZEN) -> None:
    path = f"/cases/{NUMBER}/subscriptions/{citizen}"
    assert (await send(client, "PUT", path, {"query_code": QUERY_CODE}))[0] == 204


def step(name: str = "审查", state: str = "1", **other: Any) -> dict[str, Any]:
    return {"process_name": name, "state": state, **other}


async def test_the_same_report_again_changes_nothing_and_tells_nobody(
    client: Client, case: str, service: ProgressService
) -> None:
    await subscribe(client)
    for _ in range(2):
        _, body, _ = await send(client, "POST", "/cases", report())
        assert body["outcome"] == "unchanged"
    assert await service.claim_news(10) == []


async def test_a_report_brings_the_case_up_to_date_and_keeps_what_opens_it(client: Client, case: str) -> None:
    later = report(state="6", result={"result_type": "1", "result_date": "2026-11-20"}, steps=[step("发证", "2")])
    del later["query_code"], later["id_number"]
    assert (await send(client, "POST", "/cases", later))[1]["outcome"] == "updated"
    _, body, _ = await ask(client)
    assert (body["state_text"], body["final"]) == ("已办结，予以办理", True)
    assert body["result"] == {"result_type": "出具证照", "result_date": "2026-11-20", "result_explain": ""}
    assert [one["process_name"] for one in body["steps"]] == ["受理", "发证"]


async def test_an_explanation_alone_is_an_update_but_no_news(
    client: Client, case: str, service: ProgressService
) -> None:
    await subscribe(client)
    changed = report()
    changed["steps"][0]["explain"] = "材料齐全"
    assert (await send(client, "POST", "/cases", changed))[1]["outcome"] == "updated"
    assert await service.claim_news(10) == []
    assert (await ask(client))[1]["steps"][0]["explain"] == "材料齐全"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"state": "99"}, "state: '99'"),
        ({"steps": [step(state="9")]}, "steps[0].state: '9'"),
        ({"steps": [step(), step("公示", special="77")]}, "steps[1].special: '77'"),
        ({"result": {"result_type": "x"}}, "result.result_type: 'x'"),
    ],
)
async def test_an_unknown_code_is_refused_naming_its_field(client: Client, wrong: dict[str, Any], field: str) -> None:
    status, body, _ = await send(client, "POST", "/cases", report(**wrong))
    assert (status, body["type"]) == (400, "urn:zhengqiao:problem:unknown-code")
    assert body["detail"].startswith(field)
    assert (await ask(client))[0] == 404


async def test_an_unknown_code_in_a_step_is_refused_naming_its_field(client: Client, case: str) -> None:
    status, body, _ = await send(client, "POST", f"/cases/{NUMBER}/steps", step(case_state="99"))
    assert (status, body["type"]) == (400, "urn:zhengqiao:problem:unknown-code")
    assert body["detail"].startswith("case_state: '99'")


async def test_a_new_case_that_nobody_could_open_is_refused(client: Client, codes: None) -> None:
    status, body, _ = await send(client, "POST", "/cases", report(query_code=None, id_number=None))
    assert (status, body["type"]) == (400, "urn:zhengqiao:problem:bad-request")
    assert "query_code" in body["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"project_no": "YJ 2026"},
        {"project_no": "Y" * 65},
        {"task_name": ""},
        {"task_name": "长" * 201},
        {"applyer_name": ""},
        {"query_code": "123"},
        {"query_code": "# # #"},
        {"id_number": "12345 "},
        {"apply_date": "2026-13-01"},
        {"steps": [step()] * 201},
        {"steps": [step(explain="长" * 2001)]},
        {"surprise": 1},
    ],
)
async def test_a_report_out_of_bounds_is_refused(client: Client, codes: None, wrong: dict[str, Any]) -> None:
    status, body, _ = await send(client, "POST", "/cases", report(**wrong))
    assert (status, body["type"]) == (400, "urn:zhengqiao:problem:bad-request")


async def test_a_step_for_an_unknown_case_is_not_found(client: Client, codes: None) -> None:
    status, body, _ = await send(client, "POST", "/cases/YJ1/steps", step())
    assert (status, body["type"]) == (404, "urn:zhengqiao:problem:case-not-found")


async def test_every_subscriber_is_told_once_of_a_step(
    client: Client, case: str, service: ProgressService, clock: FixedClock
) -> None:
    await subscribe(client)
    await subscribe(client, OTHER)
    for _ in range(2):
        status, body, _ = await send(client, "POST", f"/cases/{NUMBER}/steps", step(case_state="6"))
        assert (status, body["state"]) == (200, "6")
    news = await service.claim_news(10)
    assert {one.citizen_id for one in news} == {CITIZEN, OTHER}
    first = news[0]
    assert (first.process_name, first.step_text, first.state_text) == ("审查", "进行中", "已办结，予以办理")
    assert (first.project_no, first.task_name, first.org_name) == (NUMBER, "食品经营许可", "江北区市场监督管理局")


async def test_a_step_that_ends_is_told_as_well(client: Client, case: str, service: ProgressService) -> None:
    await subscribe(client)
    await send(client, "POST", f"/cases/{NUMBER}/steps", step(step_key="review"))
    await send(client, "POST", f"/cases/{NUMBER}/steps", step(state="2", step_key="review"))
    assert [one.step_text for one in await service.claim_news(10)] == ["进行中", "已完成"]
    assert len((await ask(client))[1]["steps"]) == 2


async def test_a_report_of_three_steps_tells_the_last_one_only(
    client: Client, case: str, service: ProgressService
) -> None:
    await subscribe(client)
    await send(client, "POST", "/cases", report(steps=[step("审查", "2"), step("决定", "2"), step("发证")]))
    assert [one.process_name for one in await service.claim_news(10)] == ["发证"]


async def test_claimed_news_is_told_by_one_only_and_again_after_the_lease(
    client: Client, case: str, service: ProgressService, clock: FixedClock
) -> None:
    await subscribe(client)
    await send(client, "POST", f"/cases/{NUMBER}/steps", step())
    claims = await asyncio.gather(*(service.claim_news(10) for _ in range(5)))
    (news,) = [one for claim in claims for one in claim]
    clock.advance(minutes=6)
    assert [one.news_id for one in await service.claim_news(10)] == [news.news_id]
    for _ in range(2):
        await service.mark_delivered(news.news_id)
    clock.advance(minutes=6)
    assert await service.claim_news(10) == []


async def test_twenty_reports_of_one_step_at_once_add_it_once(
    client: Client, case: str, service: ProgressService
) -> None:
    await subscribe(client)
    answers = await asyncio.gather(*(send(client, "POST", f"/cases/{NUMBER}/steps", step()) for _ in range(20)))
    assert {status for status, _, _ in answers} == {200}
    assert len(await service.claim_news(100)) == 1


async def test_twenty_reports_of_one_new_case_at_once_add_it_once(client: Client, codes: None) -> None:
    answers = await asyncio.gather(*(send(client, "POST", "/cases", report()) for _ in range(20)))
    assert sorted(body["outcome"] for _, body, _ in answers) == ["added"] + ["unchanged"] * 19


async def test_who_ends_the_subscription_hears_no_more_not_even_what_waited(
    client: Client, case: str, service: ProgressService
) -> None:
    await subscribe(client)
    assert (await ask(client))[1]["subscribed"] is True
    await send(client, "POST", f"/cases/{NUMBER}/steps", step())
    for _ in range(2):
        assert (await send(client, "DELETE", f"/cases/{NUMBER}/subscriptions/{CITIZEN}"))[0] == 204
    await send(client, "POST", f"/cases/{NUMBER}/steps", step("发证"))
    assert await service.claim_news(10) == []
    assert (await ask(client))[1]["subscribed"] is False


async def test_a_citizen_id_that_is_none_is_refused(client: Client, case: str) -> None:
    status, body, _ = await send(client, "DELETE", f"/cases/{NUMBER}/subscriptions/me")
    assert (status, body["type"]) == (400, "urn:zhengqiao:problem:bad-request")


async def test_erasing_a_citizen_takes_their_subscriptions_and_news_and_no_others(
    client: Client, case: str, service: ProgressService, sessions: Sessions
) -> None:
    await subscribe(client)
    await subscribe(client, OTHER)
    await send(client, "POST", f"/cases/{NUMBER}/steps", step())
    async with sessions.begin() as session:
        await service.erase_citizen(session, CITIZEN)
    async with sessions() as session:
        for table in (SubscriptionRow, NewsRow):
            rows = await session.execute(select(table.citizen_id, func.count()).group_by(table.citizen_id))
            assert rows.all() == [(OTHER, 1)]
    assert (await ask(client))[0] == 200


async def test_the_cases_of_which_a_citizen_is_told_are_listed_to_this_citizen_only(
    client: Client, case: str, service: ProgressService
) -> None:
    mine = f"/citizens/{CITIZEN}/subscriptions"
    assert (await send(client, "GET", mine))[:2] == (200, [])

    await service.subscribe(NUMBER, CITIZEN, QUERY_CODE)

    followed = [{"project_no": NUMBER, "task_name": "食品经营许可", "state_text": "已受理，正在办理"}]
    assert (await send(client, "GET", mine))[:2] == (200, followed)
    assert (await send(client, "GET", f"/citizens/{uuid.UUID(int=2)}/subscriptions"))[:2] == (200, [])
    await service.unsubscribe(NUMBER, CITIZEN)
    assert (await send(client, "GET", mine))[:2] == (200, [])
