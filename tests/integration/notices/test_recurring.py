"""Does a recurring notice come every time once, to who follows then, and end when it should?"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.notices import errors
from services.notices.lifecycle import LifecycleService
from services.notices.results import Notice
from services.notices.types import ListQuery, NoticeEdit
from tests.fakes.office import Office
from tests.integration.notices.conftest import Terminal, call, draft

CITY = ZoneInfo("Asia/Shanghai")
#: A Monday.
FIRST = datetime(2026, 11, 30, 9, 0, tzinfo=CITY)
WEEK = timedelta(days=7)


def weekly(**fields: object) -> dict[str, object]:
    return {"due_at": FIRST, "recurrence": "0 9 * * 1", "recurrence_ends_at": FIRST + 3 * WEEK, **fields}


async def all_notices(office: Office) -> list[Notice]:
    return sorted(await office.service.list(ListQuery()), key=lambda notice: notice.number)


async def at(office: Office, instant: datetime) -> None:
    office.clock.instant = instant
    await office.lifecycle.tick()
    await office.send_all()


@pytest.fixture
def monday(office: Office) -> Office:
    office.clock.instant = FIRST - timedelta(hours=1)
    return office


async def test_it_comes_every_week_until_its_end_and_each_time_once(monday: Office) -> None:
    citizens = await monday.follow(30)
    await monday.approved(**weekly())
    for week in range(6):
        for _ in range(3):
            await at(monday, FIRST + week * WEEK)
    assert monday.platform.per_address() == {f"openid-{citizen}": 4 for citizen in citizens}
    notices = await all_notices(monday)
    assert [notice.due_at for notice in notices] == [FIRST + week * WEEK for week in range(4)]
    assert {notice.state for notice in notices} == {"finished"}
    for notice in notices:
        await monday.check_counts(notice)
    assert [notice.next_at for notice in notices] == [*(FIRST + week * WEEK for week in (1, 2, 3)), None]
    last = await monday.service.changes(str(notices[-1].number))
    assert [change.action for change in last][-2:] == ["series_over", "finish"]


async def test_who_follows_later_gets_it_from_the_next_time_on(monday: Office) -> None:
    (first,) = await monday.follow(1)
    await monday.approved(**weekly())
    await at(monday, FIRST)
    (later,) = await monday.follow(1)
    await at(monday, FIRST + WEEK)
    assert monday.platform.per_address() == {f"openid-{first}": 2, f"openid-{later}": 1}


async def test_a_list_stays_the_list(monday: Office) -> None:
    chosen, _ = await monday.follow(2)
    await monday.approved(**weekly(citizens=[chosen]))
    await at(monday, FIRST)
    await at(monday, FIRST + WEEK)
    assert monday.platform.per_address() == {f"openid-{chosen}": 2}


async def test_the_next_time_carries_both_names_and_says_what_it_follows(monday: Office) -> None:
    await monday.follow(1)
    first = await monday.approved(**weekly(expires_at=FIRST + timedelta(hours=8)))
    await at(monday, FIRST)
    following = (await all_notices(monday))[1]
    assert (following.state, following.submitted_by, following.approved_by) == ("approved", "张三", "李四")
    assert following.expires_at == FIRST + WEEK + timedelta(hours=8)
    (change,) = await monday.service.changes(str(following.number))
    assert (change.action, change.by, change.detail) == ("repeat", "system", f"接第 {first.number} 号")


async def test_ten_ticks_at_once_plan_one_next(monday: Office) -> None:
    await monday.follow(1)
    await monday.approved(**weekly())
    monday.clock.instant = FIRST
    services = [
        LifecycleService(sessions=monday.sessions, clock=monday.clock, audience=monday.audience) for _ in range(10)
    ]
    await asyncio.gather(*(service.tick() for service in services))
    assert len(await all_notices(monday)) == 2


@pytest.mark.parametrize(("policy", "sent"), [("send", 1), ("skip", 0), ("ask", 0)])
async def test_after_weeks_of_sleep_missed_times_do_not_come_in_a_bunch(monday: Office, policy: str, sent: int) -> None:
    await monday.follow(1)
    await monday.approved(**weekly(late_policy=policy))
    await at(monday, FIRST + 2 * WEEK + timedelta(hours=2))
    await at(monday, FIRST + 2 * WEEK + timedelta(hours=3))
    assert len(monday.platform.delivered) == sent
    following = (await all_notices(monday))[1:]
    assert [notice.due_at for notice in following] == [FIRST + 3 * WEEK]
    (change,) = await monday.service.changes(str(following[0].number))
    assert "其间错过 2 次，不再补发" in change.detail
    await at(monday, FIRST + 3 * WEEK)
    assert len(monday.platform.delivered) == sent + 1


async def test_cancelling_ends_it_for_good_even_while_one_is_being_sent(monday: Office) -> None:
    await monday.follow(1)
    first = await monday.approved(**weekly())
    monday.clock.instant = FIRST
    await monday.lifecycle.tick()
    await monday.service.cancel(str(first.id), "王五")
    assert [notice.state for notice in await all_notices(monday)] == ["cancelled", "cancelled"]
    for week in range(4):
        await at(monday, FIRST + week * WEEK)
    assert monday.platform.delivered == []
    assert len(await all_notices(monday)) == 2


async def test_one_time_can_be_left_out(monday: Office) -> None:
    await monday.follow(1)
    first = await monday.approved(**weekly())
    left_out = await monday.service.skip(str(first.id), "王五")
    following = (await all_notices(monday))[1]
    assert (left_out.state, following.state, following.due_at) == ("cancelled", "approved", FIRST + WEEK)
    await at(monday, FIRST)
    assert monday.platform.delivered == []
    await at(monday, FIRST + WEEK)
    assert len(monday.platform.delivered) == 1
    with pytest.raises(errors.WrongState):
        await monday.service.skip(str(following.id), "王五")


async def test_what_comes_once_cannot_be_left_out_this_time(monday: Office) -> None:
    await monday.follow(1)
    notice = await monday.approved()
    with pytest.raises(errors.NothingToDo, match="没有下一次"):
        await monday.service.skip(str(notice.id), "王五")


async def test_an_edit_of_the_next_time_asks_two_people_again_and_goes_on_from_there(monday: Office) -> None:
    await monday.follow(1)
    await monday.approved(**weekly())
    await at(monday, FIRST)
    following = (await all_notices(monday))[1]
    await monday.service.edit(str(following.id), NoticeEdit(staff="王五", title="新的标题"))
    await at(monday, FIRST + WEEK)
    assert len(monday.platform.delivered) == 1
    again = FIRST + WEEK + timedelta(hours=3)
    await monday.service.edit(str(following.id), NoticeEdit(staff="王五", due_at=again))
    await monday.service.submit(str(following.id), "王五")
    await monday.service.approve(str(following.id), "李四")
    await at(monday, again)
    await at(monday, FIRST + 2 * WEEK)
    assert [message.title for message in monday.platform.delivered[1:]] == ["新的标题", "新的标题"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"recurrence": "0 9 * *"}, "请写五项"),
        ({"recurrence": "* * * * *"}, "至少要隔 1 小时"),
        ({"recurrence": "0 9 30 2 *"}, "找不到下一次"),
        ({"recurrence_zone": "Asia/Nowhere"}, "时区"),
        ({"recurrence_ends_at": None}, "什么时候为止"),
        ({"recurrence_ends_at": FIRST}, "应晚于第一次发送"),
        ({"recurrence_ends_at": FIRST + timedelta(days=2000)}, "不超过 1000 天"),
        ({"emergency": True}, "紧急通知不能定期发送"),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused_with_the_reason(
    monday: Office, fields: dict[str, object], said: str
) -> None:
    with pytest.raises(errors.BadNotice, match=said):
        await monday.draft(**weekly(**fields))


async def test_the_api_takes_a_pattern_and_gives_the_next_time(client: Any, monday: Office) -> None:
    await monday.follow(1)
    values = {"due_at": FIRST.isoformat(), "recurrence_ends_at": (FIRST + 3 * WEEK).isoformat()}
    created = await call(client, "POST", "/notices", 201, **draft(monday, **values, recurrence="0 9 * * 1"))
    assert (created["recurrence"], created["next_at"]) == ("0 9 * * 1", None)
    number = created["number"]
    await call(client, "POST", f"/notices/{number}/submit", 200, staff="张三")
    approved = await call(client, "POST", f"/notices/{number}/approve", 200, staff="李四")
    assert approved["next_at"] == (FIRST + WEEK).isoformat()
    left_out = await call(client, "POST", f"/notices/{number}/skip", 200, staff="王五")
    following = await call(client, "GET", f"/notices/{number + 1}", 200)
    assert (left_out["state"], following["due_at"]) == ("cancelled", (FIRST + WEEK).isoformat())


async def test_staff_plan_it_at_the_command_line(terminal: Terminal, monday: Office) -> None:
    await monday.follow(1)
    words = ["--title", "每周提醒", "--text", "周一例行提醒。", "--by", "张三", "--at", "2026-11-30 09:00"]
    until = "2026-12-31 00:00"
    await terminal.run("send", *words, "--approved-by", "李四", "--repeat", "0 9 * * 1", "--repeat-until", until)
    (notice,) = await all_notices(monday)
    told = await terminal.run("show", str(notice.number))
    assert "定期：0 9 * * 1（Asia/Shanghai），到 2026-12-31 00:00 为止；下一次 2026-12-07 09:00" in told
    assert "已取消" in await terminal.run("skip", str(notice.number), "--by", "王五")
    assert "2026-12-07 09:00" in await terminal.run("list")
