"""Does an emergency reach every citizen by some route, once, and before everything else?"""

from __future__ import annotations

import asyncio
from datetime import time

import pytest
from sqlalchemy import text

from bot import errors
from services.notices.errors import BadNotice
from services.notices.results import Notice
from services.notices.types import FailuresQuery
from tests.fakes.office import Office

LOST_AT_THE_SECOND_ROUTE = text("""
    UPDATE notice_deliveries SET fallen = 1, state = 'attempting', attempted_at = now()
""")
URGENT = {"title": "台风红色预警", "emergency": True}


async def send(office: Office, **fields: object) -> Notice:
    notice = await office.sending(**{**URGENT, **fields})
    await office.send_all()
    return await office.service.get(str(notice.id))


def routes(office: Office) -> dict[str, str]:
    return {message.address: message.route for message in office.platform.delivered}


async def test_who_cannot_be_reached_by_one_route_is_reached_by_the_next(office: Office) -> None:
    plain, talking, subscribed = [f"openid-{citizen}" for citizen in await office.follow(3)]
    for address in (talking, subscribed):
        office.platform.refused["template", address] = errors.RecipientUnreachable(errcode=43004)
    office.platform.refused["customer", subscribed] = errors.WindowClosed(errcode=45015)
    after = await send(office)
    assert routes(office) == {plain: "template", talking: "customer", subscribed: "subscription"}
    assert (after.state, after.counters.accepted) == ("finished", 3)
    await office.check_counts(after)


async def test_who_cannot_be_reached_at_all_fails_with_the_last_reason(office: Office) -> None:
    citizen, _ = await office.follow(2)
    office.platform.broken = {f"openid-{citizen}": errors.RecipientUnreachable(errcode=43004)}
    after = await send(office)
    assert (after.counters.accepted, after.counters.failed) == (1, 1)
    (failure,) = (await office.service.failures(str(after.id), FailuresQuery())).failures
    assert (failure.citizen_id, failure.reason) == (citizen, "unreachable:43004")


async def test_who_has_no_address_fails_at_once(office: Office) -> None:
    gone, _ = await office.follow(2)
    async with office.sessions.begin() as session:
        await office.citizens.unfollow(session, gone)
    await send(office, citizens=[gone, _])
    assert office.platform.calls == 1


@pytest.mark.parametrize(
    "error", [errors.QuotaExhausted(errcode=45009), errors.PermissionDenied(errcode=48001)], ids=["quota", "permission"]
)
async def test_a_route_that_is_closed_to_everybody_does_not_stop_it(office: Office, error: Exception) -> None:
    await office.follow(30)
    office.platform.refused["template", ""] = error
    after = await send(office)
    assert (after.state, after.counters.accepted) == ("finished", 30)
    assert set(routes(office).values()) == {"customer"}


async def test_where_every_route_is_closed_it_pauses_and_goes_on_when_told(office: Office) -> None:
    await office.follow(5)
    for route in ("template", "customer", "subscription"):
        office.platform.refused[route, ""] = errors.PermissionDenied(errcode=48001)
    paused = await send(office)
    assert (paused.state, paused.reason, paused.counters.pending) == ("paused", "permission", 5)
    office.platform.refused.clear()
    await office.service.resume(str(paused.id), "王五")
    await office.lifecycle.tick()
    await office.send_all()
    assert (await office.service.get(str(paused.id))).counters.accepted == 5


async def test_what_may_have_arrived_is_tried_by_no_other_route(office: Office) -> None:
    await office.follow(1)
    office.platform.faults.append(("after", errors.AnswerLost()))
    office.platform.refused["template", ""] = errors.RecipientUnreachable()
    office.platform.faults.append(errors.RecipientUnreachable())
    notice = await office.sending(**URGENT)
    office.platform.refused.clear()
    await office.send_all()
    await office.available_now()
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.counters.in_doubt, len(office.platform.delivered)) == (1, 1)


async def test_a_worker_lost_by_a_route_without_key_leaves_a_doubt_not_a_second_message(office: Office) -> None:
    await office.follow(1)
    notice = await office.sending(**URGENT)
    office.platform.refused["template", ""] = errors.RecipientUnreachable()
    chunk = await office.dispatch.claim(lease_seconds=30)
    assert chunk is not None
    async with office.sessions.begin() as session:
        await session.execute(
            text("UPDATE notice_deliveries SET fallen = 1, state = 'attempting', attempted_at = now()")
        )
    await office.available_now()
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.counters.in_doubt, office.platform.calls) == (1, 0)


async def test_by_mass_whoever_is_left_is_written_to_alone(office: Office) -> None:
    await office.follow(3)
    office.platform.refused["mass", ""] = errors.QuotaExhausted(errcode=45009)
    after = await send(office, route="mass")
    assert after.counters.accepted == 3
    assert set(routes(office).values()) == {"template"}


async def test_it_ignores_quiet_hours_and_others_do_not(office: Office) -> None:
    await office.follow(1)
    quiet = {"quiet_from": time(0, 0), "quiet_until": time(23, 59)}
    ordinary = await office.sending(**quiet)
    urgent = await office.sending(**URGENT, **quiet)
    assert (ordinary.state, urgent.state) == ("due", "sending")


async def test_its_lane_is_free_while_all_others_are_at_work(office: Office) -> None:
    citizens = await office.follow(4 * 200)
    ordinary = await office.sending()
    office.broadcaster.tools.sender.seconds = 0.2  # type: ignore[attr-defined]
    lanes = [asyncio.create_task(office.broadcaster.run()) for _ in range(office.broadcaster.free_lanes)]
    urgent = await office.sending(**URGENT, citizens=citizens[:2])
    assert office.broadcaster.free_lanes == 0
    assert await office.broadcaster.has_work(emergencies=True)
    await office.broadcaster.run_emergencies()
    assert (await office.service.get(str(urgent.id))).state == "finished"
    assert (await office.service.get(str(ordinary.id))).counters.pending > 0
    await asyncio.gather(*lanes)


async def test_the_emergency_lane_takes_nothing_else(office: Office) -> None:
    await office.follow(5)
    await office.sending()
    assert not await office.broadcaster.has_work(emergencies=True)
    await office.broadcaster.run_emergencies()
    assert office.platform.delivered == []


async def test_a_text_that_one_of_its_routes_cannot_carry_is_refused(office: Office) -> None:
    long = {"body": "雨" * 600, "url": "https://example.gov.cn/" + "a" * 500}
    await office.draft(**long)
    with pytest.raises(BadNotice, match="请删去约"):
        await office.draft(**long, emergency=True)
    with pytest.raises(BadNotice, match="一条消息放不下"):
        await office.draft(**long, route="customer")


async def test_customer_messages_are_a_route_of_their_own_without_a_second_try(office: Office) -> None:
    here, gone = await office.follow(2)
    office.platform.refused["customer", f"openid-{gone}"] = errors.WindowClosed(errcode=45015)
    notice = await office.sending(route="customer")
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.counters.accepted, after.counters.failed) == (1, 1)
    assert routes(office) == {f"openid-{here}": "customer"}
