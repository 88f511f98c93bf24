"""The catalogue over real HTTP."""

from __future__ import annotations

import re
from typing import Any

import pytest
from openapi_spec_validator import openapi_v31_spec_validator

from services.catalogue.api import make_api
from services.catalogue.service import CatalogueService
from services.openapi import openapi_document
from tests.integration.catalogue.conftest import Client, Import, row

ITEMS = [
    row("ID", "居民身份证丢失补领", aliases=["补身份证"], material=[{"material_name": "居民户口簿"}]),
    row("RN", "居住证申领", area_code="990101", district="江北区", dept_name="江北区公安局"),
    row("RS", "居住证申领", area_code="990102", district="江南区", dept_name="江南区公安局"),
    row("FO", "食品经营许可证核发", dept_name="云江市市场监督管理局"),
    row("MA", "婚姻登记证补领", dept_name="云江市民政局"),
]


async def get(client: Client, path: str, status: int = 200, **query: str) -> Any:
    async with client.get(f"/catalogue/v1{path}", params=query) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def search(client: Client, q: str, **query: str) -> tuple[str, list[str]]:
    found = await get(client, "/items", q=q, **query)
    return found["verdict"], [hit["task_code"] for hit in found["hits"]]


async def test_a_citizens_words_find_the_item(client: Client, import_rows: Import) -> None:
    await import_rows(*ITEMS)
    found = await get(client, "/items", q="我身份证掉了怎么办呀")
    assert found["verdict"] == "sure"
    hit = found["hits"][0]
    assert set(hit) == {"task_code", "task_name", "dept_name", "district", "area_code", "score", "aliases"}
    assert (hit["task_code"], hit["aliases"]) == ("ID", ["补身份证"])
    assert 0 < hit["score"] <= 1


async def test_what_does_not_exist_is_not_replaced(client: Client, import_rows: Import) -> None:
    await import_rows(*ITEMS)
    assert await search(client, "办理宇宙飞船牌照") == ("none", [])


async def test_one_name_in_two_districts_is_asked_about(client: Client, import_rows: Import) -> None:
    await import_rows(*ITEMS)
    verdict, codes = await search(client, "居住证怎么办")
    assert (verdict, sorted(codes[:2])) == ("ask", ["RN", "RS"])


@pytest.mark.parametrize("district", ["江南区", "990102"])
async def test_a_citizen_gets_the_own_districts_item(client: Client, import_rows: Import, district: str) -> None:
    await import_rows(*ITEMS)
    verdict, codes = await search(client, "居住证怎么办", district=district)
    assert (verdict, codes[0]) == ("sure", "RS")


async def test_a_district_named_in_the_question_counts_more(client: Client, import_rows: Import) -> None:
    await import_rows(*ITEMS)
    verdict, codes = await search(client, "江北区的居住证怎么办", district="江南区")
    assert (verdict, codes[0]) == ("sure", "RN")


async def test_an_unknown_district_does_no_harm(client: Client, import_rows: Import) -> None:
    await import_rows(*ITEMS)
    assert (await search(client, "食品经营许可证", district="火星区"))[1][0] == "FO"


async def test_a_guide_holds_every_aspect(client: Client, import_rows: Import) -> None:
    await import_rows(*ITEMS)
    guide = await get(client, "/items/ID/guide")
    sections = {section["aspect"]: section for section in guide["sections"]}
    assert sections["materials"]["text"] == "1. 居民户口簿"
    assert sections["fee"] == {"aspect": "fee", "title": "收费情况", "text": "", "missing": True}


async def test_an_item_has_all_its_fields(client: Client, import_rows: Import) -> None:
    await import_rows(*ITEMS)
    item = await get(client, "/items/ID")
    assert (item["task_name"], item["is_fee"], item["material"][0]["material_name"]) == (
        "居民身份证丢失补领",
        None,
        "居民户口簿",
    )


async def test_the_status_counts(client: Client, import_rows: Import) -> None:
    assert await get(client, "/status") == {"items": 0, "updated_at": None}
    await import_rows(*ITEMS)
    status = await get(client, "/status")
    assert (status["items"], status["updated_at"]) == (5, "2026-11-23T02:00:00Z")


@pytest.mark.parametrize("path", ["/items/NOPE", "/items/NOPE/guide"])
async def test_an_unknown_item_is_a_404_problem(client: Client, path: str) -> None:
    problem = await get(client, path, status=404)
    assert problem["type"] == "urn:zhengqiao:problem:item-not-found"


@pytest.mark.parametrize(
    "query", [{}, {"q": ""}, {"q": "问" * 201}, {"q": "a", "limit": "0"}, {"q": "a", "limit": "11"}, {"q": "\x00"}]
)
async def test_a_bad_query_is_a_400_problem(client: Client, query: dict[str, str]) -> None:
    problem = await get(client, "/items", status=400, **query)
    assert problem["type"] == "urn:zhengqiao:problem:bad-request"


@pytest.mark.parametrize("q", ["'; DROP TABLE catalogue_items; --", "%", "？" * 200, "🚀" * 50])
async def test_odd_questions_are_answered(client: Client, import_rows: Import, q: str) -> None:
    await import_rows(*ITEMS)
    assert await search(client, q) == ("none", [])


async def test_every_route_needs_the_token(client: Client, service: CatalogueService) -> None:
    for route in make_api(service).routes:
        path = "/catalogue/v1" + re.sub(r"\{\w+\}", "x", route.path)
        for headers in ({"Authorization": ""}, {"Authorization": "Bearer wrong"}):
            async with client.request(route.method, path, headers=headers) as answer:
                assert answer.status == 401, path


async def test_the_document_is_valid_openapi(service: CatalogueService) -> None:
    openapi_v31_spec_validator.validate(openapi_document(make_api(service)))


SITUATION = {
    "id": "home",
    "question": "住的房子是？",
    "options": [
        {"id": "rent", "label": "租的", "adds_material": ["租房合同"]},
        {"id": "own", "label": "自己的"},
    ],
}
MATERIALS = [{"material_name": "身份证"}, {"material_name": "租房合同", "is_need": False}]


async def answered(client: Client, code: str, status: int = 200, **answers: str) -> Any:
    async with client.post(f"/catalogue/v1/items/{code}/checklist", json={"answers": answers}) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def test_a_checklist_is_asked_for_and_told_over_http(client: Client, import_rows: Import) -> None:
    await import_rows(row("RN", "居住证申领", situations=[SITUATION], material=MATERIALS))

    asked = (await answered(client, "RN"))["asked"]
    assert (asked["id"], asked["number"], asked["count"]) == ("home", 1, 1)
    assert asked["options"] == [{"id": "rent", "label": "租的"}, {"id": "own", "label": "自己的"}]
    assert (await answered(client, "RN", home="rent"))["materials"] == ["身份证", "租房合同"]
    assert (await answered(client, "RN", home="own"))["materials"] == ["身份证"]
    assert (await get(client, "/items/RN/guide"))["situations"] == 1


async def test_answers_that_nobody_asked_for_and_unknown_items_are_refused(client: Client, import_rows: Import) -> None:
    await import_rows(row("RN", "居住证申领", situations=[SITUATION], material=MATERIALS))

    assert (await answered(client, "RN", 400, home="tent"))["type"].endswith("unknown-answer")
    assert (await answered(client, "XX", 404))["type"].endswith("item-not-found")
