"""Is the API described rightly and closed to strangers?"""

from __future__ import annotations

import re
from pathlib import Path

from openapi_spec_validator import openapi_v31_spec_validator

from services.openapi import openapi_document
from services.subscriptions.api import make_api
from services.subscriptions.service import SubscriptionService
from tests.integration.subscriptions.conftest import Client


def test_the_document_is_valid_openapi(service: SubscriptionService) -> None:
    assert list(openapi_v31_spec_validator.iter_errors(openapi_document(make_api(service)))) == []


async def test_every_route_needs_the_token(client: Client, service: SubscriptionService) -> None:
    routes = make_api(service).routes
    assert len(routes) == 6
    for route in routes:
        path = "/subscriptions/v1" + re.sub(r"\{\w+\}", "x", route.path)
        for shown in ("", "Bearer wrong"):
            async with client.request(route.method, path, headers={"Authorization": shown}) as answer:
                body = await answer.json(content_type=None)
                assert (answer.status, body["type"]) == (401, "urn:zhengqiao:problem:unauthorized"), path


def test_every_problem_of_the_api_is_produced_by_a_test(service: SubscriptionService) -> None:
    announced = {error.type for route in make_api(service).routes for error in route.errors}
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert {kind for kind in announced if f"urn:zhengqiao:problem:{kind}" not in tests} == set()
