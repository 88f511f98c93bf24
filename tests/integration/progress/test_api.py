"""Is the API described rightly, closed to strangers, and are unknown number and wrong code alike in time too?"""

from __future__ import annotations

import io
import re
import uuid
from pathlib import Path

from openapi_spec_validator import openapi_v31_spec_validator
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from services.openapi import openapi_document
from services.progress.api import make_api
from services.progress.service import ProgressService
from services.web import BODY_LIMIT
from tests.integration.progress.conftest import Client, ask


def test_the_document_is_valid_openapi(service: ProgressService) -> None:
    assert list(openapi_v31_spec_validator.iter_errors(openapi_document(make_api(service)))) == []


async def test_every_route_needs_the_token(client: Client, service: ProgressService) -> None:
    routes = make_api(service).routes
    assert len(routes) == 6
    for route in routes:
        path = "/progress/v1" + re.sub(r"\{\w+\}", "x", route.path)
        for shown in ("", "Bearer wrong"):
            async with client.request(route.method, path, headers={"Authorization": shown}) as answer:
                body = await answer.json(content_type=None)
                assert (answer.status, body["type"]) == (401, "urn:zhengqiao:problem:unauthorized"), path


async def test_a_body_that_is_too_large_is_refused(client: Client) -> None:
    async with client.post("/progress/v1/cases", data=io.BytesIO(b" " * (BODY_LIMIT + 1))) as answer:
        assert (answer.status, (await answer.json(content_type=None))["title"]) == (413, "Too large")


async def test_an_unknown_number_does_the_same_statements_as_a_wrong_code(
    client: Client, case: str, engine: AsyncEngine
) -> None:
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    assert (await ask(client, code="000000", citizen=uuid.UUID(int=1)))[0] == 404
    wrong, statements[:] = list(statements), []
    assert (await ask(client, "YJ20261103999999", citizen=uuid.UUID(int=2)))[0] == 404
    assert statements == wrong
    assert len(wrong) > 4


def test_every_problem_of_the_api_is_produced_by_a_test(service: ProgressService) -> None:
    announced = {error.type for route in make_api(service).routes for error in route.errors}
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert {kind for kind in announced if f"urn:zhengqiao:problem:{kind}" not in tests} == set()
