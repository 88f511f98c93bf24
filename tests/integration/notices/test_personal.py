"""Does a personalised notice say to each citizen what is theirs, and nothing half-filled to anybody?"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.notices.audience import AppointmentRule, AudienceRules, CaseRule
from services.notices.errors import BadNotice
from services.notices.filling import FillingService
from services.notices.results import Notice
from services.notices.types import FailuresQuery, Listed, NewTester, NoticeEdit
from tests.fakes.office import Office
from tests.integration.notices.city import City, any_of
from tests.integration.notices.conftest import Terminal, call, draft

STEP = """
    INSERT INTO progress_steps (project_no, step_key, position, process_name, event_name, explain)
    VALUES (:no, :name, :position, :name, '', '')
"""
CASES = any_of(CaseRule(states=["2"]))
LINES = "您的办件{办件编号}（{办件事项}）现在到：{最新环节}。"


async def with_case(city: City, *steps: str) -> UUID:
    (citizen,) = await city.follow(1)
    await city.told_of_case(citizen, "2")
    for position, name in enumerate(steps, start=1):
        await city.run(STEP, no=f"YJ{citizen.hex[:8]}", name=name, position=position)
    return citizen


async def bodies(office: Office) -> dict[UUID, str]:
    """What each citizen reads."""
    citizens = await office.audience.followers(None, 100)
    of = {citizen.address: citizen.citizen_id for citizen in citizens}
    return {of[message.address]: message.body for message in office.platform.delivered}


async def sent(city: City, **fields: Any) -> Notice:
    notice = await city.office.sending(**fields)
    await city.office.send_all()
    return await city.office.service.get(str(notice.id))


async def test_each_citizen_reads_of_their_own_case_and_who_lacks_something_gets_nothing(city: City) -> None:
    one, other, silent = await with_case(city, "受理", "审查"), await with_case(city, "受理"), await with_case(city)
    before = await city.office.draft(body=LINES, audience_rules=CASES)
    reach = await city.office.service.reach(str(before.id))
    assert (reach.audience, reach.reachable) == (3, 2)
    assert [(lost.reason, lost.citizens) for lost in reach.unreachable] == [("no_value:最新环节", [silent])]
    assert reach.unreachable[0].reason_text == "没有填写通知所需的内容（最新环节）"

    notice = await sent(city, body=LINES, audience_rules=CASES)

    assert await bodies(city.office) == {
        one: f"您的办件YJ{one.hex[:8]}（居住证）现在到：审查。",
        other: f"您的办件YJ{other.hex[:8]}（居住证）现在到：受理。",
    }
    assert (notice.counters.accepted, notice.counters.failed) == (2, 1)
    page = await city.office.service.failures(str(notice.id), FailuresQuery())
    assert [(row.citizen_id, row.reason, row.attempts) for row in page.failures] == [(silent, "no_value:最新环节", 0)]


async def test_what_was_missing_is_filled_when_the_failed_are_sent_again(city: City) -> None:
    citizen = await with_case(city)
    notice = await sent(city, body=LINES, audience_rules=CASES)
    assert notice.counters.failed == 1
    await city.run(STEP, no=f"YJ{citizen.hex[:8]}", name="办结", position=1)

    await city.office.service.retry_failed(str(notice.id), "张三")
    await city.office.send_all()

    assert (await bodies(city.office))[citizen].endswith("现在到：办结。")


async def test_an_appointment_is_named_by_day_time_and_hall(city: City) -> None:
    (booked,) = await city.follow(1)
    await city.booked(booked)
    body = "您预约的{预约业务}：{预约日期}{预约时间}，{预约大厅}（{大厅地址}）。"

    await sent(city, body=body, audience_rules=any_of(AppointmentRule()))

    assert await bodies(city.office) == {booked: "您预约的户籍业务：12月1日（星期二）09:00，江北大厅（路1号）。"}


async def test_columns_of_the_list_are_filled_in_title_text_and_link_and_what_they_hold_is_only_text(
    office: Office,
) -> None:
    one, other = await office.follow(2)
    listed = [
        Listed(citizen_id=one, values={"姓名": "王{金额}", "金额": "12元", "号": "a&b=1"}),
        Listed(citizen_id=other, values={"姓名": "李四", "金额": " "}),
    ]
    url = "https://gov.example/?n={号}"

    notice = await office.sending(title="{姓名}的补贴", body="{姓名}：{金额}", url=url, recipients=listed)
    await office.send_all()

    assert [(message.title, message.body) for message in office.platform.delivered] == [
        ("王｛金额｝的补贴", "王｛金额｝：12元")
    ]
    page = await office.service.failures(str(notice.id), FailuresQuery())
    assert [(row.citizen_id, row.reason) for row in page.failures] == [(other, "no_value:金额")]


async def test_what_gets_too_long_for_its_route_is_not_sent(office: Office) -> None:
    (one,) = await office.follow(1)
    listed = [Listed(citizen_id=one, values={"说明": "长" * 100})]

    notice = await office.sending(title="{说明}", recipients=listed)
    await office.send_all()

    page = await office.service.failures(str(notice.id), FailuresQuery())
    assert [row.reason for row in page.failures] == ["filled_too_long"]
    assert office.platform.delivered == []


async def test_a_text_asks_only_for_what_its_audience_has(city: City) -> None:
    for fields, said in (
        ({"body": LINES}, "不能填“办件编号”。现在的收件范围没有可填的内容"),
        ({"body": "{预约日期}", "audience_rules": CASES}, "现在可以填：办件编号、办件事项、办件状态、最新环节"),
        ({"body": "多了一个{", "audience_rules": CASES}, "正文里的花括号"),
        ({"department": "{办件编号}", "audience_rules": CASES}, "发文单位对每个人都一样"),
        ({"body": LINES, "audience_rules": CASES, "route": "mass"}, "群发消息对每个人都一样"),
    ):
        with pytest.raises(BadNotice, match=said):
            await city.office.draft(**fields)

    notice = await city.office.draft(body=LINES, audience_rules=CASES)
    with pytest.raises(BadNotice, match="不能填“办件编号”"):
        await city.office.service.edit(str(notice.id), NoticeEdit(staff="张三", audience_rules=AudienceRules()))


async def test_staff_see_a_real_example_masked_and_testers_get_it(client: Any, city: City) -> None:
    citizen = await with_case(city, "审查")
    (tester,) = await city.follow(1)
    notice = await city.office.draft(body=LINES, audience_rules=CASES)
    number = f"YJ{citizen.hex[:8]}"
    hidden = f"YJ＊＊＊＊＊＊{number[-2:]}"

    (preview, *_) = await call(client, "GET", f"/notices/{notice.number}/previews", 200)
    fields = await call(client, "GET", f"/notices/{notice.number}/fields", 200)
    before = await call(
        client, "POST", "/audiences/fields", 200, audience_rules={"include": [{"kind": "case", "states": ["2"]}]}
    )

    assert f"您的办件{hidden}（居住证）现在到：审查。" in preview["lines"][-1]["text"]
    assert preview["example"] == "按收件人中的一位填写，能认出人的内容已隐去"
    assert fields == before
    assert [(field["name"], field["example"]) for field in fields][:3] == [
        ("办件编号", hidden),
        ("办件事项", "居住证"),
        ("办件状态", "已受理"),
    ]
    await city.office.trials.enrol(NewTester(staff="李四", citizen_id=tester, name="测试员"))
    await city.office.trials.send(str(notice.id), "张三")
    await city.office.lifecycle.tick()
    await city.office.send_all()
    assert (await bodies(city.office))[tester] == f"您的办件{hidden}（居住证）现在到：审查。"


async def test_a_text_whose_values_nobody_has_is_shown_as_it_is_and_not_tried(city: City) -> None:
    await with_case(city)
    (tester,) = await city.follow(1)
    notice = await city.office.draft(body=LINES, audience_rules=CASES)
    await city.office.trials.enrol(NewTester(staff="李四", citizen_id=tester, name="测试员"))

    (preview, *_) = await city.office.service.previews(str(notice.id))

    assert preview.example == "收件人里没有一位的内容是齐的，还看不到填好的样子"
    with pytest.raises(BadNotice, match="没法试发"):
        await city.office.trials.send(str(notice.id), "张三")


async def test_a_forwarded_personal_notice_is_confirmed_with_the_values_that_somebody_got(city: City) -> None:
    citizen = await with_case(city, "审查")
    await sent(city, body=LINES, audience_rules=CASES, department="云江市政务服务局")
    got = (await bodies(city.office))[citizen]
    verify = city.office.verification.verify

    assert (await verify(f"这个是真的吗？{got}")).verdict == "genuine"
    # The same words with what nobody got in them are not confirmed.
    assert (await verify(got.replace("审查", "缴费13800138000"))).verdict in ("changed", "unknown")


async def test_who_leaves_is_forgotten_in_lists_and_in_what_was_filled_in(city: City) -> None:
    office = city.office
    (one,) = await office.follow(1)
    await sent(city, body="{金额}", recipients=[Listed(citizen_id=one, values={"金额": "12元"})])

    async with office.sessions.begin() as session:
        await FillingService.erase_citizen(session, one)

    async with office.sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM notice_fillings")) == 0
        assert await session.scalar(text("SELECT columns FROM notice_recipients")) == {}


async def test_a_list_with_columns_comes_in_by_the_command_line(
    terminal: Terminal, office: Office, tmp_path: Path
) -> None:
    (one,) = await office.follow(1)
    path = tmp_path / "list.csv"
    path.write_text(f"citizen_id,金额\n{one},12元\n", encoding="utf-8")
    content = ("--title", "补贴", "--text", "您的补贴{金额}已发放。", "--at", "2026-11-24 09:00", "--by", "张三")

    said = await terminal.run("create", *content, "--to", str(path))
    assert "已起草" in said
    assert "{金额}" in await terminal.run("fields", "1")
    assert "您的补贴1＊元已发放。" in await terminal.run("preview", "1")

    path.write_text(f"citizen_id,金额,金额\n{one},{'长' * 101},\n", encoding="utf-8")
    said = await terminal.run("create", *content, "--to", str(path), code=1)
    assert "标题行的“金额”出现了两次" in said
    assert "第 2 行“金额”超过 100 个字" in said


async def test_the_api_refuses_values_beyond_its_limits_and_two_lists(client: Any, office: Office) -> None:
    (one,) = await office.follow(1)
    listed = {"citizen_id": str(one), "values": {"金额": "长" * 101}}
    await call(client, "POST", "/notices", 400, **draft(office, recipients=[listed]))
    listed["values"] = {"金{额": "1"}
    await call(client, "POST", "/notices", 400, **draft(office, recipients=[listed]))
    listed["values"] = {"金额": "1"}
    await call(client, "POST", "/notices", 400, **draft(office, recipients=[listed], citizens=[str(one)]))
    made = await call(client, "POST", "/notices", 201, **draft(office, recipients=[listed], body="{金额}"))
    assert made["list_columns"] == ["金额"]
