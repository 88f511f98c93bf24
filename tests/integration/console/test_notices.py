"""Can staff write, approve by two, watch, stop and settle notices on the console, and is nobody reached by mistake?"""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec
import pytest
from aiohttp import FormData
from sqlalchemy import text

from bot.errors import DeliveryInDoubt, QuotaExhausted, RecipientUnreachable
from services.citizens.tags import Tag, TagService
from services.db import Sessions
from services.notices.audience import ActiveRule, AudienceRules, CaseRule, TopicRule
from services.staff.permissions import Role
from services.subscriptions.service import SubscriptionService
from tests.fakes.clock import FixedClock
from tests.fakes.office import Office, make_office
from tests.integration.console.conftest import Browser, NewBrowser
from tests.integration.notices.city import City

BODY = "因管道检修，11月24日20时至次日6时城东片区停水，请提前储水。"
FIELDS = {
    "title": "城东片区停水通知",
    "body": BODY,
    "department": "云江水务",
    "route": "template",
    "late_policy": "ask",
    "due_at": "2026-11-23T10:05",
    "repeat": "",
}

#: A repetition by a pattern of one's own.
OWN = {"repeat": "other", "pattern": "0 9 * * 1", "zone": "Asia/Shanghai", "repeat_until": "2027-01-31T00:00"}


@pytest.fixture
def office(sessions: Sessions, clock: FixedClock) -> Office:
    return make_office(sessions, clock)


@pytest.fixture
async def writer(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.SCHEDULER)


@pytest.fixture
async def approver(new_browser: NewBrowser) -> Browser:
    return await new_browser(Role.APPROVER)


async def written(writer: Browser, **fields: str) -> str:
    """A draft's page."""
    made = await writer.post("/notices/new", **{**FIELDS, **fields})
    assert made.status == 303, (await made.text())[-2000:]
    return made.headers["Location"].removeprefix("/console")


async def sending(
    office: Office, writer: Browser, approver: Browser, clock: FixedClock, route: str = "template"
) -> str:
    path = await written(writer, route=route)
    await writer.post(f"{path}/submit")
    assert (await approver.post(f"{path}/approve", version="1")).status == 303
    await office.lifecycle.freeze_all()
    clock.advance(minutes=5)
    await office.lifecycle.tick()
    return path


async def test_a_notice_is_written_approved_by_a_second_person_sent_and_counted(
    office: Office, writer: Browser, approver: Browser, clock: FixedClock
) -> None:
    citizens = await office.follow(5)
    path = await sending(office, writer, approver, clock)
    assert "发送中" in await writer.read(path)

    await office.send_all()

    page = await writer.read(path)
    assert "已发完" in page
    assert "5 / 5" in page
    assert office.platform.per_address() == {f"openid-{citizen}": 1 for citizen in citizens}
    assert "第 1 号" in await writer.read("/notices")


async def test_who_submits_cannot_approve_and_an_edit_asks_again(
    office: Office, new_browser: NewBrowser, approver: Browser
) -> None:
    await office.follow(1)
    both = await new_browser(Role.SCHEDULER, Role.APPROVER, login="both")
    path = await written(both)
    await both.post(f"{path}/submit")

    refused = await both.post(f"{path}/approve", version="1")
    assert refused.status == 409
    assert "另一位同事" in await refused.text()
    assert "要由另一位同事审核" in await both.read(path)
    await approver.post(f"{path}/approve", version="1")
    await both.post(f"{path}/edit", **{**FIELDS, "title": "停水改期"})
    assert "草稿" in await both.read(path)
    await both.post(f"{path}/submit")
    stale = await approver.post(f"{path}/approve", version="1")
    assert stale.status == 409


async def test_a_running_notice_is_paused_resumed_and_cancelled(
    office: Office, writer: Browser, approver: Browser, clock: FixedClock
) -> None:
    await office.follow(3)
    path = await sending(office, writer, approver, clock)

    await writer.post(f"{path}/pause")
    assert "已暂停" in await writer.read(path)
    await office.send_all()
    assert office.platform.delivered == []
    await writer.post(f"{path}/resume")
    await writer.post(f"{path}/cancel")
    assert "已取消" in await writer.read(path)
    assert (await writer.post(f"{path}/resume")).status == 409


