"""People who work with the console in a real browser, and the check that everybody can."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from services.clock import SystemClock
from services.db import make_engine, make_sessions
from services.embedded import ROOT
from services.settings import ServicesSettings
from services.staff.permissions import Role
from tests.acceptance.running import Running
from tests.fakes.staff import sign_in_as

AXE = ROOT / "build" / "console-tests" / "axe.min.js"
#: What a person would be stopped by; the rest is advice.
SERIOUS = ("serious", "critical")
HEADING_PX = 100


@dataclass(frozen=True, kw_only=True)
class Console:
    """One running console and its database."""

    #: With `/console`.
    url: str
    settings: ServicesSettings

    def sign_in(self, context: BrowserContext, *roles: Role, login: str = "", department: str = "") -> None:
        """Gives the browser the cookie of somebody who has signed in, second factor and all."""
        secret = self.run(lambda sessions: self._signed_in(sessions, roles, login or roles[0].value, department))
        context.add_cookies([{"name": "zq_console", "value": secret, "url": self.url, "httpOnly": True}])

    def run(self, work: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        """Runs `work(sessions)` on the console's database. In a thread: Playwright has a loop in this one."""
        found: list[Any] = []
        thread = threading.Thread(target=lambda: found.append(asyncio.run(self._run(work))))
        thread.start()
        thread.join()
        return found[0]

    async def _run(self, work: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        engine = make_engine(self.settings.database_url)
        try:
            return await work(make_sessions(engine))
        finally:
            await engine.dispose()

    async def _signed_in(self, sessions: Any, roles: Collection[Role], login: str, department: str) -> str:
        return await sign_in_as(sessions, self.settings, SystemClock(), login=login, roles=roles, department=department)


def console_of(program: Running) -> Console:
    """The console of the whole running program, for tests in which a citizen chats meanwhile."""
    settings = ServicesSettings(
        database_url=program.database_url,
        data_dir=str(program.data_dir),
        service_token=program.setting("ZQ_SERVICE_TOKEN"),
        vault_key=program.setting("ZQ_VAULT_KEY"),
    )
    return Console(url=f"{program.services}/console", settings=settings)


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing that would stop somebody, and nothing is wider than the screen."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    serious = [
        f"{one['id']}: {one['help']} {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in SERIOUS
    ]
    assert not serious, f"{page.url}:\n" + "\n".join(serious)
    # On a phone a heading beside many buttons must not be pressed into a column of single characters.
    heading = page.evaluate("() => document.querySelector('h1')?.getBoundingClientRect().width ?? 999")
    assert heading > HEADING_PX, f"{page.url}: its heading is {heading} px wide"
    overflow = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px wider than the screen"


def picture(page: Page, name: str) -> None:
    """A screenshot for people, where one is wanted (SCREENSHOTS names the folder)."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        size = "phone" if (page.viewport_size or {"width": 0})["width"] < 600 else "desktop"
        page.screenshot(path=Path(folder) / f"console-{name}-{size}.png", full_page=True)
