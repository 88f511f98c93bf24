"""Is an audience counted rightly before a notice is approved?"""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from services.notices import reach
from tests.fakes.office import Office
from tests.integration.notices.conftest import Terminal, call, draft


async def unfollow(office: Office, citizen: UUID) -> None:
    async with office.sessions.begin() as session:
        await office.citizens.unfollow(session, citizen)


async def mass_sent(office: Office, citizens: list[UUID], times: int) -> None:
    for _ in range(times):
        await office.sending(route="mass", citizens=citizens)
        await office.send_all()


async def test_every_follower_is_reachable_and_who_left_is_no_follower(client: Any, office: Office) -> None:
    gone, *_ = await office.follow(4)
    await unfollow(office, gone)
    notice = await office.draft()
    counted = await call(client, "GET", f"/notices/{notice.number}/reach", 200)
    assert (counted["audience"], counted["reachable"], counted["unreachable"]) == (3, 3, [])
    assert (counted["calls"], counted["calls_a_day"], counted["warnings"]) == (3, 100_000, [])


async def test_who_on_a_list_cannot_be_reached_is_named_with_the_reason(client: Any, office: Office) -> None:
    here, gone = await office.follow(2)
    stranger = uuid4()
    await unfollow(office, gone)
    listed = [str(citizen) for citizen in (here, gone, stranger)]
    created = await call(client, "POST", "/notices", 201, **draft(office, citizens=listed))
    counted = await call(client, "GET", f"/notices/{created['number']}/reach", 200)
    assert (counted["audience"], counted["reachable"]) == (3, 1)
    assert [(lost["reason"], lost["count"], lost["citizens"]) for lost in counted["unreachable"]] == [
        ("no_address", 1, [str(gone)]),
        ("unknown", 1, [str(stranger)]),
    ]


async def test_what_was_counted_is_what_happens(office: Office) -> None:
    here, gone = await office.follow(2)
    await unfollow(office, gone)
    notice = await office.draft(citizens=[here, gone, uuid4()])
    counted = await office.service.reach(str(notice.id))
    await office.service.submit(str(notice.id), "张三")
    await office.service.approve(str(notice.id), "李四")
    office.clock.advance(hours=1)
    await office.lifecycle.tick()
    await office.send_all()
    counters = (await office.service.get(str(notice.id))).counters
    assert (counters.audience, counters.accepted, counters.failed) == (counted.audience, counted.reachable, 2)


async def test_who_got_four_mass_messages_this_month_gets_no_fifth(office: Office) -> None:
    often, seldom = sorted(await office.follow(4))[:2], await office.follow(2)
    await mass_sent(office, often, 4)
    await mass_sent(office, seldom, 3)
    to_all = await office.service.reach(str((await office.draft(route="mass")).id))
    assert (to_all.audience, to_all.reachable, to_all.calls) == (6, 4, 1)
    assert [(lost.reason, sorted(lost.citizens)) for lost in to_all.unreachable] == [("month_used_up", often)]
    to_them = await office.service.reach(str((await office.draft(route="mass", citizens=often)).id))
    assert to_them.reachable == 0
    assert "没有一位收件人能收到" in to_them.warnings[0]
    by_template = await office.service.reach(str((await office.draft(citizens=often)).id))
    assert by_template.reachable == 2


async def test_a_new_month_has_four_again(office: Office) -> None:
    often = await office.follow(2)
    await mass_sent(office, often, 4)
    later = office.clock.now().replace(month=12, day=20)
    notice = await office.draft(route="mass", citizens=often, due_at=later)
    assert (await office.service.reach(str(notice.id))).reachable == 2


async def test_long_audiences_are_counted_page_by_page(office: Office, monkeypatch: Any) -> None:
    monkeypatch.setattr(reach, "PAGE", 2)
    citizens = await office.follow(4)
    notice = await office.draft(citizens=[*citizens, uuid4()])
    counted = await office.service.reach(str(notice.id))
    assert (counted.audience, counted.reachable) == (5, 4)


async def test_more_than_a_day_of_the_platform_is_said(office: Office) -> None:
    async with office.sessions.begin() as session:
        await session.execute(
            text("""
                INSERT INTO citizens (citizen_id, channel, account, address, created_at, followed_at)
                SELECT gen_random_uuid(), 'wechat', 'gh_test', 'o' || i, now(), now() FROM generate_series(1, 100001) i
            """)
        )
    counted = await office.service.reach(str((await office.draft()).id))
    assert (counted.calls, counted.calls_a_day) == (100_001, 100_000)
    assert "当天发不完" in counted.warnings[0]


async def test_staff_count_at_the_command_line(terminal: Terminal, office: Office) -> None:
    here, gone = await office.follow(2)
    await unfollow(office, gone)
    notice = await office.draft(citizens=[here, gone], route="mass")
    told = await terminal.run("reach", str(notice.number))
    assert "收件人 2：能收到 1，收不到 1" in told
    assert f"收不到 1：已取消关注或没有可用的地址：{gone}" in told
    assert "最多调用平台 1 次，平台每天允许 100 次" in told
    assert "群发至少需要两位收件人" in told
