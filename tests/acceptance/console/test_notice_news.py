"""How a mass notice is written as news: a cover chosen and refused, the card in the preview, read before approval."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from services.clock import CITY_ZONE, SystemClock
from services.staff.permissions import Role
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture
from tests.fakes.office import make_office
from tests.fakes.pictures import png

DIGEST = "12月1日起城东片区分时段停水，请提前储水。"
REFUSED = "封面只支持 JPG 或 PNG 格式"


@pytest.fixture
def cover(tmp_path: Path) -> Path:
    file = tmp_path / "封面.png"
    file.write_bytes(png(900, 383, shade=120))
    return file


@pytest.fixture
def writer(as_staff: AsStaff, console: Console) -> Page:
    """Somebody who has begun to write a notice to three followers."""
    console.run(lambda sessions: make_office(sessions, SystemClock()).follow(3))
    page = as_staff(Role.SCHEDULER)
    page.goto(f"{console.url}/notices/new")
    page.get_by_label("标题").fill(f"停水通知{uuid4().hex[:4]}")
    page.get_by_label("正文").fill("因管道检修，城东片区停水。\n请提前储水。")
    page.get_by_label("发文单位").fill("云江水务")
    page.get_by_label("链接").fill("https://www.example.gov.cn/notices/1")
    page.get_by_label("发送时间", exact=True).fill(f"{datetime.now(CITY_ZONE) + timedelta(hours=2):%Y-%m-%dT%H:%M}")
    return page


def choose_news(writer: Page, cover: Path) -> None:
    writer.get_by_label("发送方式").select_option("mass")
    writer.get_by_label("群发形式").select_option("news")
    writer.get_by_label("摘要").fill(DIGEST)
    writer.get_by_label("封面图片").set_input_files(cover)


def drawn(page: Page) -> bool:
    """The card's cover is there, and not the mark of a broken picture."""
    image = page.locator("#preview img.zq-news-cover").first
    return bool(image.evaluate("image => image.decode().then(() => image.naturalWidth === 900)"))


def test_a_cover_is_refused_with_a_reason_or_shown_on_the_card_at_once(
    writer: Page, cover: Path, tmp_path: Path
) -> None:
    expect(writer.get_by_label("群发形式")).to_be_hidden()
    writer.get_by_label("发送方式").select_option("mass")
    expect(writer.get_by_label("封面图片")).to_be_hidden()
    text = tmp_path / "说明.png"
    text.write_bytes(b"no picture")
    choose_news(writer, text)
    expect(writer.get_by_text(REFUSED)).to_be_visible()
    expect(writer.locator("#preview")).to_contain_text("还没有封面")
    assert_accessible(writer)

    writer.get_by_label("封面图片").set_input_files(cover)
    expect(writer.get_by_alt_text("现在的封面")).to_be_visible()
    expect(writer.get_by_text(REFUSED)).to_be_hidden()
    expect(writer.locator("#preview .zq-news-digest").first).to_have_text(DIGEST)
    expect(writer.locator("#preview img.zq-news-cover").first).to_be_visible()
    assert drawn(writer)
    assert_accessible(writer)
    picture(writer, "notice-news-form")


def test_news_are_read_as_a_card_by_who_approves_and_another_cover_asks_again(
    as_staff: AsStaff, console: Console, writer: Page, cover: Path, tmp_path: Path
) -> None:
    choose_news(writer, cover)
    expect(writer.get_by_alt_text("现在的封面")).to_be_visible()
    writer.get_by_role("button", name="保存草稿").click()
    expect(writer.get_by_text("草稿已保存")).to_be_visible()
    writer.get_by_text("点开以后的文章").first.click()
    expect(writer.get_by_text("阅读原文").first).to_be_visible()
    assert_accessible(writer)
    picture(writer, "notice-news")
    address = writer.url
    writer.get_by_role("button", name="提交审核").click()
    expect(writer.get_by_text("请另一位有审批权限的同事来审核")).to_be_visible()
    # That page would show the approval by itself, just when another one is called up below.
    writer.goto(f"{console.url}/notices")

    approver = as_staff(Role.APPROVER)
    approver.goto(address)
    expect(approver.locator("img.zq-news-cover").first).to_be_visible()
    approver.get_by_role("button", name="审核通过").click()
    approver.get_by_role("button", name="确定").click()
    expect(approver.get_by_text("到时间自动发送")).to_be_visible()
    approver.goto(f"{console.url}/notices")

    other = tmp_path / "另一张.png"
    other.write_bytes(png(900, 400, shade=60))
    writer.goto(f"{address}/edit")
    shown = writer.locator("#cover img").get_attribute("src")
    writer.get_by_label("封面图片").set_input_files(other)
    expect(writer.locator("#cover img")).not_to_have_attribute("src", str(shown))
    writer.get_by_role("button", name="保存草稿").click()
    expect(writer.get_by_text("原来的审核作废，请重新提交")).to_be_visible()
