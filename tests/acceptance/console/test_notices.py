"""How a notice is written, approved by a second person and watched; on a desk and on a phone."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import expect

from services.clock import CITY_ZONE, SystemClock
from services.db import Sessions
from services.staff.permissions import Role
from services.subscriptions.loader import import_subjects
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture
from tests.fakes.office import make_office

CITY = Path(__file__).resolve().parents[3] / "data" / "city"


def test_a_notice_is_written_with_its_preview_submitted_and_approved_by_a_second_person(
    as_staff: AsStaff, console: Console
) -> None:
    title = f"停水通知{uuid4().hex[:4]}"
    console.run(lambda sessions: make_office(sessions, SystemClock()).follow(3))
    console.run(lambda sessions: import_subjects(sessions, CITY / "subjects.yml"))
    writer, approver = as_staff(Role.SCHEDULER), as_staff(Role.APPROVER)
    writer.goto(f"{console.url}/notices")
    assert_accessible(writer)
    writer.get_by_role("link", name="起草通知").click()
    writer.get_by_label("标题").fill(title)
    writer.get_by_label("正文").fill("因管道检修，今晚20时至次日6时城东片区停水，请提前储水。")
    writer.get_by_label("发文单位").fill("云江水务")
    writer.get_by_label("发送时间", exact=True).fill(f"{datetime.now(CITY_ZONE) + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    expect(writer.locator("#preview")).to_contain_text("城东片区停水")
    expect(writer.locator("#audience-count")).to_contain_text("发给：全部关注者")
    writer.get_by_text("按订阅的主题和地区").click()
    topics = writer.get_by_role("group", name="订阅了这些主题的人", exact=True)
    topics.get_by_label("医保", exact=True).check()
    expect(writer.locator("#audience-count")).to_contain_text("发给：订阅了医保的人")
    assert_accessible(writer)
    picture(writer, "notice-form")
    topics.get_by_label("医保", exact=True).uncheck()
    expect(writer.locator("#audience-count")).to_contain_text("发给：全部关注者")
    writer.get_by_role("button", name="保存草稿").click()
    expect(writer.get_by_text("草稿已保存")).to_be_visible()
    writer.get_by_role("button", name="提交审核").click()
    expect(writer.get_by_text("请另一位有审批权限的同事来审核")).to_be_visible()
    address = writer.url
    expect(writer.get_by_role("region", name="收件范围")).to_contain_text("能收到")
    assert_accessible(writer)
    picture(writer, "notice-reach")
    # The notice's page would show the approval by itself, just when it is called up again below.
    writer.goto(f"{console.url}/notices")

    approver.goto(f"{console.url}/")
    approver.get_by_role("link", name="通知等待审核").click()
    approver.get_by_role("link", name=title).click()
    assert_accessible(approver)
    approver.get_by_role("button", name="审核通过").click()
    expect(approver.get_by_role("dialog")).to_contain_text("都看过了吗")
    approver.get_by_role("button", name="确定").click()
    expect(approver.get_by_text("到时间自动发送")).to_be_visible()

    writer.goto(address)
    expect(writer.get_by_text("已审核，等待发送时间").first).to_be_visible()
    assert_accessible(writer)
    picture(writer, "notice")
    writer.get_by_role("button", name="取消通知").click()
    writer.keyboard.press("Escape")
    expect(writer.get_by_text("已审核，等待发送时间").first).to_be_visible()
    writer.get_by_role("button", name="取消通知").click()
    writer.get_by_role("button", name="确定").click()
    expect(writer.get_by_text("没有发出的不再发送").first).to_be_visible()


def test_a_notice_is_watched_while_it_is_sent_and_stands_in_the_calendar(as_staff: AsStaff, console: Console) -> None:
    title = f"停电通知{uuid4().hex[:4]}"
    begun, shown = threading.Event(), threading.Event()

    async def approve(sessions: Sessions) -> None:
        office = make_office(sessions, SystemClock())
        await office.follow(60)
        await office.approved(title=title, due_at=SystemClock().now())

    async def send(sessions: Sessions) -> None:
        office = make_office(sessions, SystemClock())
        await office.lifecycle.tick()
        begun.set()
        await asyncio.to_thread(shown.wait, 60)
        await office.send_all()

    console.run(approve)
    watcher = as_staff(Role.SCHEDULER)
    watcher.goto(f"{console.url}/notices/calendar")
    expect(watcher.get_by_role("link", name=title)).to_be_visible()
    assert_accessible(watcher)
    picture(watcher, "notice-calendar")
    watcher.get_by_role("link", name=title).click()
    expect(watcher.get_by_text("这一页会自己显示发送进度")).to_be_visible()
    sending = threading.Thread(target=lambda: console.run(send))
    sending.start()
    assert begun.wait(60)
    # The page that waited shows it by itself.
    expect(watcher.get_by_text("发送中").first).to_be_visible(timeout=60_000)
    shown.set()
    expect(watcher.get_by_text("已发完").first).to_be_visible(timeout=60_000)
    sending.join()
    assert_accessible(watcher)
    picture(watcher, "notice-sent")

    watcher.goto(f"{console.url}/notices/testers")
    expect(watcher.get_by_text("还没有试发人员")).to_be_visible()
    assert_accessible(watcher)
