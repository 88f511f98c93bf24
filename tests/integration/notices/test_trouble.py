"""Do platform errors, stops and second chances leave every row where it belongs, and the counts closed?"""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot import errors
from services.notices.errors import NothingToDo
from services.notices.receipts import Receipt
from services.notices.types import FailuresQuery, Resolution
from tests.fakes.office import Office
from tests.integration.notices.conftest import Terminal, call


async def test_unreachable_citizens_fail_with_a_reason_and_the_others_get_it(office: Office) -> None:
    citizens = await office.follow(50)
    office.platform.broken = {
        f"openid-{citizens[7]}": errors.RecipientUnreachable(errcode=43004),
        f"openid-{citizens[8]}": errors.WindowClosed(errcode=45015),
    }
    notice = await office.sending()
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.accepted, after.counters.failed) == ("finished", 48, 2)
    page = await office.service.failures(str(notice.id), FailuresQuery())
    assert {row.citizen_id: row.reason for row in page.failures} == {
        citizens[7]: "unreachable:43004",
        citizens[8]: "window_closed:45015",
    }
    await office.check_counts(notice)


async def test_what_went_wrong_is_told_by_reason_and_taken_off_once_it_is_put_right(
    client: Any, terminal: Terminal, office: Office
) -> None:
    citizens = await office.follow(12)
    office.platform.broken = {
        **{f"openid-{citizen}": errors.RecipientUnreachable(errcode=43004) for citizen in citizens[:4]},
        **{f"openid-{citizen}": errors.DeliveryInDoubt() for citizen in citizens[4:7]},
        f"openid-{citizens[7]}": errors.RecipientUnreachable(errcode=43019),
    }
    notice = await office.sending(route="subscription")
    await office.send_all()
    told = (await call(client, "GET", f"/notices/{notice.number}/progress", 200))["reasons"]
    assert [(one["state"], one["reason"], one["count"]) for one in told] == [
        ("failed", "unreachable:43004", 4),
        ("in_doubt", "no_answer", 3),
        ("failed", "unreachable:43019", 1),
    ]
    assert told[0]["reason_text"] == "平台无法送达此人（43004）"
    shown = await terminal.run("show", str(notice.number))
    assert "失败 4：平台无法送达此人（43004）" in shown
    assert "存疑 3：平台没有答复，不知是否送达" in shown
    await office.check_counts(notice)

    await office.service.resolve(str(notice.id), Resolution(staff="王五", decision="sent", citizens=citizens[4:5]))
    office.platform.broken = {f"openid-{citizens[0]}": errors.RecipientUnreachable(errcode=43004)}
    await office.service.retry_failed(str(notice.id), "王五")
    await office.check_counts(notice)
    await office.send_all()
    assert await office.reasons(notice) == {("failed", "unreachable:43004"): 1, ("in_doubt", "no_answer"): 2}
    await office.check_counts(notice)


async def test_only_the_failed_are_sent_to_again(office: Office) -> None:
    citizens = await office.follow(30)
    office.platform.broken = {f"openid-{citizen}": errors.RecipientUnreachable() for citizen in citizens[:4]}
    notice = await office.sending()
    await office.send_all()
    office.platform.broken = {}
    again = await office.service.retry_failed(str(notice.id), "王五")
    assert (again.state, again.counters.pending, again.counters.failed) == ("sending", 4, 0)
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.accepted) == ("finished", 30)
    assert max(office.platform.per_address().values()) == 1
    await office.check_counts(notice)
    with pytest.raises(NothingToDo, match="没有失败"):
        await office.service.retry_failed(str(notice.id), "王五")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.QuotaExhausted(errcode=45009), "quota"),
        (errors.PermissionDenied(errcode=48001), "permission"),
        (errors.PlatformTokenInvalid(errcode=40001), "token"),
        (errors.ContentRejected(errcode=47003), "content"),
    ],
)
async def test_what_would_refuse_everybody_pauses_the_notice_with_its_reason(
    office: Office, error: Exception, reason: str
) -> None:
    await office.follow(250)
    notice = await office.sending()
    office.platform.faults.extend([error] * 3)
    await office.send_all()
    paused = await office.service.get(str(notice.id))
    assert (paused.state, paused.reason, paused.counters.failed) == ("paused", reason, 0)
    assert paused.counters.accepted < 100
    await office.service.resume(str(notice.id), "王五")
    await office.lifecycle.tick()
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.reason, after.counters.accepted) == ("finished", "", 250)
    assert max(office.platform.per_address().values()) == 1
    await office.check_counts(notice)


