"""A model is trained, compared, promoted and rolled back in the browser while a citizen chats; on desk and phone."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from urllib.error import URLError
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from services.staff.permissions import Role
from tests.acceptance.conftest import SHOWN_MS
from tests.acceptance.console.chatting import ANSWER, Chat, chatting
from tests.acceptance.console.staff import Console, assert_accessible, console_of, picture
from tests.acceptance.running import Running
from tests.acceptance.test_browser import DESKTOP, PHONE
from tests.fakes.waiting import until

#: A whole training with its five-fold cross-validation, beside everything else.
MADE_MS = 1_800_000
ARRIVED_SECONDS = 180
#: So many questions are asked and answered with the model that has just become the live one.
ASKED_EACH_TIME = 2


@pytest.fixture
def trainer_on(browser: Browser, program: Running) -> Iterator[Callable[[ViewportSize], Page]]:
    """A trainer who is signed in, on a screen of that size; nothing may go wrong in the browser's console."""
    opened: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(size: ViewportSize) -> Page:
        context = browser.new_context(viewport=size, locale="zh-CN", reduced_motion="reduce")
        context.set_default_timeout(SHOWN_MS)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        opened.append(context)
        console = console_of(program)
        console.sign_in(context, Role.TRAINER, login=f"trainer{uuid4().hex[:6]}")
        page = context.new_page()
        page.goto(f"{console.url}/training")
        return page

    yield open_page
    for context in opened:
        context.close()
    assert wrong == []


def test_a_model_is_trained_compared_promoted_and_rolled_back_while_a_citizen_chats(
    program: Running, trainer_on: Callable[[ViewportSize], Page]
) -> None:
    console = console_of(program)
    desk, phone = trainer_on(DESKTOP), trainer_on(PHONE)
    with chatting(program) as chat:
        start(phone, "在手机上试一试")
        phone.get_by_role("button", name="取消训练").click()
        phone.get_by_role("button", name="确定").click()
        expect(phone.get_by_text("已取消").first).to_be_visible()

        start(desk, "年终更新")
        version = int(desk.url.rsplit("/", 1)[1])
        watch_and_leave(desk, phone, console, version)
        for page in (desk, phone):
            compare(page, console, version)
            old = model_of_rasa(program)
            promote(page)
            new = another_model_than(program, old)
            asked_and_answered(chat)
            roll_back(page, console)
            assert another_model_than(program, new) == old
            asked_and_answered(chat)
    assert all(ANSWER in answer for answer in chat.answers), chat.answers
    # By the platform's record: every message was answered, and none twice.
    assert chat.replies == len(chat.sent)
    assert max(chat.passive.values()) == 1


def start(page: Page, note: str) -> None:
    page.get_by_label("说明").fill(note)
    page.get_by_role("button", name="开始训练").click()
    expect(page.get_by_text("已开始。训练和评估大约要几分钟，可以离开这一页。")).to_be_visible()
    expect(page.get_by_role("progressbar", name="训练进度")).to_be_visible()
    assert_accessible(page)


def watch_and_leave(desk: Page, phone: Page, console: Console, version: int) -> None:
    """Two watch the same training; one leaves its page, and finds it going on."""
    phone.goto(f"{console.url}/training/versions/{version}")
    expect(desk.get_by_label("训练日志")).to_contain_text("== training")
    expect(phone.get_by_label("训练日志")).to_contain_text("== training")
    picture(desk, "training-progress")
    picture(phone, "training-progress")
    desk.goto(f"{console.url}/")
    desk.goto(f"{console.url}/training")
    expect(desk.get_by_role("button", name="开始训练")).to_be_disabled()
    desk.get_by_role("link", name=f"版本 {version}", exact=True).click()
    # Both pages turn into the finished version's by themselves.
    for page in (desk, phone):
        expect(page.get_by_text("可启用").first).to_be_visible(timeout=MADE_MS)


def compare(page: Page, console: Console, version: int) -> None:
    """Scores, sureness and what changed are looked at; whatever changed is accepted."""
    page.goto(f"{console.url}/training/versions/{version}")
    for chart in ("scores", "sureness"):
        expect(page.locator(f"#{chart} canvas").first).to_be_visible()
    replayed = page.get_by_role("heading", name=re.compile("真实问题重放：[1-9]"))
    expect(replayed).to_be_visible()
    assert_accessible(page)
    picture(page, "training-compared")
    undecided = page.get_by_role("button", name="全部接受")
    if undecided.count():
        undecided.click()
        page.get_by_role("button", name="确定").click()
        expect(page.get_by_text(re.compile("已记录 [0-9]+ 条"))).to_be_visible()


def promote(page: Page) -> None:
    page.get_by_label("理由").fill("各项得分不低于在用版本")
    page.get_by_role("button", name="启用", exact=True).click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已启用，几秒内各处都会换用这个版本。")).to_be_visible()
    expect(page.get_by_text("在用", exact=True).first).to_be_visible()


def roll_back(page: Page, console: Console) -> None:
    page.goto(f"{console.url}/training")
    page.get_by_label("理由").fill("先退回观察")
    page.get_by_role("button", name="退回", exact=True).click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text(re.compile("已退回版本 [0-9]+，几秒内生效。"))).to_be_visible()


def model_of_rasa(program: Running) -> str:
    """The digest of the model with which Rasa answers now."""
    with urllib.request.urlopen(program.url("ZQ_RASA_PORT", "/webhooks/edge/"), timeout=30) as answer:  # noqa: S310
        return str(json.load(answer)["model"])


def another_model_than(program: Running, digest: str) -> str:
    """What Rasa answers with as soon as it is another model; a machine that is busy answers late."""
    found = digest

    def has_changed() -> bool:
        nonlocal found
        with suppress(URLError, TimeoutError):
            found = model_of_rasa(program)
        return found != digest

    until(has_changed, seconds=ARRIVED_SECONDS, missing="Rasa has not changed over")
    return found


def asked_and_answered(chat: Chat) -> None:
    """Some more questions have their answers."""
    wanted = len(chat.answers) + ASKED_EACH_TIME

    def answered() -> bool:
        assert not chat.failed, chat.failed
        return len(chat.answers) >= wanted

    until(answered, seconds=ARRIVED_SECONDS, missing="the citizen gets no answers any more")
