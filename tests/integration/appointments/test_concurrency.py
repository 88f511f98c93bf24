"""What happens when several want the same at the same moment? One of them wins, and the counters stay right."""

from __future__ import annotations

import asyncio
import random
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from services.appointments.models import AppointmentRow, ReminderRow, SlotRow
from services.appointments.rules import ACTIVE
from services.appointments.service import AppointmentService
from services.db import Sessions
from tests.fakes.clock import FixedClock
from tests.integration.appointments.conftest import Client, keyed, post, problem, reserve, wish

NINE = "JB-HJ-20261124-0900"
HALF_PAST = "JB-HJ-20261124-0930"
SINGLE = "JB-SB-20261124-0900"
SINGLES = tuple(f"JB-SB-20261124-{start}" for start in ("0900", "0930", "1000", "1030"))
ME = uuid.UUID(int=1)


async def act(client: Client, what: str, code: str, citizen: uuid.UUID = ME, **body: Any) -> tuple[int, dict[str, Any]]:
    headers = keyed(uuid.uuid4().hex) if what == "change" else {}
    return await post(client, f"/appointments/{code}/{what}", {"citizen_id": str(citizen), **body}, **headers)


async def reserved(client: Client, slot_id: str, order: int = 1) -> str:
    status, body = await reserve(client, slot_id, order)
    assert status == 201
    return str(body["code"])


async def assert_counters_right(sessions: Sessions) -> None:
    """Every slot counts exactly its active appointments."""
    async with sessions() as session:
        active = select(AppointmentRow.slot_id, func.count()).where(AppointmentRow.state.in_(ACTIVE))
        counted = dict((await session.execute(active.group_by(AppointmentRow.slot_id))).tuples().all())
        slots = (await session.scalars(select(SlotRow))).all()
    assert {slot.slot_id: slot.taken for slot in slots} == {
        slot.slot_id: counted.get(slot.slot_id, 0) for slot in slots
    }
    assert all(slot.taken <= slot.capacity for slot in slots)


async def test_the_database_itself_refuses_one_place_too_many(client: Client, sessions: Sessions) -> None:
    await reserved(client, SINGLE)
    with pytest.raises(IntegrityError, match="ck_appointment_slots_taken"):
        async with sessions.begin() as session:
            (await session.get_one(SlotRow, SINGLE)).taken = 2


async def test_one_request_repeated_at_once_gets_one_place_and_one_answer(client: Client, sessions: Sessions) -> None:
    answers = await asyncio.gather(*(post(client, "/reservations", wish(NINE), **keyed("once")) for _ in range(20)))
    assert {status for status, _ in answers} == {201}
    assert len({body["code"] for _, body in answers}) == 1
    await assert_counters_right(sessions)


async def test_one_person_who_asks_for_many_slots_at_once_gets_one(client: Client, sessions: Sessions) -> None:
    slots = [f"JB-HJ-20261124-{hour:02}{minute:02}" for hour in (9, 10, 11, 13) for minute in (0, 30)]
    answers = await asyncio.gather(*(reserve(client, slot) for slot in slots))
    assert sorted(status for status, _ in answers) == [201] + [409] * 7
    assert {problem(body) for status, body in answers if status == 409} == {"already-booked"}
    await assert_counters_right(sessions)


async def test_two_confirms_at_once_confirm_once_and_remind_once(client: Client, sessions: Sessions) -> None:
    code = await reserved(client, NINE)
    answers = await asyncio.gather(*(act(client, "confirm", code) for _ in range(10)))
    assert all(answer == answers[0] and answer[0] == 200 for answer in answers)
    async with sessions() as session:
        assert len((await session.scalars(select(ReminderRow))).all()) == 1


async def test_a_change_and_a_cancel_at_once_leave_no_place_behind(client: Client, sessions: Sessions) -> None:
    for order in range(10):
        citizen = uuid.UUID(int=order)
        code = await reserved(client, NINE, order)
        await act(client, "confirm", code, citizen)
        changed, cancelled = await asyncio.gather(
            act(client, "change", code, citizen, slot_id=HALF_PAST), act(client, "cancel", code, citizen)
        )
        assert cancelled[0] == 200
        assert changed[0] == 200 or problem(changed[1]) == "wrong-state"
    await assert_counters_right(sessions)
    async with sessions() as session:
        assert (await session.scalars(select(SlotRow.taken))).all() == [0] * 2
        assert (await session.scalars(select(ReminderRow))).all() == []