async def test_failures_are_named_saved_and_sent_again_and_doubts_are_settled_against_a_reason(
    office: Office, writer: Browser, approver: Browser, clock: FixedClock
) -> None:
    citizens = await office.follow(3)
    office.platform.broken = {
        f"openid-{citizens[0]}": RecipientUnreachable(errcode=43004),
        f"openid-{citizens[1]}": DeliveryInDoubt(),
    }
    # By this way the platform takes no key, so that nobody may try again by itself.
    path = await sending(office, writer, approver, clock, route="subscription")
    await office.send_all()

    page = await writer.read(path)
    assert "存疑 1 人" in page
    assert "重发失败的" in page
    assert "失败 1 人：平台无法送达此人（43004）" in page
    assert "存疑 1 人：平台没有答复，不知是否送达" in page
    assert str(citizens[0]) in await writer.read(f"{path}/failures.csv")
    assert (await writer.post(f"{path}/resolve", decision="sent")).status == 422
    assert (await writer.post(f"{path}/resolve", decision="sent", why="平台后台查到已送达")).status == 303
    assert "平台后台查到已送达" in await writer.read(path)
    office.platform.broken = {}
    await writer.post(f"{path}/retry")
    await office.send_all()
    assert "只给失败的" not in await writer.read(path)


async def test_why_a_notice_stopped_by_itself_is_said_in_words(
    office: Office, writer: Browser, approver: Browser, clock: FixedClock
) -> None:
    await office.follow(3)
    office.platform.faults.append(QuotaExhausted(errcode=45009))
    path = await sending(office, writer, approver, clock)
    await office.send_all()
    assert "平台今日的发送额度已用完" in await writer.read(path)


async def test_the_preview_shows_what_does_not_fit(writer: Browser) -> None:
    answer = await writer.post("/notices/preview", **{**FIELDS, "route": "subscription"})

    text = await answer.text()
    assert "订阅通知（本通知的发送方式）" in text
    assert "手机上只显示" in text


async def test_what_a_text_may_ask_of_the_chosen_audience_is_listed_and_refused_for_another(writer: Browser) -> None:
    counted = await writer.post("/notices/audience", at="/notices/new", **FIELDS, match="any", cases="y")
    assert "{办件编号}" in await counted.text()
    asking = {**FIELDS, "body": "您的办件{办件编号}有进展。"}

    shown = await writer.post("/notices/preview", **asking, match="any", cases="y")
    assert "收件人里没有一位的内容是齐的" in await shown.text()
    refused = await writer.post("/notices/new", **asking, match="any")
    assert refused.status == 400
    assert "不能填“办件编号”" in await refused.text()
    assert (await writer.post("/notices/new", **asking, match="any", cases="y")).status == 303


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": ""}, "请填写标题。"),
        ({"due_at": "明天"}, "due_at-errors"),
        ({"url": "ftp://x"}, "请填写以 http:// 或 https:// 开头的网址。"),
        ({"route": "pigeon"}, "route-errors"),
        ({"title": "长" * 65}, "64"),
    ],
)
async def test_a_notice_that_cannot_be_sent_is_refused_in_words_and_nothing_is_lost(
    writer: Browser, fields: dict[str, str], reason: str
) -> None:
    refused = await writer.post("/notices/new", **{**FIELDS, **fields})

    text = await refused.text()
    assert refused.status in {400, 409, 422}
    assert reason in text
    assert BODY in text


async def test_what_waits_is_on_the_home_page_of_who_can_do_it(
    office: Office, writer: Browser, approver: Browser, clock: FixedClock
) -> None:
    await office.follow(1)
    path = await written(writer)
    await writer.post(f"{path}/submit")

    assert "通知等待审核" in await approver.read("/")
    assert "通知等待审核" not in await writer.read("/")
    await approver.post(f"{path}/approve", version="1")
    await office.lifecycle.freeze_all()
    clock.instant += timedelta(minutes=25)
    await office.lifecycle.tick()
    assert "通知错过了发送时间" in await writer.read("/")


