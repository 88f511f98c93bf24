"""A console of its own, without the assistant, and browsers of desktop and phone size in which staff are signed in."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from urllib.error import URLError

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from services.embedded import ROOT, EmbeddedPostgres
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.acceptance.conftest import SHOWN_MS
from tests.acceptance.console.staff import AXE, Console
from tests.acceptance.test_browser import CHROMIUM, DESKTOP, FLAGS, PHONE
from tests.conftest import TEMPLATE
from tests.fakes.waiting import until

START_SECONDS = 180.0
TOKEN = "a-service-token-of-the-tests"
#: `page = as_staff(Role.EDITOR)`: the console's first page, signed in.
AsStaff = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = "no Chromium" if CHROMIUM is None else None if AXE.exists() else "no assets: python -m launcher assets"
    for item in items:
        if missing is not None and "acceptance/console" in str(item.path):
            item.add_marker(pytest.mark.skip(reason=f"{missing}: the console was not tried in a browser"))


@pytest.fixture(scope="session")
def console(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """`python -m services serve` on a fresh database."""
    name = f"c_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("console")
    settings = ServicesSettings(
        database_url=postgres.url(name), data_dir=str(folder), service_token=TOKEN, services_port=port
    )
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "DATABASE_URL": settings.database_url,
        "ZQ_DATA_DIR": settings.data_dir,
        "ZQ_SERVICE_TOKEN": TOKEN,
        "ZQ_SERVICES_PORT": str(port),
    }
    with (folder / "services.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield Console(url=f"http://127.0.0.1:{port}/console", settings=settings)
    finally:
        process.terminate()
        process.wait(30)
    assert "console.failed" not in (folder / "services.log").read_text(), "the log in this folder says what went wrong"


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    def ready() -> bool:
        assert process.poll() is None, "the console did not start"
        return _answers(url)

    until(ready, seconds=START_SECONDS, missing="the console does not answer")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
            return True
    except (URLError, OSError):
        return False


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module: while it lives, Playwright's event loop keeps all others in this thread from running."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> ViewportSize:
    return request.param


@pytest.fixture
def new_context(browser: Browser, console: Console, size: ViewportSize) -> Iterator[Callable[[], BrowserContext]]:
    """A fresh browser profile; nothing may go wrong in its console, and nothing may be asked of other machines."""
    opened: list[BrowserContext] = []
    wrong: list[str] = []

    def make() -> BrowserContext:
        context = browser.new_context(
            viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        )
        context.set_default_timeout(SHOWN_MS)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        context.on("request", lambda one: wrong.append(one.url) if not _stays(one.url, console) else None)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    # A page that is refused on purpose is an error to the browser's console, too.
    assert [line for line in wrong if "the server responded with a status of 4" not in line] == []


def _stays(url: str, console: Console) -> bool:
    return url.startswith((console.url, "data:", "blob:"))


@pytest.fixture
def as_staff(new_context: Callable[[], BrowserContext], console: Console) -> AsStaff:
    """Somebody with these roles, in a browser of their own, on the console's first page."""

    def open_page(*roles: Role, login: str = "", department: str = "") -> Page:
        context = new_context()
        console.sign_in(context, *roles, login=login, department=department)
        page = context.new_page()
        page.goto(f"{console.url}/")
        return page

    return open_page


@pytest.fixture
def nobody(new_context: Callable[[], BrowserContext], console: Console) -> Page:
    """A page in a browser in which nobody has signed in."""
    return new_context().new_page()
