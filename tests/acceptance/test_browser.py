"""The main job in a real browser, on the simulator's phone page: what a citizen does and sees."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.acceptance.running import Running
from tests.acceptance.test_main_job import VALID_ID, WRONG_ID, a_case, an_open_day, imported_items

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
ANSWER_MS = 60_000

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: the phone page was not tried")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, program: Running) -> Iterator[Page]:
    """The page of a citizen nobody knows yet; nothing may go wrong in its console."""
    errors: list[str] = []
    context = browser.new_context(viewport=request.param)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{program.simulator}/?openid=oBrowser{uuid.uuid4().hex[:12]}")
    yield page
    context.close()
    assert errors == []


def say(page: Page, text: str, wanted: str) -> str:
    """Writes a text and gives the account's next bubble, which has to match `wanted`."""
    before = page.locator(".bubble.account").count()
    page.fill("#message-input", text)
    page.click("#send")
    bubble = page.locator(".bubble.account").nth(before)
    expect(bubble).to_contain_text(re.compile(wanted), timeout=ANSWER_MS)
    return bubble.inner_text()


def test_a_citizen_does_the_whole_main_job_on_the_phone_page(page: Page, program: Running, tmp_path: Path) -> None:
    page.click("#follow")
    expect(page.locator(".bubble.account").first).to_contain_text("云江市", timeout=ANSWER_MS)

    say(page, "给孩子上户口要带什么材料", "出生医学证明")
    say(page, "要多少钱？", "不收费|免费")
    imported_items(program, tmp_path)
    say(page, "办养蜂证要带什么材料", "蜂场位置图")
    say(page, "多久能办好", "5个工作日")
    say(page, "潜水教练资格认定有什么条件", "潜水技能证书")
    say(page, "咨询电话多少", "0100-88990066")
    say(page, "租房提取公积金去哪里办", "公积金")
    say(page, "咨询电话多少", "0100-")
    _picture(page, program, "questions")

    _book_and_cancel(page, program)

    number, query_code = a_case(program)
    say(page, "查一下我的办件到哪一步了", "编号")
    say(page, number, "查询码")
    say(page, query_code, number)
    _picture(page, program, "progress")

    due = datetime.now(timezone.utc) + timedelta(seconds=2)
    program.command(
        *("notices", "send", "--title", "元旦放假安排", "--text", "各政务服务大厅1月1日休息，1月2日照常对外服务。"),
        *("--at", due.isoformat(timespec="seconds"), "--by", "张三", "--approved-by", "李四"),
    )
    expect(page.locator(".notice-card").first).to_contain_text("元旦放假安排", timeout=60_000)
    assert page.locator(".service-unavailable").count() == 0
    _picture(page, program, "notice")


def _book_and_cancel(page: Page, program: Running) -> None:
    say(page, "预约办护照，去市政务服务中心", "哪天|哪一天|日期|什么时候")
    say(page, an_open_day(), "时段|时间|几点")
    say(page, "1", "姓名")
    say(page, "张小明", "身份证")
    say(page, WRONG_ID, "核对|不对|有误|不正确")
    say(page, VALID_ID, "手机")
    say(page, "13912345678", "确认")
    say(page, "确认", "[A-Z2-9]{8}")
    _picture(page, program, "appointment")
    answer = say(page, "取消预约", "取消")
    if "已取消" not in answer:
        say(page, "确认", "已取消|取消好了|已经取消")


def _picture(page: Page, program: Running, name: str) -> None:
    """A screenshot for people, where one is wanted (SCREENSHOTS names the folder)."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        device = "phone" if page.viewport_size["width"] < 600 else "desktop"
        page.screenshot(animations="disabled", path=Path(folder) / f"{name}-{device}.png")


def test_the_menu_leads_to_answers(page: Page) -> None:
    page.click("#follow")
    expect(page.locator(".bubble.account").first).to_be_visible(timeout=ANSWER_MS)

    page.locator("#menu .menu-button").last.click()
    page.locator("#menu .menu-item[data-key=help]").click()

    expect(page.locator(".bubble.account").nth(1)).to_contain_text("您可以这样问我", timeout=ANSWER_MS)
