"""Can staff handle notices at the command line, in their own words?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from bot.errors import RecipientUnreachable
from services.errors import ServiceError
from services.notices import errors
from tests.fakes.office import Office
from tests.integration.notices.conftest import Terminal

#: 10:00 by the city's clock on 2026-11-23, as the fixed clock says.
CONTENT = ("--title", "停水通知", "--text", "今晚停水。", "--by", "张三")


async def test_a_notice_is_written_approved_watched_and_its_failures_saved(
    terminal: Terminal, office: Office, tmp_path: Path
) -> None:
    citizens = await office.follow(4)
    office.platform.broken = {f"openid-{citizens[0]}": RecipientUnreachable(errcode=43004)}
    told = await terminal.run("create", *CONTENT, "--at", "2026-11-23 11:00", "--url", "https://example.gov.cn")
    assert "第 1 号" in told
    assert "2026-11-23 11:00" in told
    await terminal.run("submit", "1", "--by", "张三")
    assert "等待发送时间" in await terminal.run("approve", "1", "--by", "李四")
    office.clock.advance(hours=1)
    await office.lifecycle.tick()
    await office.send_all()
    shown = await terminal.run("show", "1")
    assert "收件人 4：已发 3，失败 1" in shown
    assert "已发完" in shown
    assert "停水通知" in await terminal.run("list")
    assert "李四" in await terminal.run("changes", "1")
    file = tmp_path / "failures.csv"
    await terminal.run("failures", "1", "--csv", str(file))
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("citizen_id,")
    assert lines[1].startswith(f"{citizens[0]},wechat,failed,unreachable:43004")
    assert str(citizens[0]) in await terminal.run("failures", "1", "--csv")
    assert str(citizens[0]) in await terminal.run("failures", "1")
    office.platform.broken = {}
    await terminal.run("retry-failed", "1", "--by", "王五")
    await office.send_all()
    assert "已发 4" in await terminal.run("show", "1")


async def test_a_broadcast_is_watched_to_its_end(terminal: Terminal, office: Office) -> None:
    citizens = await office.follow(3)
    office.platform.broken = {f"openid-{citizens[0]}": RecipientUnreachable(errcode=43004)}
    notice = await office.sending()
    watching = asyncio.create_task(terminal.run("watch", str(notice.number), "--every", "0.1"))
    await asyncio.sleep(0.3)
    assert not watching.done()
    await office.send_all()
    told = (await asyncio.wait_for(watching, 60)).splitlines()
    assert "发送中：0 / 3" in told[0]
    assert "已发完：3 / 3，已发 2，失败 1，存疑 0，取消 0" in told[-2]
    assert "失败 1：平台无法送达此人（43004）" in told[-1]


async def test_notices_are_listed_by_state_and_page_by_page(terminal: Terminal, office: Office) -> None:
    await office.draft(title="停水通知")
    dropped = await office.draft(title="停电通知")
    await office.service.cancel(str(dropped.id), "张三")
    told = await terminal.run("list", "--state", "cancelled")
    assert ("停电通知" in told, "停水通知" in told) == (True, False)
    told = await terminal.run("list", "--before", str(dropped.number))
    assert ("停电通知" in told, "停水通知" in told) == (False, True)


@pytest.mark.parametrize("seconds", ["0", "soon", "4000"])
async def test_nobody_can_watch_without_a_pause(terminal: Terminal, seconds: str) -> None:
    with pytest.raises(SystemExit):
        await terminal.run("watch", "1", "--every", seconds)


async def test_one_command_needs_two_people(terminal: Terminal, office: Office) -> None:
    await office.follow(2)
    with pytest.raises(errors.SamePerson):
        await terminal.run("send", *CONTENT, "--at", "now", "--approved-by", "张三")
    assert "发给 2 人" in await terminal.run("send", *CONTENT, "--at", "now", "--approved-by", "李四")
    await office.lifecycle.tick()
    await office.send_all()
    assert len(office.platform.delivered) == 2


async def test_a_list_with_bad_lines_is_refused_and_each_line_named(
    terminal: Terminal, office: Office, tmp_path: Path
) -> None:
    citizens = await office.follow(2)
    bad = tmp_path / "bad.csv"
    bad.write_text(f"citizen_id\n{citizens[0]}\n王五\n{citizens[0]}\n", encoding="utf-8")
    told = await terminal.run("create", *CONTENT, "--at", "now", "--to", str(bad), code=1)
    assert "第 3 行不是市民编号：王五" in told
    assert "第 4 行与第 2 行重复" in told
    good = tmp_path / "good.csv"
    good.write_text(f"{citizens[1]}\n{uuid4()}\n", encoding="utf-8")
    sent = await terminal.run("send", *CONTENT, "--at", "now", "--to", str(good), "--approved-by", "李四")
    assert "发给 2 人" in sent


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--at", "明天九点"), "看不懂这个时间"),
        (("--at", "2026-11-20 09:00"), "已经过去"),
        (("--at", "now", "--quiet", "晚上"), "看不懂这个时段"),
        (("--at", "now", "--to", "/nowhere.csv"), "读不了文件"),
        (("--at", "now", "--late-after", "0"), "late_after_seconds"),
    ],
)
async def test_what_cannot_be_understood_is_refused_in_words(
    terminal: Terminal, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(ServiceError, match=sentence):
        await terminal.run("create", *CONTENT, *words)


async def test_an_edit_changes_what_is_given_and_asks_again(terminal: Terminal, office: Office) -> None:
    await office.follow(1)
    await terminal.run("create", *CONTENT, "--at", "2026-11-23 11:00", "--quiet", "22:00-07:00")
    await terminal.run("submit", "1", "--by", "张三")
    assert "第 2 版" in await terminal.run("edit", "1", "--title", "停水改期", "--by", "王五")
    assert "修改  待审核 → 草稿（标题）" in await terminal.run("changes", "1")
    shown = await terminal.run("show", "1")
    assert "《停水改期》" in shown
    assert "草稿" in shown
    assert "取消" in await terminal.run("cancel", "1", "--by", "王五")
