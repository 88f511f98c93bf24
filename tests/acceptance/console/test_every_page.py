"""Can everybody use every page of the console? axe-core looks at each, and the Tab key goes through it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, ViewportSize, expect

from services.app import make_topics
from services.clock import SystemClock
from services.console.areas import AREAS
from services.console.pages import Page as ConsolePage
from services.console.parts import make_parts
from services.metrics import Metrics
from services.staff.permissions import Role
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible
from tests.acceptance.console.things import pages_of_things
from tests.acceptance.test_browser import DESKTOP

#: What stands between the pages of who is signed in and those of who is not.
ELSEWHERE = ("/sign-in", "/invitation")
#: What comes as a file, not as a page.
DOWNLOADS = ("/files/{id}",)
#: Where the Tab key leads: what can be reached now, in the page's order, each with a name for the assertion.
REACHABLE = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter((one) => !one.disabled && one.type !== 'hidden' && one.tabIndex >= 0)
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !(one.type === 'radio' && !one.checked))
  .map((one, i) => {
    one.dataset.tabTest = String(i);
    return `${one.tagName} ${one.id || one.name || one.textContent.trim().slice(0, 20)}`;
  })"""
FOCUSED = """() => { const one = document.activeElement; if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const shown = style.outlineStyle !== 'none' || style.boxShadow !== 'none' || one.matches('.skip-link');
  return {at: one.dataset.tabTest ?? '', shown: shown || box.width === 0, name: one.outerHTML.slice(0, 120)}; }"""


def _pages(console: Console) -> list[str]:
    async def found(sessions: Any) -> list[ConsolePage]:
        clock = SystemClock()
        topics = make_topics(sessions, clock, console.settings, Metrics())
        parts = make_parts(topics, sessions, clock, console.settings)
        return [page for make in AREAS for page in make(parts).pages]

    pages: list[ConsolePage] = console.run(found)
    return [
        page.path
        for page in pages
        if page.method == "GET"
        and not page.passive
        and "." not in page.path
        and not page.path.startswith(ELSEWHERE)
        and page.path not in DOWNLOADS
    ]


def test_every_page_is_one_that_everybody_can_use(as_staff: AsStaff, console: Console, size: ViewportSize) -> None:
    login = f"walker{size['width']}"
    page, wrong, paths = as_staff(Role.ADMINISTRATOR, login=login), [], _pages(console)
    things = pages_of_things(console, login)
    assert len(paths) > 40
    assert [path for path in paths if "{" in path and path not in things] == [], "make one of these things first"
    for path in (things.get(path, path) for path in paths):
        answer = page.goto(f"{console.url}{path}")
        assert answer is not None
        if page.locator("h1").count() == 0:  # a part of a page, which its page asks for
            continue
        assert answer.status == 200, path
        expect(page.locator("main")).to_be_visible()
        try:
            assert_accessible(page)
            if size == DESKTOP:
                assert_keyboard(page)
        except AssertionError as error:
            wrong.append(str(error))
    assert not wrong, "\n\n".join(wrong)


def assert_keyboard(page: Page) -> None:
    """The Tab key reaches everything that can be used, shows where it is, and is caught nowhere."""
    names = page.evaluate(REACHABLE)
    reached: set[int] = set()
    hidden: list[str] = []
    page.evaluate("() => { document.activeElement?.blur(); getSelection()?.removeAllRanges(); window.scrollTo(0, 0); }")
    for _ in range(2 * len(names) + 60):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at is None:
            break
        if not at["shown"]:
            hidden.append(at["name"])
        if at["at"]:
            reached.add(int(at["at"]))
    missed = [name for number, name in enumerate(names) if number not in reached]
    assert not missed, f"{page.url}: the Tab key does not reach {missed}"
    assert not hidden, f"{page.url}: one does not see that the keyboard is at {hidden}"
