"""The console on a fresh database, and browsers without a screen in which somebody of a given role is signed in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from services.app import make_topics
from services.clock import Clock
from services.console.app import make_console
from services.console.cookies import CSRF_FIELD
from services.console.pages import PREFIX
from services.console.parts import make_parts
from services.db import Sessions
from services.metrics import Metrics
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.fakes.clock import FixedClock
from tests.fakes.school import School, make_school
from tests.fakes.staff import sign_in_as
from tests.fakes.waiting import eventually

TOKEN = "a-service-token-of-the-tests"
COOKIE = "zq_console"
CSRF = re.compile(r'name="csrf_token" value="([0-9a-f]+)"|X-CSRF-Token": "([0-9a-f]+)"')


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> ServicesSettings:
    return ServicesSettings(database_url=database_url, data_dir=str(tmp_path), service_token=TOKEN)


@pytest.fixture
async def server(
    sessions: Sessions, settings: ServicesSettings, clock: Clock
) -> AsyncIterator[TestServer[web.Request]]:
    """The console alone: without the backends' APIs, whose search indexes take a while to warm up."""
    app = web.Application()
    parts = make_parts(make_topics(sessions, clock, settings, Metrics()), sessions, clock, settings)
    app.add_subapp(f"{PREFIX}/", make_console(parts))
    async with TestServer(app) as server:
        yield server


class Browser:
    """What a browser does for a person: keeps the cookie, sends the form's hidden token."""

    def __init__(self, client: TestClient[web.Request, Any]) -> None:
        self.client = client

    @property
    def cookie(self) -> str:
        """What the browser shows."""
        return next(one.value for one in self.client.session.cookie_jar if one.key == COOKIE)

    def set_cookie(self, value: str) -> None:
        self.client.session.cookie_jar.update_cookies({COOKIE: value}, self.client.make_url("/console/"))

    async def get(self, path: str, **query: str) -> ClientResponse:
        """A page, as it is; redirects are not followed."""
        return await self.client.get(f"/console{path}", params=query, allow_redirects=False)

    async def read(self, path: str, **query: str) -> str:
        """The text of a page that has to be there."""
        answer = await self.get(path, **query)
        text = await answer.text()
        assert answer.status == 200, (path, answer.status, answer.headers.get("Location"), text[-2000:])
        return text

    async def read_when_done(self, path: str) -> str:
        """The text of a page that shows how far something is, once it is over."""

        async def over() -> bool:
            return "data-reload-on" not in await self.read(path)

        await eventually(over)
        return await self.read(path)

    async def token(self, path: str = "/sign-in") -> str:
        """The CSRF token that a page holds."""
        found = CSRF.search(await (await self.get(path)).text())
        assert found is not None, f"no token on {path}"
        return found[1] or found[2]

    async def post(self, path: str, *, at: str | None = None, **fields: Any) -> ClientResponse:
        """Sends a form as it would be sent from the page `at`; redirects are not followed."""
        token = await self.token(at if at is not None else "/profile")
        return await self.client.post(f"/console{path}", data={CSRF_FIELD: token, **fields}, allow_redirects=False)


NewBrowser = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def new_browser(
    server: TestServer[web.Request], sessions: Sessions, settings: ServicesSettings, clock: Clock
) -> AsyncIterator[NewBrowser]:
    """`await new_browser(Role.EDITOR, department="公安局")`; without a role nobody is signed in."""
    opened: list[TestClient[web.Request, Any]] = []

    async def make(*roles: Role, login: str = "", department: str = "") -> Browser:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        opened.append(client)
        if roles:
            name = login or roles[0].value
            cookie = await sign_in_as(sessions, settings, clock, login=name, roles=roles, department=department)
            Browser(client).set_cookie(cookie)
        return Browser(client)

    yield make
    for client in opened:
        await client.session.close()


@pytest.fixture
async def nobody(new_browser: NewBrowser) -> Browser:
    """A browser in which nobody is signed in."""
    return await new_browser()


@pytest.fixture
async def administrator(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.ADMINISTRATOR)


@pytest.fixture
def school(sessions: Sessions) -> School:
    """Makes model versions without training any."""
    return make_school(sessions)