async def test_every_step_is_in_the_audit_log(
    office: Office, writer: Browser, approver: Browser, administrator: Browser, clock: FixedClock
) -> None:
    await office.follow(1)
    await sending(office, writer, approver, clock)

    log = await administrator.read("/audit", subject_kind="notice", subject_id="1")
    for words in ("起草通知", "提交通知", "审核通过通知"):
        assert words in log


async def test_a_change_and_its_line_in_the_audit_log_come_together_or_not_at_all(
    office: Office, writer: Browser, sessions: Sessions
) -> None:
    await office.follow(1)
    path = await written(writer)
    async with sessions.begin() as session:
        await session.execute(
            text("""
            CREATE FUNCTION no_submission() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NEW.action = 'notices.submitted' THEN RAISE EXCEPTION 'the log is full'; END IF;
                RETURN NEW;
            END $$
        """)
        )
        await session.execute(
            text("""
            CREATE TRIGGER no_submission BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION no_submission()
        """)
        )

    assert (await writer.post(f"{path}/submit")).status >= 500

    assert (await office.service.get("1")).state == "draft"
    assert [change.action for change in await office.service.changes("1")] == ["create"]


async def test_a_page_that_waits_is_told_when_sending_begins(
    office: Office, writer: Browser, approver: Browser, clock: FixedClock
) -> None:
    await office.follow(2)
    path = await written(writer)
    await writer.post(f"{path}/submit")
    await approver.post(f"{path}/approve", version="1")
    await office.lifecycle.freeze_all()
    assert f"{path}/events?shown=approved" in await writer.read(path)
    async with writer.client.get(f"/console{path}/events", params={"shown": "approved"}) as stream:
        assert await stream.content.readline() == b"event: waiting\n"
        clock.advance(minutes=5)
        await office.lifecycle.tick()
        rest = (await stream.content.read()).decode()
    assert "event: done" in rest
    assert "event: progress" not in rest
    assert f"{path}/events?shown=sending" in await writer.read(path)
    # A page that comes too late is told at once.
    assert "event: done" in await writer.read(f"{path}/events", shown="approved")


