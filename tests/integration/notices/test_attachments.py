"""Do attachments go out with a notice, as named links that were approved with it?"""

from __future__ import annotations

from typing import Any

import pytest

from services.notices.errors import BadNotice
from services.notices.types import Attachment, NoticeEdit
from tests.fakes.office import Office
from tests.integration.notices.conftest import Terminal, call, draft

FORM = {"name": "申报表", "url": "https://example.gov.cn/a.pdf"}
LINE = "附件：申报表 https://example.gov.cn/a.pdf"


async def test_attachments_are_kept_shown_and_confirmed_with_the_notice(client: Any, office: Office) -> None:
    await office.follow(1)
    made = await call(client, "POST", "/notices", 201, **draft(office, attachments=[FORM], department="民政局"))
    assert made["attachments"] == [FORM]
    (preview, *_) = await call(client, "GET", f"/notices/{made['number']}/previews", 200)
    assert LINE in preview["lines"][-1]["text"]

    notice = await office.sending(attachments=[Attachment(**FORM)])
    await office.send_all()

    text = f"{notice.body}{LINE}"
    assert (await office.verification.verify(text)).verdict == "genuine"
    assert (await office.verification.verify(text.replace("example.gov.cn", "examp1e.cn"))).verdict != "genuine"


async def test_an_edit_changes_them_asks_again_and_no_more_than_five_fit(client: Any, office: Office) -> None:
    await office.follow(1)
    notice = await office.approved(attachments=[Attachment(**FORM)])
    changed = await office.service.edit(str(notice.id), NoticeEdit(staff="张三", attachments=[]))
    assert (changed.attachments, changed.state, changed.version) == ([], "draft", 2)

    for wrong in ([FORM] * 6, [{**FORM, "url": "ftp://x"}], [{**FORM, "name": "长" * 41}], [{"url": FORM["url"]}]):
        await call(client, "POST", "/notices", 400, **draft(office, attachments=wrong))
    long = [Attachment(name="长" * 40, url="https://example.gov.cn/" + "a" * 270)] * 5
    with pytest.raises(BadNotice, match="一条消息放不下"):
        await office.draft(route="customer", body="长" * 500, attachments=long)
    with pytest.raises(BadNotice, match="附件对每个人都一样"):
        await office.draft(attachments=[Attachment(name="{金额}", url=FORM["url"])])


async def test_the_command_line_gives_and_takes_them(terminal: Terminal) -> None:
    words = ("--title", "补贴", "--text", "已发放。", "--at", "2026-11-24 09:00", "--by", "张三")
    await terminal.run("create", *words, "--attach", f"{FORM['name']}={FORM['url']}")
    assert LINE in await terminal.run("show", "1")
    assert LINE in await terminal.run("preview", "1")
    await terminal.run("edit", "1", "--by", "张三", "--attach", "")
    assert LINE not in await terminal.run("show", "1")
