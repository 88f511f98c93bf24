"""An FAQ service on a fresh database, and its API on a real port."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.audience.service import AudienceService
from services.db import Sessions
from services.faq.api import make_api
from services.faq.incoming import ENTRIES
from services.faq.promises import PromiseService
from services.faq.recall import RecallService
from services.faq.service import FaqService
from services.importing.delivery import read_delivery
from services.importing.report import Report
from services.notices.service import NoticeService
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
def service(sessions: Sessions, clock: FixedClock, language: SharedLanguage) -> FaqService:
    return FaqService(sessions=sessions, clock=clock, language=language)


@pytest.fixture
def promises(sessions: Sessions, clock: FixedClock) -> PromiseService:
    return PromiseService(sessions=sessions, clock=clock)


@pytest.fixture
def notices(sessions: Sessions, clock: FixedClock) -> NoticeService:
    return NoticeService(sessions=sessions, clock=clock, audience=AudienceService(sessions=sessions, clock=clock))


@pytest.fixture
def recall(sessions: Sessions, clock: FixedClock, notices: NoticeService) -> RecallService:
    return RecallService(sessions=sessions, clock=clock, notices=notices)


@pytest.fixture
def import_rows(service: FaqService, tmp_path: Path) -> Import:
    async def take_in(*rows: dict[str, Any], file: str = "faq.jsonl", retire: bool = False) -> Report:
        path = tmp_path / file
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        report = Report()
        await service.take_in(read_delivery(ENTRIES, [path], report), report, retire=retire)
        return report

    return take_in


@pytest.fixture
async def client(service: FaqService, promises: PromiseService, recall: RecallService) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[problems])
    mount(app, [make_api(service, promises, recall)], service_token=TOKEN)
    async with TestClient(TestServer(app), headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        yield client


def row(entry_id: str, question: str, *similar: str, **fields: Any) -> dict[str, Any]:
    """One entry as a file holds it."""
    return {
        "id": entry_id,
        "question": question,
        "similar": similar,
        "answer": f"{question}的回答。",
        "department": "云江市公安局",
        "source": "《云江市便民告知》（示例）",
        **fields,
    }
