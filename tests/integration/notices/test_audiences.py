"""Does a notice reach whom its rules mean, and nobody else, whatever happens meanwhile?"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.notices import lifecycle
from services.notices.audience import (
    ActiveRule,
    AppointmentRule,
    AudienceRules,
    CaseRule,
    DistrictRule,
    ListRule,
    Rule,
    TopicRule,
)
from services.notices.errors import BadNotice, EmptyAudience
from services.notices.lifecycle import LifecycleService
from services.notices.types import NoticeEdit
from tests.integration.notices.city import JB, SB, YB, City, all_of, any_of
from tests.integration.notices.conftest import Terminal, call, draft


async def test_topics_and_districts_mean_those_who_follow_them(city: City) -> None:
    insured, both, northern = await city.follow(2, YB), await city.follow(1, YB, JB), await city.follow(1, JB)
    await city.follow(2)
    topic, district = TopicRule(codes=[YB]), DistrictRule(codes=[JB])

    for rules, expected in (
        (any_of(topic), [*insured, *both]),
        (any_of(topic, district), [*insured, *both, *northern]),
        (all_of(topic, district), both),
        (any_of(topic, exclude=(district,)), insured),
    ):
        notice = await city.office.approved(audience_rules=rules)
        assert await city.recipients(notice) == sorted(expected)


async def test_people_with_cases_appointments_and_recent_messages_are_meant(city: City) -> None:
    accepted, finished, booked, dropped, recent, silent = await city.follow(6)
    await city.told_of_case(accepted, "2")
    await city.told_of_case(finished, "6")
    await city.booked(booked)
    await city.booked(dropped, "cancelled")
    await city.wrote(recent, 3)
    await city.wrote(silent, 100)
    today = date(2026, 11, 23)

    for rule, expected in (
        (CaseRule(), [accepted, finished]),
        (CaseRule(states=["2"]), [accepted]),
        (CaseRule(task_codes=["YJ-1"], states=["6"]), [finished]),
        (CaseRule(task_codes=["YJ-9"]), []),
        (AppointmentRule(), [booked]),
        (AppointmentRule(service_codes=["HJ"], hall_codes=["JB"], first=date(2026, 12, 1)), [booked]),
        (AppointmentRule(last=date(2026, 11, 30)), []),
        (ActiveRule(since=today - timedelta(days=7)), [recent]),
    ):
        notice = await city.office.draft(audience_rules=any_of(rule))
        assert (await city.office.service.reach(str(notice.id))).audience == len(expected)
        if expected:
            assert await city.recipients(await city.office.approved(audience_rules=any_of(rule))) == sorted(expected)


async def test_a_list_is_the_audience_or_a_rule_of_it(city: City) -> None:
    insured, (other, listed) = await city.follow(2, YB), await city.follow(2)
    stranger = uuid4()
    one = insured[0]

    for rules, citizens, expected in (
        (AudienceRules(), [listed, stranger], [listed, stranger]),
        (any_of(exclude=(TopicRule(codes=[YB]),)), [one, listed, stranger], [listed, stranger]),
        (all_of(TopicRule(codes=[YB])), [one, listed], [one]),
        (any_of(TopicRule(codes=[YB]), ListRule()), [listed, stranger], [*insured, listed]),
        (any_of(exclude=(ListRule(),)), [*insured, stranger], [other, listed]),
    ):
        notice = await city.office.approved(audience_rules=rules, citizens=citizens)
        assert await city.recipients(notice) == sorted(expected)


async def test_who_left_all_notices_gets_emergencies_only_and_is_counted(client: Any, city: City) -> None:
    here, gone = await city.follow(2)
    await city.subscriptions.leave_all(gone)

    for fields in ({}, {"citizens": [here, gone]}):
        notice = await city.office.draft(**fields)
        reach = await call(client, "GET", f"/notices/{notice.number}/reach", 200)
        assert (reach["audience"], reach["reachable"]) == (2, 1)
        assert [(one["reason"], one["citizens"]) for one in reach["unreachable"]] == [("left", [str(gone)])]
        assert await city.recipients(await city.office.approved(**fields)) == [here]
    urgent = await city.office.approved(emergency=True)
    assert await city.recipients(urgent) == sorted([here, gone])
    assert (await city.office.service.reach(str(urgent.id))).reachable == 2


async def test_a_mass_notice_counts_leavers_beside_those_whose_month_is_used_up(city: City) -> None:
    often = await city.follow(2)
    for _ in range(4):
        await city.office.sending(route="mass", citizens=often)
        await city.office.send_all()
    _, gone = await city.follow(2)
    await city.subscriptions.leave_all(gone)

    reach = await city.office.service.reach(str((await city.office.draft(route="mass")).id))

    assert (reach.audience, reach.reachable) == (4, 1)
    assert {one.reason: one.count for one in reach.unreachable} == {"left": 1, "month_used_up": 2}


async def test_rules_are_counted_before_there_is_a_notice(client: Any, city: City) -> None:
    await city.follow(3, YB)
    (gone,) = await city.follow(1, YB)
    await city.subscriptions.leave_all(gone)
    await city.run("INSERT INTO subscriptions VALUES (:gone, 'medical_insurance', now())", gone=gone)
    await city.follow(2)
    rules = {"include": [{"kind": "topic", "codes": [YB]}]}

    counted = await call(client, "POST", "/audiences/count", 200, audience_rules=rules)
    assert (counted["audience"], counted["left"], counted["followers"]) == (3, 1, 6)
    assert counted["lines"] == ["发给：订阅了医保的人"]
    counted = await call(client, "POST", "/audiences/count", 200, audience_rules=rules, emergency=True)
    assert (counted["audience"], counted["left"]) == (4, 0)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (TopicRule(codes=["weather"]), "没有“weather”这个主题"),
        (DistrictRule(codes=["medical_insurance"]), "没有“medical_insurance”这个地区"),
        (CaseRule(states=["9"]), "没有“9”这个办件状态"),
        (AppointmentRule(hall_codes=["XX"]), "没有“XX”这个大厅"),
        (AppointmentRule(service_codes=["XX"]), "没有“XX”这个预约业务"),
        (AppointmentRule(first=date(2026, 12, 2), last=date(2026, 12, 1)), "早于开始"),
        (ListRule(), "没有给出名单"),
    ],
)
async def test_rules_that_cannot_be_used_are_refused_with_the_reason(city: City, rule: Rule, why: str) -> None:
    for rules in (any_of(rule), any_of(exclude=(rule,))):
        with pytest.raises(BadNotice, match=why):
            await city.office.draft(audience_rules=rules)


async def test_more_rules_than_anybody_needs_are_refused(client: Any, city: City) -> None:
    many = {"include": [{"kind": "case"}] * 21}
    await call(client, "POST", "/notices", 400, **draft(city.office, audience_rules=many))
    await call(client, "POST", "/notices", 400, **draft(city.office, audience_rules={"include": [{"kind": "moon"}]}))
    await call(client, "POST", "/notices", 400, **draft(city.office, audience_rules={"include": [{"kind": "topic"}]}))


async def test_rules_that_mean_nobody_cannot_be_submitted(city: City) -> None:
    await city.follow(2)
    notice = await city.office.draft(audience_rules=any_of(TopicRule(codes=[SB])))
    with pytest.raises(EmptyAudience, match="没有人符合收件范围"):
        await city.office.service.submit(str(notice.id), "张三")


async def test_another_audience_after_approval_asks_again_and_the_first_is_never_sent(city: City) -> None:
    await city.follow(2, YB)
    secured = await city.follow(3, SB)
    notice = await city.office.approved(audience_rules=any_of(TopicRule(codes=[YB])))
    edit = NoticeEdit(staff="张三", audience_rules=any_of(TopicRule(codes=[SB])))

    edited = await city.office.service.edit(str(notice.id), edit)
    assert (edited.state, edited.version, edited.approved_version) == ("draft", 2, None)
    await city.office.lifecycle.tick()
    await city.office.service.submit(str(notice.id), "张三")
    again = await city.office.service.approve(str(notice.id), "李四")

    assert await city.recipients(again) == sorted(secured)
    city.office.clock.instant = notice.due_at
    await city.office.lifecycle.tick()
    await city.office.send_all()
    assert city.office.platform.per_address() == {f"openid-{one}": 1 for one in secured}


async def test_what_was_approved_keeps_its_audience_for_good(city: City) -> None:
    await city.follow(1, YB)
    notice = await city.office.approved(audience_rules=any_of(TopicRule(codes=[YB])))
    with pytest.raises(Exception, match="cannot be changed"):
        await city.run("UPDATE notice_versions SET audience_rules = '{}' WHERE notice_id = :id", id=notice.id)


async def test_a_list_can_be_replaced_and_given_up(city: City) -> None:
    first, second = await city.follow(2)
    notice = await city.office.draft(citizens=[first])
    service = city.office.service

    changed = await service.edit(str(notice.id), NoticeEdit(staff="张三", citizens=[second]))
    assert (changed.audience_kind, (await service.reach(str(notice.id))).audience) == ("list", 1)
    changed = await service.edit(str(notice.id), NoticeEdit(staff="张三", citizens=None))
    assert (changed.audience_kind, (await service.reach(str(notice.id))).audience) == ("all", 2)


async def test_a_list_comes_in_over_http_whole_or_not_at_all_and_bad_lines_are_named(client: Any, city: City) -> None:
    first, second, third = await city.follow(3)
    notice = await city.office.approved(citizens=[third])
    path = f"/notices/{notice.number}/list"
    bad = f"市民编号,金额\n{first},100\n王五,200\n{first},300\n"
    refused = await call(client, "PUT", path, 400, staff="张三", csv=bad)
    assert "第 3 行不是市民编号：王五；第 4 行与第 2 行重复" in refused["detail"]
    many = "\n".join(f"第{number}位" for number in range(60))
    assert "等共 60 行" in (await call(client, "PUT", path, 400, staff="张三", csv=many))["detail"]
    assert "没有市民编号" in (await call(client, "PUT", path, 400, staff="张三", csv="市民编号\n"))["detail"]
    await call(client, "PUT", path, 400, staff="张三", csv="a" * 1_000_001)
    assert (await city.office.service.get(str(notice.id))).state == "approved"

    taken = await call(client, "PUT", path, 200, staff="张三", csv=f"市民编号,金额\r\n{first},100\r\n{second},\r\n")
    assert (taken["state"], taken["version"], taken["list_columns"]) == ("draft", 2, ["金额"])
    assert (await city.office.service.reach(str(notice.id))).audience == 2


async def test_what_an_audience_can_be_chosen_by_is_told_with_its_names(
    client: Any, terminal: Terminal, city: City
) -> None:
    one, other = await city.follow(2, YB)
    await city.told_of_case(one, "2")
    await city.run("INSERT INTO citizen_tags VALUES ('wechat', '101', '企业', 1, 0)")
    await city.run("INSERT INTO citizen_tag_members VALUES ('wechat', '101', :it, 1)", it=other)
    found = await call(client, "GET", "/audiences/choices", 200)
    assert found["topics"][0] == {"code": YB, "name": "医保", "followers": None}
    assert found["tasks"] == [{"code": "YJ-1", "name": "居住证", "followers": None}]
    assert found["tags"] == [{"code": "101", "name": "企业", "followers": 1}]
    assert [one["name"] for one in found["halls"]] == ["江北大厅"]
    told = await terminal.run("choices")
    for words in ("医保", "江北区", "居住证", "已受理", "户籍业务", "江北大厅", "企业"):
        assert words in told
    told = await terminal.run("count", "--include", "办件=事项:居住证,状态:已受理")
    assert "发给：订阅了事项为居住证、状态为已受理的办件进展的人" in told
    assert "现在符合的有 1 人" in told


async def test_many_ticks_at_once_and_one_that_dies_freeze_each_citizen_once(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifecycle, "SPAN", 130)
    wanted = await city.follow(450, YB)
    await city.follow(50)
    (gone,) = await city.follow(1, YB)
    await city.subscriptions.leave_all(gone)
    notice = await city.office.draft(audience_rules=any_of(TopicRule(codes=[YB])))
    await city.office.service.submit(str(notice.id), "张三")
    approved = await city.office.service.approve(str(notice.id), "李四")
    audience = city.office.audience
    ticks = [
        LifecycleService(sessions=city.office.sessions, clock=city.office.clock, audience=audience) for _ in range(6)
    ]

    freezing = [asyncio.create_task(tick.freeze_page(notice.id, 1)) for tick in ticks]
    await asyncio.sleep(0.01)
    freezing[0].cancel()
    await asyncio.gather(*freezing, return_exceptions=True)
    await asyncio.gather(*(tick.freeze_all() for tick in ticks))

    assert await city.recipients(approved) == sorted(wanted)
    counted = await city.office.service.get(str(notice.id))
    assert counted.counters.audience == 450
    await city.office.check_counts(counted)
    # Chunks are filled up from span to span.
    chunks = text("SELECT chunk, count(*) FROM notice_deliveries GROUP BY 1 ORDER BY 1")
    async with city.office.sessions() as session:
        assert [row.count for row in await session.execute(chunks)] == [200, 200, 50]
        assert (await session.execute(text("SELECT count(*) FROM notice_chunks"))).scalar_one() == 3


async def test_staff_choose_and_count_at_the_command_line(terminal: Terminal, city: City) -> None:
    await city.follow(3, YB)
    (booked,) = await city.follow(1, JB)
    await city.booked(booked)
    rules = ("--include", "主题=医保，社保", "--include", "预约=业务:户籍业务,大厅:JB,从:2026-12-01")
    with pytest.raises(BadNotice, match="没有“江北”这个地区"):
        await terminal.run("count", *rules, "--exclude", "地区=江北")
    with pytest.raises(BadNotice, match="写法：主题=医保"):
        await terminal.run("count", "--include", "月亮")
    told = await terminal.run("count", *rules)
    assert "发给：订阅了医保或社保的人，或者预约了2026年12月1日起到江北大厅办户籍业务的人" in told
    assert "现在符合的有 4 人（关注者共 4 人）" in told
    words = ("--title", "停水", "--text", "今晚停水。", "--by", "张三", "--at", "2026-11-24 09:00")
    told = await terminal.run("create", *words, *rules, "--exclude", "地区=江北区")
    number = "".join(filter(str.isdigit, told.partition("号")[0]))
    told = await terminal.run("show", number)
    assert "不发给：订阅了江北区的人" in told
    assert "收件人 3" in await terminal.run("reach", number)
    await terminal.run("edit", number, "--by", "张三", "--everybody")
    assert "发给：全部关注者" in await terminal.run("show", number)