async def test_a_busy_platform_is_tried_again_after_a_pause_and_with_a_bound(office: Office) -> None:
    citizens = await office.follow(3)
    office.platform.broken = {f"openid-{citizens[0]}": errors.PlatformBusy(errcode=-1)}
    notice = await office.sending()
    for _ in range(9):
        await office.send_all()
        assert (await office.states(notice)) == {"accepted": 2, "pending": 1}
        await office.available_now()
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.failed) == ("finished", 1)
    await office.check_counts(notice)


async def test_a_wholly_busy_platform_is_left_alone_after_the_first_burst(office: Office) -> None:
    await office.follow(200)
    await office.sending()
    office.platform.faults.extend([errors.PlatformBusy(errcode=-1)] * 20)
    await office.send_all()
    assert office.platform.calls == 20


@pytest.mark.parametrize("error", [errors.AnswerLost(), errors.DeliveryInDoubt()])
async def test_an_answer_that_never_came_is_asked_for_again_by_key(office: Office, error: Exception) -> None:
    await office.follow(40)
    notice = await office.sending()
    office.platform.faults.extend([("after", error)] * 5)
    await office.send_all()
    await office.available_now()
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.accepted, after.counters.in_doubt) == ("finished", 40, 0)
    assert max(office.platform.per_address().values()) == 1
    await office.check_counts(notice)


async def test_without_a_key_an_answer_that_never_came_is_in_doubt_until_staff_decide(office: Office) -> None:
    await office.follow(40)
    notice = await office.sending(route="subscription")
    office.platform.faults.extend([("after", errors.DeliveryInDoubt())] * 3)
    office.platform.faults.extend([errors.DeliveryInDoubt()] * 2)
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.accepted, after.counters.in_doubt) == ("finished", 35, 5)
    doubtful = [row.citizen_id for row in (await office.service.failures(str(notice.id), FailuresQuery())).failures]
    arrived = [citizen for citizen in doubtful if f"openid-{citizen}" in office.platform.per_address()]

    sent = Resolution(staff="王五", decision="sent", citizens=arrived)
    resolved = await office.service.resolve(str(notice.id), sent)
    assert (resolved.state, resolved.counters.accepted, resolved.counters.in_doubt) == ("finished", 38, 2)
    again = await office.service.resolve(str(notice.id), Resolution(staff="王五", decision="again"))
    assert (again.state, again.counters.pending) == ("sending", 2)
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.accepted) == ("finished", 40)
    assert sorted(office.platform.per_address().values()) == [1] * 40
    await office.check_counts(notice)


async def test_once_the_guard_against_repeats_is_over_a_doubtful_row_is_not_repeated(office: Office) -> None:
    await office.follow(1)
    notice = await office.sending()
    office.platform.faults.append(("after", errors.DeliveryInDoubt()))
    await office.send_all()
    async with office.sessions.begin() as session:
        await session.execute(text("UPDATE notice_deliveries SET doubt_since = now() - interval '10 minutes'"))
    await office.available_now()
    await office.send_all()
    assert await office.states(notice) == {"in_doubt": 1}
    assert len(office.platform.delivered) == 1
    assert (await office.service.get(str(notice.id))).state == "finished"
    await office.check_counts(notice)


async def test_a_sender_that_crashes_on_one_recipient_stops_nobody_else(office: Office) -> None:
    citizens = await office.follow(45)
    office.platform.broken = {f"openid-{citizens[20]}": ZeroDivisionError("poison")}
    notice = await office.sending()
    for _ in range(3):
        await office.send_all()
        await office.available_now()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.accepted, after.counters.in_doubt) == ("finished", 44, 1)
    [row] = (await office.service.failures(str(notice.id), FailuresQuery())).failures
    assert (row.citizen_id, row.reason) == (citizens[20], "crashed:ZeroDivisionError")
    await office.check_counts(notice)


