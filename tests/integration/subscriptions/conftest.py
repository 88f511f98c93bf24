"""Fixtures: the example city's subjects, the subscriptions service, and its API on a real port."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.db import Sessions
from services.subscriptions.api import make_api
from services.subscriptions.loader import import_subjects
from services.subscriptions.service import SubscriptionService
from services.web import mount, problems
from tests.fakes.clock import FixedClock

TOKEN = "test-token-of-the-services"
CITY = Path(__file__).resolve().parents[3] / "data" / "city"
ME, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def service(sessions: Sessions, clock: FixedClock) -> SubscriptionService:
    assert (await import_subjects(sessions, CITY / "subjects.yml")).bad == []
    return SubscriptionService(sessions=sessions, clock=clock)


@pytest.fixture
async def client(service: SubscriptionService) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[problems])
    mount(app, [make_api(service)], service_token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with TestClient(TestServer(app), headers=headers) as running:
        yield running


async def send(client: Client, method: str, path: str) -> tuple[int, Any]:
    """One request to the API: status and body."""
    async with client.request(method, f"/subscriptions/v1{path}") as answer:
        return answer.status, await answer.json(content_type=None)


def names(body: Any) -> list[str]:
    """What is followed, by name."""
    return [one["name"] for one in body["subjects"]]
