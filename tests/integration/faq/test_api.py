"""The FAQ over real HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import openapi_v31_spec_validator

from services.faq.api import make_api
from services.faq.promises import PromiseService
from services.faq.recall import RecallService
from services.faq.service import FaqService
from services.openapi import openapi_document
from tests.fakes.clock import FixedClock
from tests.integration.faq.conftest import Client, Import, row

ENTRIES = [
    row("newborn", "给新生儿上户口，父母都要到场吗？", "报户口一个家长去行不行"),
    row("fine", "孩子出生超过一个月没上户口，会罚款吗？", "上户口晚了要罚钱不"),
    row("price", "办一本护照要多少钱？", "护照工本费"),
    row("old", "国庆假期窗口上班吗？", valid_until="2026-10-08"),
]


async def call(client: Client, method: str, path: str, status: int = 200, **options: Any) -> Any:
    async with client.request(method, f"/faq/v1{path}", **options) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json() if status != 204 else None


async def search(client: Client, q: str) -> tuple[str, list[str]]:
    found = await call(client, "GET", "/search", params={"q": q})
    return found["verdict"], [hit["id"] for hit in found["hits"]]


@pytest.mark.parametrize(
    ("question", "entry_id"),
    [("报户口我一个人去行不行", "newborn"), ("娃上户口晚了会不会罚款", "fine"), ("護照多少錢一本", "price")],
)
async def test_other_words_find_the_entry(client: Client, import_rows: Import, question: str, entry_id: str) -> None:
    await import_rows(*ENTRIES)
    verdict, found = await search(client, question)
    assert found[0] == entry_id
    assert verdict != "none"


async def test_a_hit_brings_its_whole_answer(client: Client, import_rows: Import) -> None:
    await import_rows(*ENTRIES)
    found = await call(client, "GET", "/search", params={"q": "护照工本费", "limit": "1"})
    assert found["verdict"] == "sure"
    assert found["hits"] == [
        {
            "id": "price",
            "question": "办一本护照要多少钱？",
            "answer": "办一本护照要多少钱？的回答。",
            "department": "云江市公安局",
            "source": "《云江市便民告知》（示例）",
            "source_url": "",
            "valid_from": None,
            "valid_until": None,
            "topics": [],
            "task_code": "",
            "written_at": "2026-11-23T02:00:00Z",
            "score": 1.0,
        }
    ]


async def test_what_nobody_wrote_is_not_answered(client: Client, import_rows: Import) -> None:
    await import_rows(*ENTRIES)
    assert await search(client, "附近哪家火锅好吃") == ("none", [])


async def test_an_expired_answer_is_withheld_everywhere(client: Client, import_rows: Import, clock: FixedClock) -> None:
    await import_rows(*ENTRIES, row("soon", "老年证怎么办？", valid_until="2026-11-23"))
    assert await search(client, "国庆假期窗口上班吗") == ("none", [])
    await call(client, "GET", "/entries/old", status=404)
    assert (await search(client, "老年证怎么办"))[0] == "sure"
    clock.advance(days=1)
    assert await search(client, "老年证怎么办") == ("none", [])
    status = await call(client, "GET", "/status")
    assert (status["entries"], status["expired"], status["upcoming"]) == (3, 2, 0)


async def test_an_answer_is_withheld_until_its_first_day(
    client: Client, import_rows: Import, clock: FixedClock
) -> None:
    await import_rows(row("new", "老年证怎么办？", valid_from="2026-11-24"), row("price", "办一本护照要多少钱？"))
    assert await search(client, "老年证怎么办") == ("none", [])
    await call(client, "GET", "/entries/new", status=404)
    assert (await call(client, "GET", "/status"))["upcoming"] == 1
    clock.advance(days=1)
    verdict, found = await search(client, "老年证怎么办")
    assert (verdict, found[0]) == ("sure", "new")
    assert (await call(client, "GET", "/entries/new"))["valid_from"] == "2026-11-24"


async def test_an_answer_that_ends_before_it_begins_is_refused(client: Client) -> None:
    wrong = row("a", "问？", valid_from="2026-11-24", valid_until="2026-11-23")
    problem = await call(client, "PUT", "/entries/a", status=400, json=wrong)
    assert "valid_from" in problem["detail"]


async def test_an_edit_is_answered_next(client: Client, import_rows: Import) -> None:
    await import_rows(*ENTRIES)
    await search(client, "护照工本费")
    edited = row("price", "办一本护照要多少钱？", "护照工本费", answer="一百二十元。")
    await call(client, "PUT", "/entries/price", json=edited)
    assert (await call(client, "GET", "/entries/price"))["answer"] == "一百二十元。"


async def test_an_edit_needs_the_same_id_in_body_and_path(client: Client) -> None:
    problem = await call(client, "PUT", "/entries/a", status=400, json=row("b", "问？"))
    assert problem["type"] == "urn:zhengqiao:problem:bad-request"


async def test_an_unknown_entry_is_a_404_problem(client: Client) -> None:
    problem = await call(client, "GET", "/entries/none", status=404)
    assert problem["type"] == "urn:zhengqiao:problem:entry-not-found"


async def test_unanswered_questions_are_counted(client: Client, clock: FixedClock) -> None:
    recorded = await call(client, "POST", "/unanswered", json={"question": "迪士尼门票多少钱？"})
    assert recorded == {"may_wait": True}
    clock.advance(hours=1)
    again = {"question": "迪士尼門票多少錢", "best_id": "price", "best_score": 0.3}
    await call(client, "POST", "/unanswered", json=again)
    await call(client, "POST", "/unanswered", json={"question": "地铁几点停？"})
    found = await call(client, "GET", "/unanswered")
    assert found[0] == {
        "question": "迪士尼门票多少钱？",
        "count": 2,
        "first_asked_at": "2026-11-23T02:00:00Z",
        "last_asked_at": "2026-11-23T03:00:00Z",
        "best_id": "price",
        "best_score": 0.3,
        "waiting": 0,
    }
    assert len(found) == 2
    assert (await call(client, "GET", "/status"))["unanswered"] == 2


@pytest.mark.parametrize("body", [{}, {"question": ""}, {"question": "？？"}, {"question": "a", "best_score": 2}])
async def test_a_bad_unanswered_question_is_a_400_problem(client: Client, body: dict[str, object]) -> None:
    problem = await call(client, "POST", "/unanswered", status=400, json=body)
    assert problem["type"] == "urn:zhengqiao:problem:bad-request"


async def test_every_route_needs_the_token(
    client: Client, service: FaqService, promises: PromiseService, recall: RecallService
) -> None:
    for route in make_api(service, promises, recall).routes:
        path = "/faq/v1" + re.sub(r"\{\w+\}", "x", route.path)
        for headers in ({"Authorization": ""}, {"Authorization": "Bearer wrong"}):
            async with client.request(route.method, path, headers=headers) as answer:
                assert answer.status == 401, path


async def test_the_document_is_valid_openapi(
    service: FaqService, promises: PromiseService, recall: RecallService
) -> None:
    openapi_v31_spec_validator.validate(openapi_document(make_api(service, promises, recall)))
