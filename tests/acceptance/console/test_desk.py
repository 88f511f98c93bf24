"""How the desk adds a step to a case, as people do it; on a desk and on a phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from services.clock import SystemClock, local
from services.crypto import load_cipher
from services.embedded import ROOT
from services.progress.loader import import_codes
from services.progress.service import ProgressService
from services.progress.types import CaseFeed, StepFeed
from services.staff.permissions import Role
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture

CODE = "482913"


def make_case(console: Console, number: str, *, subscribers: int) -> None:
    """A case that is being worked on, and the codes of the example city."""

    async def make(sessions: Any) -> None:
        await import_codes(sessions, ROOT / "data" / "city" / "case_codes.yml")
        cipher = load_cipher(console.settings.vault_key, console.settings.data_path)
        service = ProgressService(sessions=sessions, clock=SystemClock(), cipher=cipher, attempts_per_hour=5)
        today = local(SystemClock().now()).date()
        await service.take_case(
            CaseFeed(
                project_no=number,
                task_name="食品经营许可",
                state="reviewing",
                org_name="云江市市场监督管理局",
                applyer_name="张三丰",
                query_code=CODE,
                apply_date=today - timedelta(days=9),
                accept_date=today - timedelta(days=8),
                promise_date=today - timedelta(days=1),
                steps=[StepFeed(process_name="受理", state="done"), StepFeed(process_name="审查", state="running")],
            )
        )
        for _ in range(subscribers):
            await service.subscribe(number, uuid4(), CODE)

    console.run(make)


def test_the_desk_finds_a_case_adds_a_step_and_its_subscribers_will_be_told(
    as_staff: AsStaff, console: Console
) -> None:
    number = f"YJ{uuid4().hex[:10].upper()}"
    make_case(console, number, subscribers=2)
    page = as_staff(Role.DESK)
    page.goto(f"{console.url}/cases")
    assert_accessible(page)
    page.get_by_label("办件编号").fill(number.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_text("超过承诺时限").last).to_be_visible()
    picture(page, "cases")
    page.get_by_role("link", name=number).click()
    expect(page.get_by_text("2 位群众会收到进展消息")).to_be_visible()
    assert_accessible(page)

    page.get_by_label("环节", exact=True).fill("现场核查")
    page.get_by_label("环节状态").select_option("yours")
    page.get_by_label("特别程序").select_option("inspection")
    page.get_by_label("说明").fill("12月2日上午到经营场所核查，请留人在场。")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog")).to_contain_text("通知 2 位订阅的群众，不能撤回")
    page.keyboard.press("Escape")
    expect(page.get_by_label("环节", exact=True)).to_have_value("现场核查")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("已保存，会通知 2 位订阅的群众。")).to_be_visible()
    expect(page.get_by_text("等待发送 2 人")).to_be_visible()
    assert_accessible(page)
    picture(page, "case")

    page.get_by_role("link", name="修改环节 现场核查").click()
    expect(page.get_by_role("heading", name="修改环节：现场核查")).to_be_visible()
    page.get_by_label("环节状态").select_option("done")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator(".zq-steps")).to_contain_text("12月2日上午到经营场所核查")
    expect(page.get_by_text("更新办件环节")).to_have_count(2)