async def test_a_list_of_failures_comes_in_pages_and_holds_no_formula(
    office: Office,
    writer: Browser,
    approver: Browser,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.console.notices.watching.FAILURES_AT_ONCE", 2)
    citizens = await office.follow(5)
    office.platform.broken = {f"openid-{citizen}": RecipientUnreachable(errcode=43004) for citizen in citizens}
    path = await sending(office, writer, approver, clock)
    await office.send_all()
    async with office.sessions.begin() as session:
        await session.execute(text("UPDATE notice_deliveries SET reason = '=HYPERLINK(1)'"))

    lines = (await writer.read(f"{path}/failures.csv")).splitlines()

    assert lines[0].startswith("\ufeffcitizen_id,channel,state")
    assert sorted(line.split(",")[0] for line in lines[1:]) == [str(citizen) for citizen in citizens]
    answer = await writer.get(f"{path}/failures.csv")
    await answer.read()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert all("'=HYPERLINK(1)" in line and ",=" not in line for line in lines[1:])


async def test_what_is_no_notice_is_not_found(writer: Browser) -> None:
    for path in ("/notices/99", "/notices/x", "/notices/99/events", "/notices/99/failures.csv"):
        assert (await writer.get(path)).status == 404, path


async def test_a_weekly_notice_says_so_and_one_time_can_be_left_out(
    office: Office, writer: Browser, approver: Browser
) -> None:
    await office.follow(1)
    path = await written(writer, repeat="week", repeat_until="2027-01-31T00:00")
    await writer.post(f"{path}/submit")
    page = await approver.read(path)
    assert "每周一 10:05重复，到 2027-01-31 00:00 为止" in page
    assert "以后每周一 10:05再发" in page
    await approver.post(f"{path}/approve", version="1")
    assert "下一次 2026-11-30 10:05" in await writer.read(path)
    assert (await writer.post(f"{path}/skip")).status == 303
    assert "2026-11-30 10:05" in await writer.read("/notices")


async def test_a_repetition_without_an_end_is_refused_and_a_pattern_made_elsewhere_is_kept(
    office: Office, writer: Browser
) -> None:
    refused = await writer.post("/notices/new", **{**FIELDS, "repeat": "day"})
    assert refused.status == 400
    assert "什么时候为止" in await refused.text()
    made = await office.draft(recurrence="0 9 * * 1-5", recurrence_ends_at=office.clock.now() + timedelta(days=90))
    page = await writer.read(f"/notices/{made.number}/edit")
    assert '<option selected value="other">' in page
    assert 'value="0 9 * * 1-5"' in page
    until = {**OWN, "pattern": "0 9 * * 1-5"}
    assert (await writer.post(f"/notices/{made.number}/edit", **{**FIELDS, **until})).status == 303
    assert (await office.service.get(str(made.number))).recurrence == "0 9 * * 1-5"


async def test_a_pattern_by_another_places_clock_is_written_shown_and_kept(office: Office, writer: Browser) -> None:
    path = await written(writer, **{**OWN, "pattern": " 0  9 * * 1 ", "zone": "Asia/Tokyo"})

    made = await office.service.get(path.rsplit("/", 1)[1])
    assert (made.recurrence, made.recurrence_zone) == ("0 9 * * 1", "Asia/Tokyo")
    assert "按规则 0 9 * * 1（Asia/Tokyo 时间）重复" in await writer.read(path)
    form = await writer.read(f"{path}/edit")
    assert '<option selected value="other">' in form
    assert 'value="Asia/Tokyo"' in form
    # A ready-made choice means the city's clock again.
    again = {
        **FIELDS,
        "repeat": "day",
        "repeat_until": "2027-01-31T00:00",
        "zone": "Asia/Tokyo",
        "pattern": "0 9 * * 1",
    }
    assert (await writer.post(f"{path}/edit", **again)).status == 303
    made = await office.service.get(path.rsplit("/", 1)[1])
    assert (made.recurrence, made.recurrence_zone) == ("5 10 * * *", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"pattern": ""}, "请填写发送规则"),
        ({"pattern": "0 9 * *"}, "请写五项"),
        ({"pattern": "0 9 * * 一"}, "请写五项"),
        ({"pattern": "0 9 30 2 *"}, "找不到下一次发送的日子"),
        ({"pattern": "* 9 * * *"}, "至少要隔 1 小时"),
        ({"pattern": "0 9 * * " + ",".join("1" * 60)}, "最多 100 个字符"),
        ({"zone": "Asia/Yunjiang"}, "没有“Asia/Yunjiang”这个时区"),
        ({"zone": "/etc/localtime"}, "没有“/etc/localtime”这个时区"),
        ({"zone": ""}, "没有“”这个时区"),
    ],
)
async def test_a_pattern_that_means_nothing_is_refused_with_the_reason_in_the_form_and_while_it_is_written(
    writer: Browser, wrong: dict[str, str], reason: str
) -> None:
    refused = await writer.post("/notices/new", **{**FIELDS, **OWN, **wrong})
    assert refused.status == 422
    assert reason in await refused.text()
    shown = await writer.post("/notices/times", at="/notices/new", **{**FIELDS, **OWN, **wrong})
    assert reason in await shown.text()
    assert "第 1 号" not in await writer.read("/notices")


async def test_the_next_five_times_are_shown_while_a_repetition_is_chosen(writer: Browser) -> None:
    async def shown(**fields: str) -> str:
        answer = await writer.post("/notices/times", at="/notices/new", **{**FIELDS, **fields})
        assert answer.status == 200
        return await answer.text()

    weekdays = await shown(**{**OWN, "pattern": "0 9 * * 1-5"})
    assert re.findall(r"<li>(.*?)</li>", weekdays) == [
        f"2026-11-{day} 09:00 星期{name}" for day, name in ((24, "二"), (25, "三"), (26, "四"), (27, "五"), (30, "一"))
    ]
    tokyo = await shown(**{**OWN, "pattern": "30 0 * * 1", "zone": "Asia/Tokyo"})
    assert "2026-11-29 23:30 星期日" in tokyo
    assert "（当地 2026-11-30 00:30 星期一）" in tokyo
    assert len(re.findall("<li>", await shown(repeat="day", repeat_until="2026-11-26T00:00"))) == 2
    assert "没有下一次" in await shown(repeat="month", repeat_until="2026-11-26T00:00")
    assert "第一次" not in await shown(repeat="")


