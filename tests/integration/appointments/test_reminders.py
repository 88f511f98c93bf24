"""Is everybody reminded once, the evening before, of what still stands?"""

from __future__ import annotations

import asyncio
import uuid

from sqlalchemy import select

from services.appointments.models import AppointmentRow, ReminderRow, RequestRow
from services.appointments.service import AppointmentService
from services.db import Sessions
from tests.fakes.clock import FixedClock
from tests.integration.appointments.conftest import Client, get, keyed, post, reserve

NINE = "JB-HJ-20261125-0900"
ME = uuid.UUID(int=1)


async def booked(client: Client, slot_id: str = NINE, order: int = 1) -> str:
    _, body = await reserve(client, slot_id, order)
    citizen = {"citizen_id": str(uuid.UUID(int=order))}
    assert (await post(client, f"/appointments/{body['code']}/confirm", citizen))[0] == 200
    return str(body["code"])


async def change(client: Client, code: str, slot_id: str) -> None:
    body = {"citizen_id": str(ME), "slot_id": slot_id}
    status, _ = await post(client, f"/appointments/{code}/change", body, **keyed(uuid.uuid4().hex))
    assert status == 200


async def test_a_reminder_is_due_at_six_the_evening_before(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    code = await booked(client)
    clock.advance(days=1, hours=7, minutes=59)
    assert await service.claim_due_reminders(10) == []
    clock.advance(minutes=1)
    (news,) = await service.claim_due_reminders(10)
    assert (news.citizen_id, news.code, news.hall_name) == (ME, code, "江北区政务服务中心")
    assert (news.service_name, news.address) == ("户籍业务", "江北区一路1号")
    assert news.starts_at.isoformat() == "2026-11-25T09:00:00+08:00"


async def test_after_that_evening_a_reminder_is_due_at_once_unless_it_would_be_too_near(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    clock.advance(hours=1)
    near = await booked(client, "JB-HJ-20261123-1300", 1)
    far = await booked(client, "JB-HJ-20261123-1330", 2)
    assert [news.code for news in await service.claim_due_reminders(10)] == [far]
    assert near != far


async def test_a_reservation_that_was_not_confirmed_is_not_reminded(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    await reserve(client, NINE)
    clock.advance(days=1, hours=9)
    assert await service.claim_due_reminders(10) == []


async def test_a_cancelled_appointment_is_not_reminded(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    code = await booked(client)
    await post(client, f"/appointments/{code}/cancel", {"citizen_id": str(ME)})
    clock.advance(days=1, hours=9)
    assert await service.claim_due_reminders(10) == []


async def test_a_moved_appointment_is_reminded_of_its_new_time_only(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    code = await booked(client)
    await change(client, code, "JB-HJ-20261127-0900")
    clock.advance(days=1, hours=9)
    assert await service.claim_due_reminders(10) == []
    clock.advance(days=2)
    (news,) = await service.claim_due_reminders(10)
    assert news.starts_at.isoformat() == "2026-11-27T09:00:00+08:00"


async def test_moving_there_and_back_reminds_once(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    code = await booked(client)
    await change(client, code, "JB-HJ-20261127-0900")
    await change(client, code, NINE)
    clock.advance(days=1, hours=9)
    (news,) = await service.claim_due_reminders(10)
    await service.mark_delivered(news.news_id)
    clock.advance(hours=1)
    assert await service.claim_due_reminders(10) == []


async def test_workers_that_claim_at_once_share_the_reminders_without_doubling(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    for order in range(10):
        await booked(client, NINE, order)
    clock.advance(days=1, hours=9)
    claims = await asyncio.gather(*(service.claim_due_reminders(4) for _ in range(5)))
    told = [news.news_id for claim in claims for news in claim]
    assert len(told) == len(set(told)) == 10
    assert all(len(claim) <= 4 for claim in claims)


async def test_a_reminder_that_its_worker_never_settled_comes_again_after_the_lease(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    await booked(client)
    clock.advance(days=1, hours=8)
    (first,) = await service.claim_due_reminders(10)
    clock.advance(minutes=4, seconds=59)
    assert await service.claim_due_reminders(10) == []
    clock.advance(seconds=1)
    (again,) = await service.claim_due_reminders(10)
    assert again.news_id == first.news_id
    for _ in range(2):
        await service.mark_delivered(again.news_id)
    await service.mark_delivered(uuid.uuid4())
    clock.advance(minutes=6)
    assert await service.claim_due_reminders(10) == []


async def test_nobody_is_reminded_of_what_has_begun(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    await booked(client)
    clock.advance(days=1, hours=23)
    assert await service.claim_due_reminders(10) == []


async def test_erasing_a_citizen_leaves_the_appointment_to_the_hall_and_nobody_to_remind(
    client: Client, clock: FixedClock, service: AppointmentService, sessions: Sessions
) -> None:
    code, other = await booked(client), await booked(client, NINE, 2)
    async with sessions.begin() as session:
        await service.erase_citizen(session, ME)
    assert (await get(client, "/appointments", citizen_id=ME))[1] == []
    async with sessions() as session:
        row = await session.get_one(AppointmentRow, code)
        assert (row.citizen_id, row.state) == (None, "confirmed")
        assert (await session.scalars(select(ReminderRow.code))).all() == [other]
        assert (await session.scalars(select(RequestRow.citizen_id))).all() == [uuid.UUID(int=2)]
    clock.advance(days=1, hours=9)
    assert [news.code for news in await service.claim_due_reminders(10)] == [other]
    assert {one.code for one in await service.desk.day("JB", row.day)} == {code, other}
