"""How notices are found, given lists, fields, tags and attachments, and watched where something fails."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from playwright.sync_api import Page, expect

from bot.errors import RecipientUnreachable
from services.citizens.tags import Tag, TagService
from services.clock import CITY_ZONE, SystemClock
from services.db import Sessions
from services.notices.types import Attachment
from services.staff.permissions import Role
from tests.acceptance.console.conftest import AsStaff
from tests.acceptance.console.staff import Console, assert_accessible, picture
from tests.fakes.office import make_office


def test_a_list_gives_a_text_its_fields_and_a_bad_line_keeps_the_whole_of_it_out(
    as_staff: AsStaff, console: Console, tmp_path: Path
) -> None:
    title = f"补贴到账{uuid4().hex[:4]}"
    one, other = console.run(lambda sessions: _follow(sessions, 2))
    writer = as_staff(Role.SCHEDULER)
    _write(writer, console, title, "您的补贴已到账，请留意查收。")

    writer.get_by_role("link", name="名单", exact=True).click()
    assert_accessible(writer)
    bad = tmp_path / "bad.csv"
    bad.write_text(f"市民编号,金额\n{one},1280元\n王五,960元\n{one},640元\n", encoding="gb18030")
    writer.get_by_label("名单文件").set_input_files(bad)
    writer.get_by_role("button", name="导入").click()
    wrong = writer.get_by_role("region", name="有 2 行不能用，整份名单没有导入")
    expect(wrong).to_contain_text("第 3 行不是市民编号：王五")
    expect(wrong).to_contain_text("第 4 行与第 2 行重复")
    expect(writer.get_by_text("这份通知没有自己的名单")).to_be_visible()
    assert_accessible(writer)
    picture(writer, "notice-list-bad")
    good = tmp_path / "good.csv"
    good.write_text(f"市民编号,金额\n{one},1280元\n{other},\n", encoding="utf-8-sig")
    writer.get_by_label("名单文件").set_input_files(good)
    writer.get_by_role("button", name="导入").click()
    expect(writer.get_by_text("已导入 2 人")).to_be_visible()
    expect(writer.get_by_role("region", name="现在的名单")).to_contain_text("{金额}")
    assert_accessible(writer)
    picture(writer, "notice-own-list")

    writer.get_by_role("link", name="返回").click()
    writer.get_by_role("link", name="修改").click()
    expect(writer.get_by_text("每人看到自己的")).to_be_visible()
    writer.get_by_label("正文").fill("您的补贴{金额}已到账，请留意查收。")
    # One of the list's own, masked.
    expect(writer.locator("#preview")).to_contain_text("您的补贴1＊＊＊元已到账")
    expect(writer.locator("#preview")).to_contain_text("按收件人中的一位填写")
    assert_accessible(writer)
    picture(writer, "notice-personal")
    writer.get_by_role("button", name="保存草稿").click()
    reach = writer.get_by_role("region", name="收件范围")
    expect(reach).to_contain_text("发给：名单上的人")
    expect(reach).to_contain_text("收不到：没有填写通知所需的内容（金额）")
    assert_accessible(writer)
    picture(writer, "notice-personal-reach")


def test_attachments_and_tags_are_chosen_where_a_notice_is_written(as_staff: AsStaff, console: Console) -> None:
    title = f"申报通知{uuid4().hex[:4]}"
    console.run(_tagged)
    writer = as_staff(Role.SCHEDULER)
    _begin(writer, console, title, "请企业在年底前申报。")
    writer.get_by_label("附件").fill("申报表")
    writer.get_by_role("button", name="保存草稿").click()
    expect(writer.get_by_text("请每行写一个附件")).to_be_visible()
    assert_accessible(writer)
    writer.get_by_label("附件").fill(
        "申报表 https://www.yunjiang.gov.cn/sb.docx\n填写说明 https://www.yunjiang.gov.cn/sm.pdf"
    )
    expect(writer.locator("#preview")).to_contain_text("附件：填写说明 https://www.yunjiang.gov.cn/sm.pdf")
    writer.get_by_text("按公众号的标签").click()
    tags = writer.get_by_role("group", name="有这些标签的人", exact=True)
    tags.get_by_label("企业（1 人）").check()
    expect(writer.locator("#audience-count")).to_contain_text("发给：有标签企业的人")
    assert_accessible(writer)
    picture(writer, "notice-attachments-tags")
    writer.get_by_role("button", name="保存草稿").click()
    expect(writer.get_by_role("region", name="收件范围")).to_contain_text("发给：有标签企业的人")
    expect(writer.get_by_text("附件：申报表").first).to_be_visible()
    assert_accessible(writer)


def test_what_failed_is_told_by_reason_sent_again_and_the_list_is_found_by_state(
    as_staff: AsStaff, console: Console
) -> None:
    title = f"停气通知{uuid4().hex[:4]}"
    console.run(lambda sessions: _half_failed(sessions, title))
    watcher = as_staff(Role.SCHEDULER)
    watcher.goto(f"{console.url}/notices?state=finished")
    assert_accessible(watcher)
    picture(watcher, "notice-all")
    watcher.get_by_label("状态").select_option("cancelled")
    watcher.get_by_role("button", name="查找").click()
    expect(watcher.get_by_role("link", name=title)).to_have_count(0)
    watcher.get_by_label("状态").select_option("finished")
    watcher.get_by_role("button", name="查找").click()
    watcher.get_by_role("link", name=title).click()
    expect(watcher.get_by_role("list", name="失败和存疑的原因")).to_contain_text("失败 3 人：平台无法送达此人（43004）")
    assert_accessible(watcher)
    picture(watcher, "notice-failed")
    with watcher.expect_download() as download:
        watcher.get_by_role("link", name="未送达名单").click()
    saved = download.value.path().read_text(encoding="utf-8-sig")
    assert saved.count("unreachable:43004") == 3

    watcher.get_by_role("button", name="重发失败的").click()
    expect(watcher.get_by_role("dialog")).to_contain_text("只给失败的 3 人再发一次")
    watcher.get_by_role("button", name="确定").click()
    expect(watcher.get_by_text("正在重发失败的")).to_be_visible()
    console.run(_send_all)
    # The page that watches shows it by itself.
    expect(watcher.get_by_text("已发完").first).to_be_visible(timeout=60_000)
    expect(watcher.get_by_role("list", name="失败和存疑的原因")).to_have_count(0)
    assert_accessible(watcher)


def _begin(writer: Page, console: Console, title: str, body: str) -> None:
    writer.goto(f"{console.url}/notices/new")
    writer.get_by_label("标题").fill(title)
    writer.get_by_label("正文").fill(body)
    writer.get_by_label("发文单位").fill("云江市民政局")
    writer.get_by_label("发送时间", exact=True).fill(f"{datetime.now(CITY_ZONE) + timedelta(hours=2):%Y-%m-%dT%H:%M}")


def _write(writer: Page, console: Console, title: str, body: str) -> None:
    _begin(writer, console, title, body)
    writer.get_by_role("button", name="保存草稿").click()
    expect(writer.get_by_text("草稿已保存")).to_be_visible()


async def _follow(sessions: Sessions, count: int) -> list[UUID]:
    return await make_office(sessions, SystemClock()).follow(count)


async def _tagged(sessions: Sessions) -> None:
    """One follower of several has the tag 企业."""
    (one, *_) = await make_office(sessions, SystemClock()).follow(3)
    tags = TagService(sessions=sessions, clock=SystemClock())
    number = await tags.claim_round("wechat", every=timedelta(0))
    assert number is not None
    await tags.list_taken("wechat", [Tag(tag="101", name="企业", followers=1)])
    accounts = await tags.accounts("wechat")
    await tags.take_in("wechat", "101", accounts=accounts, addresses=[f"openid-{one}"], number=number)
    await tags.close_tag("wechat", "101", number=number)
    await tags.close_round("wechat", number=number)


async def _half_failed(sessions: Sessions, title: str) -> None:
    """A notice to ten, of whom three were not reached."""
    office = make_office(sessions, SystemClock())
    citizens = await office.follow(10)
    office.platform.broken = {f"openid-{one}": RecipientUnreachable(errcode=43004) for one in citizens[:3]}
    attached = [Attachment(name="路线图", url="https://www.yunjiang.gov.cn/lx.png")]
    await office.approved(title=title, citizens=citizens, due_at=SystemClock().now(), attachments=attached)
    await office.lifecycle.tick()
    await office.send_all()


async def _send_all(sessions: Sessions) -> None:
    office = make_office(sessions, SystemClock())
    await office.lifecycle.tick()
    await office.send_all()