async def test_a_hundred_pauses_and_resumes_change_nothing_but_the_time(office: Office) -> None:
    await office.follow(400)
    notice = await office.sending()

    async def work() -> None:
        while (await office.service.get(str(notice.id))).state != "finished":
            # A tick passes over a notice that a sender holds at that moment; the next one finds it.
            await office.lifecycle.start_due()
            await office.broadcaster.run()
            await asyncio.sleep(0)

    worker = asyncio.create_task(work())
    for _ in range(100):
        now = await office.service.get(str(notice.id))
        if now.state == "finished":
            break
        if now.state != "sending":
            await asyncio.sleep(0.002)
            continue
        await office.service.pause(str(notice.id), "王五")
        before = len(office.platform.delivered)
        await office.service.resume(str(notice.id), "王五")
        await office.lifecycle.start_due()
        assert len(office.platform.delivered) <= before + 2 * 20
        await asyncio.sleep(0.002)
    await asyncio.wait_for(worker, 60)
    assert sorted(office.platform.per_address().values()) == [1] * 400
    await office.check_counts(notice)


async def test_a_cancel_in_the_middle_leaves_the_rest_cancelled_and_the_counts_closed(office: Office) -> None:
    await office.follow(300)
    notice = await office.sending()
    seen: list[str] = []

    def cancel_at_50(address: str) -> None:
        seen.append(address)
        if len(seen) == 50:
            asyncio.get_running_loop().create_task(office.service.cancel(str(notice.id), "王五"))

    office.platform.on_call = cancel_at_50
    await office.send_all()
    for _ in range(200):
        await office.lifecycle.sweep_all()
        counted = (await office.service.get(str(notice.id))).counters
        if not counted.pending:
            break
        await asyncio.sleep(0.02)
    assert 50 <= counted.accepted < 300
    assert counted.accepted + counted.cancelled == 300
    assert counted.accepted == len(office.platform.delivered)
    await office.check_counts(notice)


async def test_quiet_hours_that_begin_while_it_is_sent_hold_the_rest_back(office: Office) -> None:
    await office.follow(60)
    due_at = office.clock.now().replace(hour=13, minute=0)  # 21:00 by the city's clock
    notice = await office.sending(due_at=due_at, quiet_from=time(22), quiet_until=time(7))
    assert notice.state == "sending"
    office.clock.advance(hours=1)
    await office.lifecycle.tick()
    await office.send_all()
    held = await office.service.get(str(notice.id))
    assert (held.state, held.reason, len(office.platform.delivered)) == ("due", "quiet_hours", 0)
    office.clock.advance(hours=9)
    await office.lifecycle.tick()
    await office.send_all()
    assert (await office.service.get(str(notice.id))).counters.accepted == 60


async def test_a_late_notice_asks_and_goes_when_staff_say_so(office: Office) -> None:
    await office.follow(2)
    notice = await office.approved()
    office.clock.instant = notice.due_at + timedelta(days=2)
    await office.lifecycle.tick()
    assert (await office.service.get(str(notice.id))).state == "late"
    await office.service.release(str(notice.id), "王五")
    await office.lifecycle.tick()
    await office.send_all()
    assert (await office.service.get(str(notice.id))).state == "finished"


async def test_a_late_notice_that_is_to_be_skipped_expires_and_says_so(office: Office) -> None:
    await office.follow(2)
    notice = await office.approved(late_policy="skip")
    office.clock.instant = notice.due_at + timedelta(minutes=16)
    await office.lifecycle.tick()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.reason, after.counters.cancelled) == ("expired", "late", 2)
    await office.check_counts(notice)


async def test_an_expiry_ends_a_paused_notice(office: Office) -> None:
    await office.follow(5)
    notice = await office.sending(expires_at=office.clock.now() + timedelta(hours=2))
    await office.service.pause(str(notice.id), "王五")
    office.clock.advance(hours=3)
    await office.lifecycle.tick()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.cancelled) == ("expired", 5)


