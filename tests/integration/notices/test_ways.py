"""Is it counted rightly, before approval, whom each route would reach and what it would leave of the quota?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from services.notices.consents import ConsentService
from services.notices.results import Notice, Way
from tests.fakes.office import Office
from tests.integration.notices.city import City
from tests.integration.notices.conftest import Terminal, call

HEARD = text("UPDATE citizens SET last_message_at = :at WHERE citizen_id = ANY(CAST(:citizens AS uuid[]))")


async def ways(office: Office, notice: Notice) -> dict[str, Way]:
    return {way.route: way for way in await office.service.ways(str(notice.id))}


async def reachable(office: Office, notice: Notice) -> dict[str, int]:
    return {route: way.reachable for route, way in (await ways(office, notice)).items()}


async def heard(office: Office, citizens: list[UUID], hours_ago: float) -> None:
    async with office.sessions.begin() as session:
        await session.execute(HEARD, {"at": office.clock.now() - timedelta(hours=hours_ago), "citizens": citizens})


async def agree(office: Office, citizen: UUID, *, agreed: bool = True, hours_ago: float = 0.0) -> None:
    async with office.sessions.begin() as session:
        at = office.clock.now() - timedelta(hours=hours_ago)
        await ConsentService.note(session, citizen, agreed=agreed, at=at)


async def test_each_route_reaches_whom_it_can(office: Office) -> None:
    citizens = await office.follow(5)
    await heard(office, citizens[:3], hours_ago=1)
    await heard(office, citizens[3:4], hours_ago=60)
    await agree(office, citizens[0])
    notice = await office.draft(due_at=office.clock.now() + timedelta(hours=1))
    assert await reachable(office, notice) == {"template": 5, "subscription": 1, "customer": 3, "mass": 5}


async def test_whom_the_route_does_not_reach_is_counted_under_the_reason_and_named(city: City) -> None:
    office = city.office
    heard_of, silent = await office.follow(2), await office.follow(3)
    await heard(office, heard_of, hours_ago=1)
    (gone,) = await office.follow(1)
    await city.subscriptions.leave_all(gone)
    await agree(office, silent[0])
    strangers = [gone, *heard_of, *silent, uuid4()]
    for route, why, missed in (
        ("customer", "no_window", silent),
        ("subscription", "not_agreed", [*heard_of, *silent[1:]]),
    ):
        for fields in ({}, {"citizens": strangers}):
            notice = await office.draft(route=route, **fields)
            reach = await office.service.reach(str(notice.id))
            lost = {one.reason: one for one in reach.unreachable}
            assert sorted(lost[why].citizens) == sorted(missed)
            assert (lost[why].count, lost["left"].count) == (len(missed), 1)
            assert reach.reachable == (await ways(office, notice))[route].reachable == 5 - len(missed)
            # They are called all the same.
            assert reach.calls == (await ways(office, notice))[route].calls == 5
    urgent = await office.draft(route="customer", emergency=True)
    assert (await office.service.reach(str(urgent.id))).reachable == 6


async def test_the_window_counts_at_the_time_of_sending(office: Office) -> None:
    citizens = await office.follow(2)
    await heard(office, citizens[:1], hours_ago=1)
    soon = await office.draft(due_at=office.clock.now() + timedelta(hours=40))
    late = await office.draft(due_at=office.clock.now() + timedelta(hours=50))
    assert ((await reachable(office, soon))["customer"], (await reachable(office, late))["customer"]) == (1, 0)


async def test_of_a_list_only_those_on_it_are_counted(office: Office) -> None:
    citizens = await office.follow(4)
    await heard(office, citizens, hours_ago=1)
    async with office.sessions.begin() as session:
        await office.citizens.unfollow(session, citizens[0])
    notice = await office.draft(citizens=citizens[:3])
    assert await reachable(office, notice) == {"template": 2, "subscription": 0, "customer": 2, "mass": 2}


async def test_who_had_four_mass_messages_this_month_is_not_counted_for_a_fifth(office: Office) -> None:
    often = await office.follow(2)
    for _ in range(4):
        await office.sending(route="mass", citizens=often)
        await office.send_all()
    await office.follow(3)
    assert (await reachable(office, await office.draft()))["mass"] == 3


async def test_calls_made_today_are_taken_off_the_quota(office: Office) -> None:
    await office.follow(30)
    await office.sending()
    await office.send_all()
    await office.sending(route="mass")
    await office.send_all()
    found = await ways(office, await office.draft())
    template, mass, subscription = found["template"], found["mass"], found["subscription"]
    assert (template.calls, template.calls_today, template.calls_left) == (30, 30, 100_000 - 60)
    assert (mass.calls, mass.calls_today, mass.calls_left) == (1, 1, 98)
    assert (subscription.calls_a_day, subscription.calls_left) == (None, None)
    assert [way.chosen for way in await office.service.ways("1")] == [True, False, False, False]


async def test_the_last_word_about_a_consent_counts_however_the_events_come(office: Office) -> None:
    citizen, other = await office.follow(2)
    await agree(office, citizen, agreed=False)
    await agree(office, citizen, agreed=True, hours_ago=2)
    for _ in range(2):
        await agree(office, other)
    assert (await reachable(office, await office.draft()))["subscription"] == 1


async def test_who_leaves_is_forgotten(office: Office) -> None:
    (citizen,) = await office.follow(1)
    await agree(office, citizen)
    async with office.sessions.begin() as session:
        await ConsentService.erase_citizen(session, citizen)
    async with office.sessions() as session:
        assert (await session.execute(text("SELECT count(*) FROM notice_consents"))).scalar_one() == 0


async def test_the_api_and_the_command_line_tell(client: Any, terminal: Terminal, office: Office) -> None:
    await office.follow(3)
    notice = await office.draft()
    told = await call(client, "GET", f"/notices/{notice.number}/ways", 200)
    assert [way["route"] for way in told] == ["template", "subscription", "customer", "mass"]
    assert "客服消息" in await terminal.run("reach", str(notice.number))
