"""Does every page of the console ask for a session, a role and, where it changes something, the CSRF token?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from services.console.pages import AREAS_KEY, PREFIX, Page
from services.staff.permissions import GRANTS, WITHOUT_ROLE, Permission, Role
from tests.fakes.clock import FixedClock
from tests.integration.console.conftest import Browser, NewBrowser


def _pages(server: TestServer[web.Request]) -> list[Page]:
    (console,) = (app for app in server.app._subapps if AREAS_KEY in app)
    return [page for area in console[AREAS_KEY] for page in area.pages]


def _filled(page: Page) -> str:
    """The path with something in the place of its variables."""
    return re.sub(r"\{[^}]*\}", "00000000-0000-0000-0000-000000000000", page.path)


async def _ask(browser: Browser, clock: FixedClock, page: Page, **options: Any) -> tuple[int, str]:
    clock.advance(seconds=1)  # nobody asks so much at once as this walk does
    answer = await browser.client.request(page.method, f"{PREFIX}{_filled(page)}", allow_redirects=False, **options)
    return answer.status, answer.headers.get("Location", "")


def _one_role_each(permission: Permission) -> Iterator[Role]:
    yield from (role for role in Role if permission not in GRANTS[role])


async def test_every_page_sends_who_is_not_signed_in_to_the_way_in(
    server: TestServer[web.Request], nobody: Browser, clock: FixedClock
) -> None:
    pages = [page for page in _pages(server) if page.permission is not Permission.ANYBODY]

    assert len(pages) > 10
    for page in pages:
        status, target = await _ask(nobody, clock, page)
        assert status == 303, (page.path, status)
        assert target.startswith(f"{PREFIX}/sign-in"), (page.path, target)


async def test_every_page_refuses_each_role_without_its_permission(
    server: TestServer[web.Request], new_browser: NewBrowser, clock: FixedClock
) -> None:
    browsers = {role: await new_browser(role) for role in Role}

    for page in _pages(server):
        if page.permission not in WITHOUT_ROLE:
            for role in _one_role_each(page.permission):
                status, _ = await _ask(browsers[role], clock, page)
                assert status == 403, (page.method, page.path, role)


async def test_every_change_refuses_a_form_without_the_token_and_one_from_elsewhere(
    server: TestServer[web.Request], administrator: Browser, clock: FixedClock
) -> None:
    changes = [page for page in _pages(server) if page.method == "POST"]
    token = await administrator.token("/profile")
    elsewhere = {"Origin": "https://elsewhere.example", "X-CSRF-Token": token}

    assert changes
    for page in changes:
        for options in ({"data": {"a": "b"}}, {"data": {"csrf_token": "0" * 64}}, {"headers": elsewhere}):
            status, _ = await _ask(administrator, clock, page, **options)
            assert status == 403, (page.path, options, status)


async def test_every_page_is_declared_with_a_method_that_fits_and_a_path_of_its_own(
    server: TestServer[web.Request],
) -> None:
    pages = _pages(server)

    assert len({(page.method, page.path) for page in pages}) == len(pages)
    assert all(page.path.startswith("/") for page in pages)


async def test_every_page_carries_the_headers_that_keep_it_here(
    server: TestServer[web.Request], administrator: Browser
) -> None:
    for page in _pages(server):
        if page.method == "GET" and not page.passive:
            answer = await administrator.get(_filled(page))
            # Nothing has this id; but what needs no id is there, for an administrator.
            assert answer.status in ((200, 303) if "{" not in page.path else (200, 303, 404)), page.path
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, page.path
            assert "unsafe" not in policy
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Cache-Control"] == "no-store"
