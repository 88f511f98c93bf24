"""A notice office, and the ways in: HTTP and the command line."""

from __future__ import annotations

import argparse
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from rich.console import Console

from services.cli import Context
from services.db import Sessions
from services.notices import cli
from services.notices.api import make_api
from services.settings import ServicesSettings
from services.web import mount, problems
from tests.fakes.clock import FixedClock
from tests.fakes.office import Office, make_office
from tests.integration.notices.city import SEED, City


@pytest.fixture
def office(sessions: Sessions) -> Office:
    return make_office(sessions, FixedClock())


@pytest.fixture
async def city(office: Office) -> City:
    city = City(office)
    for statement in SEED.split(";\n"):
        await city.run(statement)
    return city


TOKEN = "t" * 32
HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
async def client(office: Office) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application(middlewares=[problems])
    mount(app, [make_api(office.service, office.verification, office.trials)], service_token=TOKEN)
    async with TestClient(TestServer(app)) as client:
        yield client


async def call(client: Any, method: str, path: str, status: int, **body: Any) -> Any:
    json = {"json": body} if body else {}
    async with client.request(method, "/notices/v1" + path, headers=HEADERS, **json) as response:
        assert response.status == status, await response.text()
        return await response.json()


def draft(office: Office, **fields: Any) -> dict[str, Any]:
    due_at = (office.clock.now() + timedelta(hours=1)).isoformat()
    return {"title": "停水通知", "body": "今晚停水。", "due_at": due_at, "author": "张三", **fields}


class Terminal:
    """Runs one command line after the other, as `python -m services` does."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._parser = argparse.ArgumentParser()
        cli.register(self._parser.add_subparsers(dest="command", required=True))

    async def run(self, *words: str, code: int = 0) -> str:
        out = io.StringIO()
        context = Context(
            sessions=self._office.sessions,
            clock=self._office.clock,
            settings=ServicesSettings(database_url="postgresql://unused", service_token="t" * 32),
            out=Console(file=out, width=200, highlight=False),
        )
        arguments = self._parser.parse_args(["notices", *words])
        assert await arguments.run(arguments, context) == code, out.getvalue()
        return out.getvalue()


@pytest.fixture
def terminal(office: Office) -> Terminal:
    return Terminal(office)
