"""Fixtures: a code list, one case, the progress service, and its API on a real port."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.crypto import Cipher
from services.db import Sessions
from services.progress.api import make_api
from services.progress.models import CodeRow
from services.progress.service import ProgressService
from services.web import BODY_LIMIT, mount, problems
from tests.fakes.clock import FixedClock
from tests.fakes.people import id_number

TOKEN = "test-token-of-the-services"
NUMBER = "YJ20261103000017"
QUERY_CODE = "482913"
APPLICANT = id_number(17)
CITIZEN = uuid.UUID(int=1)
LIMIT = 5

Client = TestClient[web.Request, web.Application]

CODES = (
    ("state", "2", "已受理，正在办理", False),
    ("state", "6", "已办结，予以办理", True),
    ("step_state", "1", "进行中", False),
    ("step_state", "2", "已完成", False),
    ("special", "01", "补正材料", False),
    ("result", "1", "出具证照", False),
)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(bytes(range(32)))


@pytest.fixture
async def codes(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add_all(
            [CodeRow(list_name=name, code=code, text=text, final=final) for name, code, text, final in CODES]
        )


@pytest.fixture
def service(sessions: Sessions, clock: FixedClock, cipher: Cipher, codes: None) -> ProgressService:
    return ProgressService(sessions=sessions, clock=clock, cipher=cipher, attempts_per_hour=LIMIT)


@pytest.fixture
async def client(service: ProgressService) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[problems], client_max_size=BODY_LIMIT)
    mount(app, [make_api(service)], service_token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with TestClient(TestServer(app), headers=headers) as running:
        yield running


def report(project_no: str = NUMBER, **other: Any) -> dict[str, Any]:
    """A case as a backend reports it."""
    return {
        "project_no": project_no,
        "task_code": "YJ-0001",
        "task_name": "食品经营许可",
        "state": "2",
        "org_name": "江北区市场监督管理局",
        "applyer_name": "张三丰",
        "id_number": APPLICANT,
        "query_code": QUERY_CODE,
        "apply_date": "2026-11-03",
        "accept_date": "2026-11-04",
        "promise_date": "2026-11-24",
        "steps": [
            {
                "process_name": "受理",
                "state": "2",
                "started_at": "2026-11-04T09:00:00",
                "ended_at": "2026-11-04T10:00:00",
            }
        ],
        **other,
    }


async def send(client: Client, method: str, path: str, body: Any = None) -> tuple[int, Any, dict[str, str]]:
    """One request to the API: status, body, headers."""
    async with client.request(method, f"/progress/v1{path}", json=body) as answer:
        text = await answer.read()
        return answer.status, (await answer.json(content_type=None)) if text else None, dict(answer.headers)


async def ask(
    client: Client, project_no: str = NUMBER, code: str = QUERY_CODE, citizen: uuid.UUID = CITIZEN
) -> tuple[int, Any, dict[str, str]]:
    body = {"project_no": project_no, "query_code": code, "citizen_id": str(citizen)}
    return await send(client, "POST", "/cases/query", body)


@pytest.fixture
async def case(client: Client) -> str:
    """The case's number, once it is there."""
    status, body, _ = await send(client, "POST", "/cases", report())
    assert (status, body) == (200, {"project_no": NUMBER, "outcome": "added"})
    return NUMBER
