"""Can other programs want, follow, judge and change models over HTTP, and does Rasa get the live one?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.training.api import add_model_route, make_api
from services.web import mount, problems
from tests.fakes.school import SENTENCES, School, change

TOKEN = "t" * 32
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def client(school: School) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application(middlewares=[problems])
    mount(app, [make_api(school.training, school.examples, school.held_out)], service_token=TOKEN)
    add_model_route(app, school.training, service_token=TOKEN)
    async with TestClient(TestServer(app)) as client:
        yield client


async def call(client: Any, method: str, path: str, status: int, body: Any = None) -> Any:
    async with client.request(method, "/training/v1" + path, headers=HEADERS, json=body) as response:
        assert response.status == status, await response.text()
        return await response.json()


async def test_a_version_is_wanted_reviewed_promoted_and_rolled_back(client: Any, school: School) -> None:
    first = await school.register()
    wanted = await call(client, "POST", "/versions", 202, {"by": "张三", "note": "新增护照问法"})
    path = f"/versions/{wanted['version']}"
    assert wanted["state"] == "waiting"
    assert (await call(client, "POST", "/versions", 409, {"by": "李四"}))["type"].endswith("training-under-way")
    await call(client, "POST", path + "/cancel", 200, {"by": "张三"})

    version = (await school.made(b"better", change("护照多少钱"))).version
    path = f"/versions/{version}"
    assert (await call(client, "POST", path + "/promotion", 409, {"by": "李四"}))["type"].endswith("not-reviewed")
    changed = await call(client, "GET", path + "/changes", 200)
    assert [one["question"] for one in changed] == ["护照多少钱"]
    decided = await call(client, "POST", path + "/decisions", 200, {"by": "李四", "verdict": "accepted"})
    assert decided == {"decided": 1}
    assert (await call(client, "POST", path + "/promotion", 200, {"by": "李四"}))["live"]
    assert (await call(client, "POST", "/rollback", 200, {"by": "李四"}))["version"] == first
    assert [one["kind"] for one in await call(client, "GET", "/promotions", 200)][:2] == ["rolled_back", "promoted"]
    assert (await call(client, "GET", path, 200))["evaluation"]["cross_validation"]["accuracy"] == 0.95
    assert await call(client, "GET", path + "/log", 200) == []
    assert [one["version"] for one in await call(client, "GET", f"/versions?before={version}", 200)][-1] == first


async def test_examples_are_added_edited_listed_and_removed(client: Any, school: School) -> None:
    await school.import_release(*SENTENCES)
    added = await call(client, "POST", "/examples", 201, {"intent": "greet", "text": "早", "by": "李四"})
    one = f"/examples/{added['id']}"

    await call(client, "PUT", one, 200, {"intent": "greet", "text": "早安", "by": "李四"})
    assert [x["text"] for x in await call(client, "GET", "/examples?intent=greet&words=早", 200)] == ["早安"]
    assert await call(client, "POST", one + "/removal", 200, {"by": "李四"}) == {"removed": True}
    await call(client, "POST", one + "/removal", 404, {"by": "李四"})
    assert {x["intent"]: x["examples"] for x in await call(client, "GET", "/intents", 200)}["greet"] == 2
    kinds = {x["kind"] for x in await call(client, "GET", "/problems", 200)}
    assert kinds == {"too-few", "unused-pattern"}


async def test_questions_are_kept_apart_for_intents_that_exist(client: Any, school: School) -> None:
    await school.import_release(*SENTENCES)
    question = {"question": "护照几块钱", "intent": "ask_fee"}

    await call(client, "POST", "/held-out", 200, {**question, "by": "李四"})
    await call(client, "POST", "/held-out", 400, {"question": "你好", "intent": "unknown", "by": "李四"})
    assert await call(client, "GET", "/held-out", 200) == [question]
    assert await call(client, "POST", "/held-out/removal", 200, question) == {"removed": True}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/versions/x", None, 400),
        ("GET", "/versions/99", None, 404),
        ("POST", "/versions", {"by": ""}, 400),
        ("POST", "/examples", {"intent": "greet", "text": "长" * 501, "by": "李四"}, 400),
        ("POST", "/rollback", {"by": "李四"}, 404),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_reason(
    client: Any, method: str, path: str, body: Any, status: int
) -> None:
    problem = await call(client, method, path, status, body)

    assert problem["detail"]


async def test_rasa_gets_the_live_model_once_and_the_next_when_there_is_one(client: Any, school: School) -> None:
    async def pull(etag: str = "") -> tuple[int, bytes, str]:
        headers = {**HEADERS, "If-None-Match": etag}
        async with client.get("/training/v1/model", headers=headers) as response:
            return response.status, await response.read(), response.headers.get("ETag", "")

    assert (await pull())[0] == 404
    await school.register()
    status, model, etag = await pull()
    assert (status, model) == (200, b"released")
    assert (await pull(etag))[0] == 304
    await school.training.promote((await school.made(b"better")).version, by="李四")
    assert (await pull(etag))[:2] == (200, b"better")
    async with client.get("/training/v1/model") as response:
        assert response.status == 401
