"""A catalogue service on a fresh database, and its API on a real port."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.catalogue.api import make_api
from services.catalogue.incoming import ITEMS
from services.catalogue.service import CatalogueService
from services.db import Sessions
from services.importing.delivery import read_delivery
from services.importing.report import Report
from services.search.live import SharedLanguage
from services.web import mount, problems
from tests.fakes.clock import FixedClock

TOKEN = "a-service-token-for-tests"
Client = TestClient[web.Request, web.Application]
#: Writes rows to a file and takes them in.
Import = Callable[..., Any]


@pytest.fixture(scope="session")
def language() -> SharedLanguage:
    return SharedLanguage()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def service(sessions: Sessions, clock: FixedClock, language: SharedLanguage) -> CatalogueService:
    return CatalogueService(sessions=sessions, clock=clock, language=language)


@pytest.fixture
def import_rows(service: CatalogueService, tmp_path: Path) -> Import:
    async def take_in(*rows: dict[str, Any], source: str = "", retire: bool = False) -> Report:
        path = tmp_path / "items.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        report = Report()
        await service.take_in(read_delivery(ITEMS, [path], report, source=source), report, retire=retire)
        return report

    return take_in


@pytest.fixture
async def client(service: CatalogueService) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[problems])
    mount(app, [make_api(service)], service_token=TOKEN)
    async with TestClient(TestServer(app), headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        yield client


def row(code: str, name: str, **fields: Any) -> dict[str, Any]:
    """One item as a feed delivers it."""
    return {
        "task_code": code,
        "task_name": name,
        "dept_name": "云江市公安局",
        "area_code": "990000",
        "district": "云江市",
        **fields,
    }
