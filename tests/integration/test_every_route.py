"""Does every route of the backends ask for the service token, but those that anybody may read?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.app import TOPICS, make_app
from services.clock import SystemClock
from services.settings import ServicesSettings
from tests.fakes.waiting import eventually

TOKEN = "a-service-token-of-the-tests"
#: Alive or not, and what the APIs look like: no citizen's and no government's data. The console's pages have sessions
#: in the place of the token, and a walk of their own (tests/integration/console/test_every_page.py).
OPEN = re.compile(r"^/(healthz|readyz|metrics)$|^/console(/.*)?$|^/\w+/v1/(openapi\.json|docs(/.*)?)$")

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[Client]:
    settings = ServicesSettings(database_url=database_url, data_dir=str(tmp_path), service_token=TOKEN)
    async with TestClient(TestServer(make_app(settings, SystemClock()))) as client:
        yield client


def _routes(client: Client) -> list[tuple[str, str]]:
    """Method and path of every route, with something in the place of its variables."""
    found = {
        (route.method, re.sub(r"\{[^}]*\}", "x", route.resource.canonical))
        for route in client.server.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    return sorted(found)


async def test_every_route_with_data_refuses_who_shows_no_token(client: Client) -> None:
    closed = [(method, path) for method, path in _routes(client) if not OPEN.match(path)]

    assert len(closed) > 40
    for method, path in closed:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
            answer = await client.request(method, path, headers=headers)
            assert answer.status == 401, (method, path, answer.status)
            assert answer.content_type == "application/problem+json"


async def test_every_topic_shows_its_document_and_its_page_to_anybody(client: Client) -> None:
    topics = {path.split("/")[1] for _, path in _routes(client) if "/v1/" in path}

    assert topics == {"catalogue", "faq", "appointments", "progress", "subscriptions", "notices", "vault", "training"}
    for topic in topics:
        assert (await client.get(f"/{topic}/v1/openapi.json")).status == 200
        assert "swagger-ui" in await (await client.get(f"/{topic}/v1/docs")).text()


async def test_the_backends_say_whether_they_are_ready(client: Client) -> None:
    assert (await client.get("/healthz")).status == 200


async def test_the_backends_are_ready_when_the_first_search_would_be_answered_at_once(client: Client) -> None:
    async def ready() -> bool:
        return (await client.get("/readyz")).status == 200

    await eventually(ready)
    answer = await (await client.get("/readyz")).json()
    assert answer == {"database": "up", "catalogue index": "up", "faq index": "up"}


async def test_the_backends_name_what_is_still_loading(client: Client) -> None:
    topics = client.server.app[TOPICS]
    topics.faq._index._index = None

    answer = await client.get("/readyz")

    assert answer.status == 503
    assert (await answer.json())["faq index"] == "loading"
