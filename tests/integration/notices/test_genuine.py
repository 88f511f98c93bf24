"""Does a citizen who forwards a notice learn whether we sent it, and staff what a phone will show?"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.messages import InboundMessage, MessageKind
from bot.turns import spoken
from services.notices.types import NoticeEdit
from tests.fakes.office import Office
from tests.integration.notices.conftest import Terminal, call, draft

BODY = "因管道检修，11月24日20时至次日6时城东片区停水，请提前储水，咨询电话0571-88001234。"
URL = "https://www.yunjiang.gov.cn/ts"
FIELDS = {"title": "城东片区停水通知", "body": BODY, "department": "云江水务"}


async def sent(office: Office) -> None:
    await office.follow(2)
    await office.sending(**FIELDS)
    await office.send_all()


async def test_a_notice_that_went_out_is_confirmed_with_its_number_and_day(office: Office) -> None:
    await sent(office)

    found = await office.verification.verify("这个是真的吗：" + BODY)

    assert (found.verdict, found.number, found.title, found.department) == (
        *("genuine", 1, "城东片区停水通知", "云江水务"),
    )
    assert found.sent_at == office.clock.now()
    assert not found.withdrawn


@pytest.mark.parametrize("emergency", [False, True])
async def test_a_quoted_notice_is_confirmed_and_a_quoted_forgery_is_not(office: Office, emergency: bool) -> None:
    await office.follow(2)
    await office.sending(**FIELDS, emergency=emergency, url="https://www.yunjiang.gov.cn/ts")
    await office.send_all()
    quoted = "「妈妈：{}」\n- - - - - - - - - - - - - - -\n这是真的吗？"

    assert (await office.verification.verify(quoted.format(BODY))).number == 1
    for true, false in (("0571-88001234", "0571-88001235"), ("次日6时", "次日9时"), ("停水", "停电")):
        assert (await office.verification.verify(quoted.format(BODY.replace(true, false)))).verdict == "changed"
    link = quoted.format(BODY + "https://www.yunjiang.gov.cn.pay.top/ts")
    assert (await office.verification.verify(link)).verdict == "changed"


@pytest.mark.parametrize("change", [("0571-88001234", "13800138000"), ("停水", "停气"), ("24日", "25日")])
async def test_a_notice_with_one_fact_changed_is_never_confirmed(office: Office, change: tuple[str, str]) -> None:
    await sent(office)

    assert (await office.verification.verify(BODY.replace(*change))).verdict in {"changed", "unknown"}


def card(**fields: str) -> str:
    """What the assistant is told of a forwarded link card."""
    told = spoken(
        InboundMessage(
            channel="wechat",
            account="gh_city",
            sender="o1",
            dedup_key="m:o1:1",
            kind=MessageKind.LINK,
            fields={"Title": FIELDS["title"], "Description": BODY, "Url": URL, **fields},
            sent_at=datetime(2026, 11, 23, tzinfo=timezone.utc),
        )
    )
    assert told is not None
    return told


@pytest.mark.parametrize("description", ["", BODY, BODY[:25], "今晚停水，请储水"])
async def test_a_forwarded_card_of_a_notice_is_confirmed(office: Office, description: str) -> None:
    await office.follow(2)
    await office.sending(**FIELDS, url=URL, mass_form="news", digest="今晚停水，请储水")
    await office.send_all()

    found = await office.verification.verify(card(Description=description))

    assert (found.verdict, found.number, found.sent_at) == ("genuine", 1, office.clock.now())


@pytest.mark.parametrize(
    "forged",
    [
        {"Url": "https://www.yunjiang.gov.cn.pay.top/ts"},
        {"Url": "https://www.yunjiang-gov.cn/ts"},
        {"Url": "https://www.yunjiang.gov.cn@pay.top/ts"},
        {"Url": "https://www.yunj\u0456ang.gov.cn/ts"},
        {"Url": "https://www.yunjiang.gov.cn/ts?to=https://pay.top"},
        {"Url": "https://www.yunjiang.gov.cn"},
        {"Url": "https://www.yunjiang.gov.cn/ts2", "Title": "城东片区停水通知"},
        {"Url": "https://pay.top/" + "x" * 600},
        {"Title": "城东片区停气通知"},
        {"Description": BODY.replace("88001234", "88001235")},
        {"Description": BODY + "请先转账100元。"},
    ],
)
async def test_a_forged_card_is_not_confirmed(office: Office, forged: dict[str, str]) -> None:
    await office.follow(2)
    await office.sending(**FIELDS, url=URL)
    await office.send_all()

    assert (await office.verification.verify(card())).verdict == "genuine"
    assert (await office.verification.verify(card(**forged))).verdict in {"changed", "unknown"}


async def test_a_link_put_into_a_notice_that_has_none_is_not_confirmed(office: Office) -> None:
    await sent(office)

    assert (await office.verification.verify(card())).verdict == "changed"


async def test_what_is_not_sent_yet_is_neither_confirmed_nor_told(office: Office) -> None:
    await office.follow(2)
    await office.approved(**FIELDS)

    assert (await office.verification.verify(BODY)).verdict == "unknown"


async def test_a_notice_that_was_called_off_is_said_to_be(office: Office) -> None:
    await office.follow(2)
    notice = await office.sending(**FIELDS)
    await office.service.cancel(str(notice.id), "张三")

    found = await office.verification.verify(BODY)
    assert (found.verdict, found.withdrawn) == ("genuine", True)


async def test_a_notice_of_two_years_ago_is_not_told_as_ours_today(office: Office) -> None:
    await sent(office)
    office.clock.advance(days=800)

    assert (await office.verification.verify(BODY)).verdict == "unknown"


async def test_a_forwarded_text_is_verified_over_http(client: object, office: Office) -> None:
    await sent(office)

    assert (await call(client, "POST", "/verifications", 200, text=BODY))["number"] == 1
    assert (await call(client, "POST", "/verifications", 200, text="停水"))["verdict"] == "short"
    await call(client, "POST", "/verifications", 400, text="")
    await call(client, "POST", "/verifications", 400, text="长" * 4001)


async def test_a_preview_shows_every_way_the_chosen_one_first_and_what_does_not_fit(
    client: object,
    office: Office,
) -> None:
    made = await call(client, "POST", "/notices", 201, **draft(office, **FIELDS, route="subscription"))

    previews = await call(client, "GET", f"/notices/{made['id']}/previews", 200)

    assert [one["route"] for one in previews if one["chosen"]] == ["subscription"]
    assert previews[0]["chosen"]
    assert previews[0]["lines"][0]["text"] == "城东片区停水通知"
    assert any("手机上只显示" in warning for warning in previews[0]["warnings"])
    assert any("没有链接" in warning for warning in previews[0]["warnings"])


async def test_staff_preview_and_verify_at_the_command_line(
    terminal: Terminal,
    office: Office,
) -> None:
    await sent(office)

    shown = await terminal.run("preview", "1")
    assert "本通知的发送方式" in shown
    assert BODY in shown
    assert "属实：是第 1 号通知" in await terminal.run("verify", BODY)
    assert "不能确认" in await terminal.run("verify", "领取补贴请点击这个链接填写银行卡号", code=1)


async def test_a_preview_follows_the_edits(office: Office) -> None:
    notice = await office.draft(**FIELDS)
    await office.service.edit(
        str(notice.id), NoticeEdit(staff="张三", title="停水改期", due_at=office.clock.now() + timedelta(hours=2))
    )

    assert (await office.service.previews(str(notice.id)))[0].lines[0].text == "停水改期"
