"""Can another program handle notices over HTTP, and is it told what is wrong?"""

from __future__ import annotations

from typing import Any

import pytest

from services.notices.api import make_api
from tests.fakes.office import Office
from tests.integration.notices.conftest import call, draft


async def test_a_notice_goes_through_its_life_over_http(client: Any, office: Office) -> None:
    await office.follow(3)
    created = await call(client, "POST", "/notices", 201, **draft(office, url="https://example.gov.cn"))
    path = f"/notices/{created['id']}"
    assert (created["state"], created["due_at"][-6:]) == ("draft", "+08:00")
    await call(client, "PATCH", path, 200, staff="张三", title="停水改期通知")
    await call(client, "POST", path + "/submit", 200, staff="张三")
    refused = await call(client, "POST", path + "/approve", 409, staff="张三")
    assert refused["type"] == "urn:zhengqiao:problem:same-person"
    approved = await call(client, "POST", path + "/approve", 200, staff="李四", version=1)
    assert approved["counters"]["audience"] == approved["counters"]["pending"] == 3

    office.clock.advance(hours=1)
    await office.lifecycle.tick()
    assert (await call(client, "POST", path + "/pause", 200, staff="王五"))["state"] == "paused"
    assert (await call(client, "POST", path + "/resume", 200, staff="王五"))["state"] == "due"
    await office.lifecycle.tick()
    await office.send_all()
    progress = await call(client, "GET", path + "/progress", 200)
    assert (progress["state"], progress["counters"]["accepted"], progress["seconds_left"]) == ("finished", 3, 0)
    assert {message.title for message in office.platform.delivered} == {"停水改期通知"}
    assert [change["by"] for change in await call(client, "GET", path + "/changes", 200)][:3] == ["张三"] * 3
    assert (await call(client, "GET", path + "/failures", 200))["failures"] == []
    assert [notice["number"] for notice in await call(client, "GET", "/notices?state=finished", 200)] == [1]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"title": ""}, "bad-request"),
        ({"due_at": "2026-11-24T09:00:00"}, "bad-request"),
        ({"route": "pigeon"}, "bad-request"),
        ({"surprise": 1}, "bad-request"),
        ({"quiet_from": "22:00:00+08:00", "quiet_until": "07:00:00"}, "bad-request"),
        ({"body": "\u0007"}, "bad-notice"),
        ({"title": "长" * 65}, "bad-notice"),
    ],
)
async def test_what_cannot_be_a_notice_is_refused(
    client: Any, office: Office, fields: dict[str, Any], problem: str
) -> None:
    refused = await call(client, "POST", "/notices", 400, **draft(office, **fields))
    assert refused["type"] == f"urn:zhengqiao:problem:{problem}"


async def test_an_unknown_notice_is_not_found_by_any_operation(client: Any, office: Office) -> None:
    api = make_api(office.service, office.verification, office.trials)
    for route in api.routes:
        if not route.path.startswith("/notices/{id}") or route.path.endswith("resolve"):
            continue
        body = {"staff": "张三"} if route.body else {}
        body |= {"csv": "x"} if route.path.endswith("/list") else {}
        found = await call(client, route.method, route.path.replace("{id}", "404"), 404, **body)
        assert found["type"] == "urn:zhengqiao:problem:notice-not-found"
    await call(client, "POST", "/notices/404/resolve", 404, staff="张三", decision="sent")


async def test_nothing_is_told_without_the_token(client: Any, office: Office) -> None:
    for route in make_api(office.service, office.verification, office.trials).routes:
        async with client.request(
            route.method, "/notices/v1" + route.path.replace("{id}", "1").replace("{citizen_id}", "1")
        ) as response:
            assert response.status == 401, route.path