async def test_a_trial_goes_to_testers_whom_the_second_person_enrolled(
    office: Office, writer: Browser, approver: Browser
) -> None:
    tester, _ = await office.follow(2)
    path = await written(writer)
    assert "还没有试发人员" in await (await writer.post(f"{path}/trial")).text()
    place = f"https://console.example.gov.cn/console/conversations/{tester}"
    assert (await writer.post("/notices/testers", name="王五", citizen=place)).status == 403
    assert (await approver.post("/notices/testers", name="王五", citizen="不知道")).status == 422
    assert (await approver.post("/notices/testers", name="王五", citizen=place)).status == 303
    assert "王五" in await writer.read("/notices/testers")
    assert (await writer.post(f"{path}/trial")).status == 303
    await office.lifecycle.tick()
    await office.send_all()
    assert office.platform.per_address() == {f"openid-{tester}": 1}
    assert (await approver.post(f"/notices/testers/{tester}/remove")).status == 303
    assert "王五" not in await writer.read("/notices/testers")


async def test_the_calendar_shows_what_is_coming_with_later_times_of_what_recurs(
    office: Office, writer: Browser
) -> None:
    due = office.clock.now() + timedelta(days=2)
    await office.draft(title="只有一次的通知", due_at=due)
    await office.draft(
        title="每周的通知", due_at=due, recurrence="0 9 * * 1", recurrence_ends_at=due + timedelta(days=60)
    )
    page = await writer.read("/notices/calendar")
    assert page.count("只有一次的通知") == 1
    following = await writer.read("/notices/calendar?month=2026-12")
    assert "只有一次的通知" not in following
    assert "2026 年 12 月" in await writer.read("/notices/calendar?month=2026-12")
    assert (await writer.get("/notices/calendar?month=0000-99")).status == 200


async def test_later_times_are_shown_once_the_series_is_approved(office: Office, writer: Browser) -> None:
    await office.follow(1)
    due = office.clock.now() + timedelta(days=2)
    await office.approved(
        title="每周的通知", due_at=due, recurrence="0 9 * * 1", recurrence_ends_at=due + timedelta(days=60)
    )
    assert (await writer.read("/notices/calendar?month=2026-12")).count("每周的通知") == 5
    assert "以后各次" in await writer.read("/notices/calendar?month=2026-12")


async def test_before_approval_the_page_counts_every_route(office: Office, writer: Browser) -> None:
    await office.follow(3)
    path = await written(writer)
    assert f"{path}/ways" in await writer.read(path)
    counted = await writer.read(f"{path}/ways")
    assert "3 人" in counted
    assert "客服消息" in counted
    assert (await writer.get("/notices/999/ways")).status == 404


@pytest.fixture
async def subjects(sessions: Sessions, clock: FixedClock) -> SubscriptionService:
    rows = "('medical_insurance', 'topic', '医保', '[]', 1, true), ('990101', 'district', '江北区', '[]', 2, true)"
    async with sessions.begin() as session:
        await session.execute(text(f"INSERT INTO subscription_subjects VALUES {rows}"))  # noqa: S608
    return SubscriptionService(sessions=sessions, clock=clock)


async def test_the_audience_is_chosen_counted_shown_and_sent_to(
    office: Office, writer: Browser, approver: Browser, clock: FixedClock, subjects: SubscriptionService
) -> None:
    insured, *_ = await office.follow(4)
    await subjects.subscribe(insured, "medical_insurance")
    chosen = {"match": "any", "topics": "medical_insurance"}

    counted = await writer.post("/notices/audience", at="/notices/new", **FIELDS, **chosen)
    page = await counted.text()
    assert "现在符合的有 1 人（关注者共 4 人）" in page
    assert "发给：订阅了医保的人" in page

    path = await written(writer, **chosen)
    assert "发给：订阅了医保的人" in await writer.read(path)
    assert "1 人" in await writer.read(f"{path}/reach")
    page = await writer.read(f"{path}/edit")
    assert re.search(r'<input[^>]*checked[^>]*value="medical_insurance"', page)
    await writer.post(f"{path}/submit")
    await approver.post(f"{path}/approve", version="1")
    clock.advance(minutes=5)
    await office.lifecycle.tick()
    await office.send_all()
    assert office.platform.per_address() == {f"openid-{insured}": 1}


