"""The way into the console and its frame, in a real browser of desktop and phone size."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from services.staff.permissions import Role
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture


def test_the_way_in_says_how_to_make_the_first_account(nobody: Page, console: Console) -> None:
    nobody.goto(f"{console.url}/")

    expect(nobody).to_have_url(re.compile(r"/console/sign-in"))
    expect(nobody.get_by_label("账号")).to_be_focused()
    assert_accessible(nobody)
    picture(nobody, "sign-in")


@pytest.mark.parametrize("path", ["/", "/audit", "/profile", "/staff", "/staff/new"])
def test_every_page_of_the_frame_can_be_used_by_everybody(as_staff: AsStaff, console: Console, path: str) -> None:
    page = as_staff(Role.ADMINISTRATOR)
    page.goto(f"{console.url}{path}")

    expect(page.locator("h1")).to_be_visible()
    assert_accessible(page)
    picture(page, path.strip("/").replace("/", "-") or "home")


def test_a_page_that_is_not_there_says_so_in_chinese(as_staff: AsStaff, console: Console) -> None:
    page = as_staff(Role.VIEWER)
    answer = page.goto(f"{console.url}/nowhere")

    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("没有找到")
    assert_accessible(page)
    picture(page, "not-found")