async def test_two_who_swap_slots_at_once_do_not_wait_for_each_other_forever(
    client: Client, sessions: Sessions
) -> None:
    first, second = await reserved(client, NINE, 1), await reserved(client, HALF_PAST, 2)
    for _ in range(10):
        both = asyncio.gather(
            act(client, "change", first, uuid.UUID(int=1), slot_id=HALF_PAST),
            act(client, "change", second, uuid.UUID(int=2), slot_id=NINE),
        )
        assert [status for status, _ in await asyncio.wait_for(both, timeout=120)] == [200, 200]
        back = asyncio.gather(
            act(client, "change", first, uuid.UUID(int=1), slot_id=NINE),
            act(client, "change", second, uuid.UUID(int=2), slot_id=HALF_PAST),
        )
        assert [status for status, _ in await asyncio.wait_for(back, timeout=120)] == [200, 200]
    await assert_counters_right(sessions)


async def test_one_person_who_swaps_two_days_at_once_keeps_both(client: Client, sessions: Sessions) -> None:
    today, tomorrow = await reserved(client, NINE), await reserved(client, "JB-HJ-20261125-0900")
    for _ in range(5):
        answers = await asyncio.gather(
            act(client, "change", today, slot_id="JB-HJ-20261125-0930"),
            act(client, "change", tomorrow, slot_id=HALF_PAST),
        )
        assert [(status, problem(body)) for status, body in answers] == [(409, "already-booked")] * 2
    await assert_counters_right(sessions)


async def test_a_citizen_who_leaves_while_cancelling_and_booking_leaves_nothing_hanging(
    client: Client, sessions: Sessions, service: AppointmentService
) -> None:
    async def leave(citizen: uuid.UUID) -> None:
        async with sessions.begin() as session:
            await service.erase_citizen(session, citizen)

    for order in range(10):
        citizen = uuid.UUID(int=order)
        codes = [await reserved(client, slot_id, order) for slot_id in (NINE, SINGLES[order % 4])]
        for code in codes:
            await act(client, "confirm", code, citizen)
        everything = asyncio.gather(*(act(client, "cancel", code, citizen) for code in codes), leave(citizen))
        answers = (await asyncio.wait_for(everything, timeout=120))[:-1]
        assert {status for status, _ in answers} <= {200, 404}
        async with sessions() as session:
            assert (await session.scalars(select(ReminderRow))).all() == []
            assert (
                await session.scalars(select(AppointmentRow.code).where(AppointmentRow.citizen_id.is_not(None)))
            ).all() == []
        async with sessions.begin() as session:
            await session.execute(update(AppointmentRow).values(state="cancelled"))
            await session.execute(update(SlotRow).values(taken=0))


async def test_an_overdue_reservation_is_confirmed_or_taken_over_but_never_both(
    client: Client, clock: FixedClock, sessions: Sessions
) -> None:
    for order in range(10):
        slot_id = SINGLES[order % len(SINGLES)]
        code = await reserved(client, slot_id, order)
        clock.advance(seconds=600)
        confirmed, taken = await asyncio.gather(
            act(client, "confirm", code, uuid.UUID(int=order)), reserve(client, slot_id, order + 100)
        )
        assert (confirmed[0], problem(confirmed[1])) == (409, "reservation-expired")
        assert taken[0] == 201
        await act(client, "cancel", taken[1]["code"], uuid.UUID(int=order + 100))
    await assert_counters_right(sessions)


async def test_many_take_over_overdue_places_and_only_as_many_as_there_are(
    client: Client, clock: FixedClock, sessions: Sessions, service: AppointmentService
) -> None:
    for order in range(10):
        await reserved(client, NINE, order)
    clock.advance(seconds=600)
    answers, _ = await asyncio.gather(
        asyncio.gather(*(reserve(client, NINE, order) for order in range(100, 140))),
        asyncio.gather(*(service.tick() for _ in range(5))),
    )
    assert sum(status == 201 for status, _ in answers) == 10
    await assert_counters_right(sessions)


async def test_a_storm_of_everything_leaves_every_counter_right(
    client: Client, clock: FixedClock, sessions: Sessions, service: AppointmentService
) -> None:
    dice = random.Random(7)  # noqa: S311 (a storm that can be repeated)
    codes: dict[int, str] = {}

    async def citizen(order: int) -> set[int]:
        statuses = set()
        for _ in range(8):
            choice = dice.choice(("reserve", "confirm", "cancel", "change", "tick"))
            slot_id = dice.choice((*SINGLES, NINE, HALF_PAST))
            if choice == "reserve" or order not in codes:
                status, body = await reserve(client, slot_id, order)
                codes[order] = body.get("code", codes.get(order, "NOTTHERE"))
            elif choice == "tick":
                clock.advance(seconds=dice.choice((1, 100, 600)))
                await service.tick()
                continue
            else:
                body = {"slot_id": slot_id} if choice == "change" else {}
                status, _ = await act(client, choice, codes[order], uuid.UUID(int=order), **body)
            statuses.add(status)
        return statuses

    seen = set().union(*await asyncio.gather(*(citizen(order) for order in range(25))))
    assert {200, 201, 409} <= seen <= {200, 201, 404, 409}
    await assert_counters_right(sessions)