async def test_tags_are_chosen_by_name_with_their_numbers(
    office: Office, writer: Browser, sessions: Sessions, clock: FixedClock
) -> None:
    (one, _) = await office.follow(2)
    tags = TagService(sessions=sessions, clock=clock)
    assert await tags.claim_round("wechat", every=timedelta(hours=1)) == 1
    await tags.list_taken("wechat", [Tag(tag="101", name="企业", followers=1)])
    accounts = await tags.accounts("wechat")
    await tags.take_in("wechat", "101", accounts=accounts, addresses=[f"openid-{one}"], number=1)

    assert "企业（1 人）" in await writer.read("/notices/new")
    counted = await writer.post("/notices/audience", at="/notices/new", **FIELDS, match="any", tags="101")
    assert "现在符合的有 1 人（关注者共 2 人）" in await counted.text()
    path = await written(writer, match="any", not_tags="101")
    assert "不发给：有标签企业的人" in await writer.read(path)
    assert re.search(r'<input[^>]*checked[^>]*value="101"', await writer.read(f"{path}/edit"))


async def test_who_left_all_notices_is_counted_under_the_reason(
    office: Office, writer: Browser, subjects: SubscriptionService
) -> None:
    gone, *_ = await office.follow(3)
    await subjects.leave_all(gone)
    counted = await (await writer.post("/notices/audience", at="/notices/new", **FIELDS, match="any")).text()
    assert "现在符合的有 2 人（关注者共 3 人），另有 1 人退订了全部通知，不会收到" in counted
    path = await written(writer)
    page = await writer.read(f"{path}/reach")
    assert "收不到：退订了全部通知，只接收紧急通知" in page


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"match": "any", "booked_first": "2026-12-02", "booked_last": "2026-12-01"}, "早于开始"),
        ({"match": "any", "active_since": "昨天"}, "日期没有看懂"),
        ({"match": "any", "kept": "{"}, "没有读懂"),
        ({"match": "any", "kept": '{"include":[{"kind":"topic","codes":["moon"]}]}'}, "没有“moon”这个主题"),
    ],
)
async def test_an_audience_that_cannot_be_used_is_refused_where_it_is_chosen(
    office: Office, writer: Browser, fields: dict[str, str], why: str
) -> None:
    counted = await writer.post("/notices/audience", at="/notices/new", **FIELDS, **fields)
    assert why in await counted.text()
    saved = await writer.post("/notices/new", **{**FIELDS, **fields})
    assert saved.status in (400, 422)
    assert "/notices/1" not in saved.headers.get("Location", "")


async def test_cases_are_chosen_by_what_they_are_about(office: Office, writer: Browser) -> None:
    city = City(office)
    one, _ = await office.follow(2)
    await city.run("INSERT INTO progress_codes VALUES ('state', '2', '已受理', false)")
    await city.told_of_case(one, "2")
    page = await writer.read("/notices/new")
    assert "办的事项" in page
    path = await written(writer, case_tasks="YJ-1")
    assert "发给：订阅了事项为居住证的办件进展的人" in await writer.read(path)
    assert "1 人" in await writer.read(f"{path}/reach")
    assert re.search(r'<input[^>]*checked[^>]*value="YJ-1"', await writer.read(f"{path}/edit"))


