"""What people do with the console, as they do it: sign in, make an account, read a conversation, look at figures."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from services.clock import SystemClock
from services.figures.service import Figures
from services.staff.permissions import Role
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture
from tests.fakes.staff import PASSWORD, TOTP_SECRET, make_account
from tests.fakes.talk import make_events_table, talk

CITIZEN = UUID("5f0c1e9a-0000-4000-8000-000000000001")


@pytest.fixture(scope="module")
def busy(console: Console) -> None:
    """A day on which citizens have asked this and that."""

    async def work(sessions: Any) -> None:
        await make_events_table(sessions)
        begun = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
        asked = ("给孩子上户口要带什么材料", "怎么补缴社保", "护照多少钱", "公积金怎么提取")
        items = ("出生登记", "社会保险费补缴", "普通护照签发", "租房提取住房公积金")
        for n in range(48):
            at = begun - timedelta(minutes=13 * n)
            said = "utter_unknown" if n % 11 == 10 else "utter_which_item" if n % 7 == 6 else "utter_faq"
            which = n * n % 4
            took = timedelta(milliseconds=150 + 37 * (n % 9))
            values: dict[str, Any] = {"at": at, "utterances": [said], "item": items[which], "took": took}
            await talk(sessions, uuid4(), asked[which], "请到市政务服务中心办理。", **values)
        now = datetime.now(timezone.utc)
        await talk(
            sessions,
            CITIZEN,
            "给孩子上户口要带什么材料",
            "新生儿出生登记需要：\n1. 出生医学证明\n2. 父母双方的身份证和户口簿\n来源：云江市公安局",
            at=now - timedelta(minutes=6),
            intent="ask_materials",
            confidence=0.97,
            utterances=["utter_fact"],
        )
        await talk(
            sessions,
            CITIZEN,
            "我的手机 MOBILEAAAAAAAA",
            "好的，已登记手机 13912345678。",
            at=now - timedelta(minutes=5),
            intent="inform",
            confidence=0.88,
            utterances=["utter_confirm_booking"],
        )
        await talk(
            sessions,
            CITIZEN,
            "天王盖地虎",
            "抱歉，这个问题我还答不上来，您可以拨打热线咨询。",
            at=now - timedelta(minutes=4),
            intent="nlu_fallback",
            confidence=0.31,
            utterances=["utter_unknown"],
        )
        async with sessions.begin() as session:
            # The console has counted these hours already, while nobody had said anything in them.
            await session.execute(text("DELETE FROM figure_progress"))
        await Figures(sessions=sessions, clock=SystemClock()).roll()

    console.run(work)


def test_somebody_signs_in_with_the_keyboard_alone(nobody: Page, console: Console, size: dict[str, int]) -> None:
    login = f"keys{size['width']}"
    console.run(
        lambda sessions: make_account(sessions, console.settings, SystemClock(), login=login, roles=[Role.VIEWER])
    )
    nobody.goto(f"{console.url}/profile")
    keys = nobody.keyboard
    keys.type(login)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(nobody.get_by_label("验证码")).to_be_focused()
    assert_accessible(nobody)
    picture(nobody, "code")
    keys.type(pyotp.TOTP(TOTP_SECRET).now())
    keys.press("Enter")

    expect(nobody).to_have_url(f"{console.url}/profile")
    keys.press("Tab")
    expect(nobody.get_by_role("link", name="跳到正文")).to_be_focused()


def test_a_new_account_gets_a_link_and_is_disabled_only_after_asking(
    as_staff: AsStaff, nobody: Page, console: Console
) -> None:
    page = as_staff(Role.ADMINISTRATOR)
    login = f"new{uuid4().hex[:8]}"
    page.goto(f"{console.url}/staff/new")
    page.get_by_role("button", name="新建账号").click()
    expect(page.locator("#login:invalid")).to_be_focused()
    page.get_by_role("textbox", name="账号").fill(login)
    page.get_by_label("姓名").fill("赵六")
    page.get_by_label("编辑（").check()
    page.get_by_label("部门").fill("云江市公安局")
    page.get_by_role("button", name="新建账号").click()
    link = page.get_by_label("链接").input_value()
    assert_accessible(page)

    nobody.goto(link)
    expect(nobody.get_by_text("赵六，您好")).to_be_visible()
    assert_accessible(nobody)
    picture(nobody, "invitation")
    nobody.get_by_label("新密码").fill(PASSWORD)
    nobody.get_by_label("再输一遍").fill(PASSWORD)
    nobody.get_by_role("button", name="设置密码").click()
    expect(nobody.get_by_role("heading", name="登录")).to_be_visible()
    nobody.get_by_label("账号").fill(login)
    nobody.get_by_label("密码").fill(PASSWORD)
    nobody.get_by_role("button", name="登录").click()
    expect(nobody.get_by_role("heading", name="设置第二验证")).to_be_visible()
    assert_accessible(nobody)
    picture(nobody, "second-factor")

    page.get_by_role("link", name="我已转交").click()
    page.get_by_role("button", name="停用").click()
    expect(page.get_by_role("dialog")).to_contain_text("以后可以恢复")
    picture(page, "account")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="停用")).to_be_visible()
    page.get_by_role("button", name="停用").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_role("button", name="恢复账号")).to_be_visible()
    assert_accessible(page)


@pytest.mark.usefixtures("busy")
def test_the_home_page_draws_the_day(as_staff: AsStaff, console: Console) -> None:
    page = as_staff(Role.ADMINISTRATOR)
    page.goto(f"{console.url}/?days=7")

    expect(page.locator("#asked canvas")).to_be_visible()
    expect(page.locator("#top-questions canvas")).to_be_visible()
    page.get_by_text("数据表").first.click()
    expect(page.get_by_role("region", name="提问与没有把握的提问的数据表")).to_be_visible()
    with page.expect_download() as download:
        page.locator("a[href*='top/questions.csv']").click()
    assert "怎么补缴社保" in download.value.path().read_text(encoding="utf-8-sig")
    assert_accessible(page)
    picture(page, "home-week")


@pytest.mark.usefixtures("busy")
def test_a_conversation_is_found_read_and_its_numbers_shown_against_a_reason(
    as_staff: AsStaff, console: Console
) -> None:
    page = as_staff(Role.ADMINISTRATOR)
    page.goto(f"{console.url}/conversations")
    assert_accessible(page)
    picture(page, "conversations")
    page.get_by_label("内容").fill("天王盖地")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=str(CITIZEN)[:8]).click()
    expect(page.get_by_text("出生医学证明")).to_be_visible()
    expect(page.get_by_text("139****5678")).to_be_visible()
    assert_accessible(page)
    picture(page, "conversation")

    page.get_by_text("查看完整号码").click()
    page.get_by_label("理由").fill("核实 12 月 3 日的一件投诉")
    page.get_by_role("button", name="显示").click()
    expect(page.get_by_text("13912345678")).to_be_visible()
    page.goto(f"{console.url}/audit?action=conversations.unmasked")
    expect(page.get_by_text("查看完整号码").last).to_be_visible()
