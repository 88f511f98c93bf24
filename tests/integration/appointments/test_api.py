"""Is the API described rightly, closed to strangers, and every problem that it names real?"""

from __future__ import annotations

import io
import re
from pathlib import Path

from openapi_spec_validator import openapi_v31_spec_validator

from services.appointments import errors
from services.appointments.api import make_api
from services.appointments.service import AppointmentService
from services.openapi import openapi_document
from services.web import BODY_LIMIT
from tests.integration.appointments.conftest import Client, keyed, prefix, problem


def test_the_document_is_valid_openapi(service: AppointmentService) -> None:
    assert list(openapi_v31_spec_validator.iter_errors(openapi_document(make_api(service)))) == []


async def test_every_route_needs_the_token(client: Client, service: AppointmentService) -> None:
    routes = make_api(service).routes
    assert len(routes) == 15
    for route in routes:
        path = prefix(re.sub(r"\{\w+\}", "x", route.path))
        for shown in ("", "Bearer wrong"):
            async with client.request(route.method, path, headers={"Authorization": shown}) as answer:
                assert (answer.status, problem(await answer.json(content_type=None))) == (401, "unauthorized"), path


async def test_a_body_that_is_too_large_is_refused(client: Client) -> None:
    body = io.BytesIO(b" " * (BODY_LIMIT + 1))
    async with client.post(prefix("/reservations"), data=body, headers=keyed("k")) as answer:
        assert (answer.status, problem(await answer.json(content_type=None))) == (413, "too-large")


def test_every_error_of_the_topic_is_announced_by_a_route_and_produced_by_a_test(service: AppointmentService) -> None:
    own = {kind.type for kind in vars(errors).values() if isinstance(kind, type) and kind.__module__ == errors.__name__}
    announced = {error.type for route in make_api(service).routes for error in route.errors}
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert own <= announced
    assert {kind for kind in own if f'"{kind}"' not in tests} == set()