async def test_rules_that_the_page_cannot_show_are_told_and_kept(
    office: Office, writer: Browser, subjects: SubscriptionService
) -> None:
    await office.follow(1)
    topic, case = TopicRule(codes=["medical_insurance"]), CaseRule(task_codes=["YJ-1"])
    rules = AudienceRules(match="all", include=[topic, case], exclude=[ActiveRule(since=date(2026, 11, 1))])
    notice = await office.draft(audience_rules=rules)
    path = f"/notices/{notice.number}"

    page = await writer.read(f"{path}/edit")
    assert "发给：订阅了医保的人，并且订阅了事项编码为YJ-1的办件进展的人" in page
    kept = msgspec.json.encode(rules).decode()
    await writer.post(f"{path}/edit", **{**FIELDS, "title": "改过的标题", "kept": kept})
    changed = await office.service.get(str(notice.number))
    assert (changed.title, changed.audience_rules) == ("改过的标题", rules)


async def upload(writer: Browser, path: str, content: bytes, status: int) -> str:
    form = FormData()
    form.add_field("file", content, filename="名单.csv")
    form.add_field("csrf_token", await writer.token(path))
    answer = await writer.client.post(f"/console{path}", data=form, allow_redirects=False)
    assert answer.status == status, (await answer.text())[-2000:]
    return await answer.text()


async def test_a_list_is_taken_in_whole_replaced_and_removed_and_bad_lines_are_named(
    office: Office, writer: Browser, sessions: Sessions
) -> None:
    one, other = await office.follow(2)
    path = f"{await written(writer)}/list"

    said = await upload(writer, path, f"市民编号,金额\n{one},12元\n王五,1元\n{one},2元\n".encode(), 422)
    assert "有 2 行不能用，整份名单没有导入" in said
    assert "第 3 行不是市民编号：王五" in said
    assert f"第 4 行与第 2 行重复：{one}" in said
    assert "没有自己的名单" in await writer.read(path)
    assert "请选择名单文件" in await upload(writer, path, b"", 422)
    assert "文件里没有市民编号" in await upload(writer, path, "市民编号\n".encode(), 422)

    # As spreadsheet programs here save it.
    await upload(writer, path, f"市民编号,金额\n{one},12元\n{other},8元\n".encode("gb18030"), 303)
    page = await writer.read(path)
    assert "共 2 人" in page
    assert "{金额}" in page
    number = path.split("/")[2]
    assert (await office.service.get(number)).list_columns == ["金额"]
    await upload(writer, path, f"{other}\n".encode(), 303)
    assert "共 1 人" in await writer.read(path)
    assert "只在名单上的人里选" in await writer.read(f"/notices/{number}/edit")

    assert (await writer.post(f"{path}/remove", at=path)).status == 303
    assert (await office.service.get(number)).audience_kind == "all"
    query = text("SELECT action FROM audit_log WHERE action LIKE 'notices.list%' ORDER BY 1")
    async with sessions() as session:
        assert list(await session.scalars(query)) == ["notices.list_removed", *["notices.list_taken_in"] * 2]


async def test_a_list_of_a_notice_that_was_approved_asks_again_and_one_that_was_sent_stays(
    office: Office, writer: Browser, approver: Browser, clock: FixedClock
) -> None:
    (one,) = await office.follow(1)
    page = await written(writer)
    await writer.post(f"{page}/submit")
    assert (await approver.post(f"{page}/approve", version="1")).status == 303

    await upload(writer, f"{page}/list", f"{one}\n".encode(), 303)
    assert (await office.service.get(page.split("/")[2])).state == "draft"
    await writer.post(f"{page}/submit")
    assert (await approver.post(f"{page}/approve", version="2")).status == 303
    clock.advance(minutes=5)
    await office.lifecycle.tick()
    assert "名单不能再改" in await writer.read(f"{page}/list")


async def test_attachments_are_written_a_line_each_and_shown_below_the_text(writer: Browser) -> None:
    path = await written(writer, attachments="申报表 https://example.gov.cn/a.pdf")
    assert "附件：申报表 https://example.gov.cn/a.pdf" in await writer.read(path)
    assert "申报表 https://example.gov.cn/a.pdf</textarea>" in await writer.read(f"{path}/edit")
    refused = await writer.post("/notices/new", **{**FIELDS, "attachments": "没有网址"})
    assert refused.status == 422
    assert "请每行写一个附件" in await refused.text()