async def test_an_emergency_overtakes_at_the_next_chunk(office: Office) -> None:
    await office.follow(800)
    slow = await office.sending(title="普通通知")
    chunk = await office.dispatch.claim(lease_seconds=30)
    assert chunk is not None
    urgent = await office.sending(title="紧急通知", due_at=office.clock.now(), emergency=True)
    following = await office.dispatch.claim(lease_seconds=30)
    assert following is not None
    assert (chunk.key.notice_id, following.key.notice_id) == (slow.id, urgent.id)


async def test_a_mass_notice_is_one_call_and_its_repetition_sends_nothing_twice(office: Office) -> None:
    await office.follow(500)
    notice = await office.sending(route="mass")
    office.platform.faults.append(("after", errors.DeliveryInDoubt()))
    await office.send_all()
    await office.available_now()
    await office.send_all()
    after = await office.service.get(str(notice.id))
    assert (after.state, after.counters.accepted, office.platform.calls) == ("finished", 500, 2)
    assert sorted(office.platform.per_address().values()) == [1] * 500
    await office.receipts.arrived(
        Receipt(channel="wechat", msg_id=office.platform.delivered[0].msg_id, delivered=490, blocked=4, undelivered=6)
    )
    counted = (await office.service.get(str(notice.id))).counters
    assert (counted.accepted, counted.delivered, counted.blocked, counted.undelivered) == (500, 490, 4, 6)
    await office.check_counts(notice)


async def test_receipts_that_are_early_late_or_doubled_are_counted_once_and_close(office: Office) -> None:
    citizens = await office.follow(3)
    # The platform's ids are known in advance here, as when the event overtakes the answer.
    early = Receipt(channel="wechat", msg_id="1000001", delivered=1)
    assert await office.receipts.arrived(early)
    notice = await office.sending()
    await office.send_all()
    by_id = {message.msg_id: message.address for message in office.platform.delivered}
    late = Receipt(channel="wechat", msg_id="1000002", blocked=1)
    assert await office.receipts.arrived(late)
    assert not await office.receipts.arrived(late)
    assert not await office.receipts.arrived(Receipt(channel="wechat", msg_id="1000002", delivered=1))
    assert await office.receipts.arrived(Receipt(channel="wechat", msg_id="77", delivered=1))  # not ours
    counted = (await office.service.get(str(notice.id))).counters
    assert (counted.accepted, counted.delivered, counted.blocked, counted.undelivered) == (3, 1, 1, 0)
    async with office.sessions() as session:
        query = text("SELECT citizen_id, receipt FROM notice_deliveries WHERE receipt <> ''")
        told = {f"openid-{row.citizen_id}": row.receipt for row in await session.execute(query)}
    assert told == {by_id["1000001"]: "delivered", by_id["1000002"]: "blocked"}
    assert set(by_id.values()) == {f"openid-{citizen}" for citizen in citizens}
    await office.check_counts(notice)
    assert await office.receipts.forget(days=1) == 0


async def test_who_unfollows_after_the_freeze_fails_with_a_reason(office: Office) -> None:
    citizens = await office.follow(3)
    notice = await office.approved()
    async with office.sessions.begin() as session:
        await office.citizens.unfollow(session, citizens[1])
    office.clock.instant = notice.due_at
    await office.lifecycle.tick()
    await office.send_all()
    assert await office.states(notice) == {"accepted": 2, "failed": 1}


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_clock_that_jumps_by_an_hour_in_the_middle_doubles_nobody(office: Office, hours: int) -> None:
    citizens = await office.follow(250)
    notice = await office.sending()
    chunk = await office.dispatch.claim(lease_seconds=30)
    assert chunk is not None
    office.clock.advance(hours=hours)
    await office.lifecycle.tick()
    await office.send_all()
    # Leases are told by the database's clock: what is held stays held, whatever this machine believes.
    assert len(office.platform.delivered) == 250 - len(chunk.recipients)
    await office.dispatch.release(chunk, [], again_in_seconds=0)
    await office.lifecycle.tick()
    await office.send_all()
    assert office.platform.per_address() == {f"openid-{citizen}": 1 for citizen in citizens}
    await office.check_counts(notice)
