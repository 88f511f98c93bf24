"""How an answer finds who waited for it, is told to the next, and is corrected; staff and citizen, desk and phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from services.clock import CITY_ZONE
from services.staff.permissions import Role
from tests.acceptance.console.staff import Console, assert_accessible, console_of, picture
from tests.acceptance.running import Running
from tests.acceptance.test_browser import ANSWER_MS, DESKTOP, say

#: What a published answer may take until citizens get it, and what the turn itself takes.
LIVE_MS = 5_000
#: An answer that was promised leaves with the next tick of a worker.
TOLD_MS = 60_000
#: The correction's own time is the next full minute or the one after.
CORRECTED_MS = 150_000


@pytest.fixture
def new_page(browser: Browser, size: ViewportSize) -> Iterator[Callable[[], tuple[BrowserContext, Page]]]:
    """A fresh browser of that size."""
    opened: list[BrowserContext] = []

    def make() -> tuple[BrowserContext, Page]:
        context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")
        opened.append(context)
        return context, context.new_page()

    yield make
    for context in opened:
        context.close()


def signed_in(console: Console, new_page: Callable[[], tuple[BrowserContext, Page]], role: Role) -> Page:
    context, page = new_page()
    console.sign_in(context, role)
    page.goto(f"{console.url}/")
    return page


def wait_for_an_answer(page: Page, program: Running, question: str) -> None:
    """The citizen asks what nobody can answer, and wants to be told."""
    page.goto(f"{program.simulator}/?openid=oAnswers{uuid4().hex[:12]}")
    page.click("#follow")
    expect(page.locator(".bubble.account").first).to_be_visible(timeout=ANSWER_MS)
    say(page, question, "有答案时告诉您吗")
    say(page, "有答案了告诉我", "一有答案我就告诉您")


def answer(page: Page, question: str) -> None:
    """An editor finds the question in the queue and publishes its answer."""
    page.get_by_role("link", name="没有答上的问题").click()
    page.get_by_label("搜索").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name=re.compile(question))).to_contain_text("1 人")
    assert_accessible(page)
    picture(page, "questions-waiting")
    page.get_by_role("link", name=question).click()
    expect(page.get_by_text("1 人在等答案，发布以后会告诉他们")).to_be_visible()
    page.get_by_role("link", name="写新的问答").click()
    page.get_by_role("textbox", name="答案").fill("停在三号坪，每小时收费5元。")
    page.get_by_label("部门", exact=True).fill("云江市交通运输局")
    page.get_by_label("负责人").fill("editor")
    assert_accessible(page)
    page.get_by_role("button", name="发布").click()
    expect(page.get_by_text("正在告诉 1 位等答案的群众")).to_be_visible()


def until_delivered(page: Page) -> None:
    """What came of a message is noted by the next tick after it; the page is looked at again until then."""
    delivered = page.get_by_text("已送达：1 人")
    for _ in range(TOLD_MS // 1000):
        page.reload()
        if delivered.is_visible():
            return
        page.wait_for_timeout(1000)
    expect(delivered).to_be_visible()


def correct(page: Page, title: str) -> None:
    """The editor writes to who was told the wrong answer."""
    page.get_by_role("link", name="谁收到过").click()
    expect(page.get_by_role("heading", name="给这 1 人发更正通知")).to_be_visible()
    assert_accessible(page)
    picture(page, "faq-recall")
    page.get_by_label("标题").fill(title)
    page.get_by_label("正文").fill("之前的答复有误：每小时收费3元。")
    page.get_by_label("发送时间").fill(f"{datetime.now(CITY_ZONE) + timedelta(minutes=1):%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="提交审核").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("请另一位有审批权限的同事审核")).to_be_visible()
    assert_accessible(page)


def test_who_waits_is_told_who_asks_gets_the_answer_and_who_got_it_gets_its_correction(
    program: Running, new_page: Callable[[], tuple[BrowserContext, Page]], size: ViewportSize
) -> None:
    # Each size asks something else: one answer would do for both.
    topic = "飞碟{}停在哪个坪怎么收费" if size == DESKTOP else "独角兽{}的蹄铁几天换一回"
    question, title = topic.format(uuid4().hex[:6]), f"更正{uuid4().hex[:4]}"
    console, (_, citizen) = console_of(program), new_page()
    wait_for_an_answer(citizen, program, question)
    before = citizen.locator(".bubble.account").count()

    editor = signed_in(console, new_page, Role.EDITOR)
    answer(editor, question)
    editor.wait_for_timeout(LIVE_MS)
    expect(citizen.locator(".bubble.account").nth(before)).to_contain_text("【有答案了】", timeout=TOLD_MS)
    expect(citizen.locator(".bubble.account").nth(before)).to_contain_text("每小时收费5元")
    say(citizen, question, "停在三号坪，每小时收费5元")
    until_delivered(editor)

    correct(editor, title)
    approver = signed_in(console, new_page, Role.APPROVER)
    approver.goto(f"{console.url}/notices?state=submitted")
    approver.get_by_role("link", name=title).click()
    approver.get_by_role("button", name="审核通过").click()
    approver.get_by_role("button", name="确定").click()
    expect(citizen.locator(".notice-card").first).to_contain_text("每小时收费3元", timeout=CORRECTED_MS)
