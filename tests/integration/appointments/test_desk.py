"""What can the desk do with an appointment, and who sees whom in clear?"""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
import structlog

from services.appointments.models import AppointmentRow
from services.appointments.service import AppointmentService
from services.audit.trail import Actor
from services.crypto import SealBroken
from services.db import Sessions
from services.errors import NotFound
from tests.fakes.clock import FixedClock
from tests.fakes.people import id_number, mobile
from tests.integration.appointments.conftest import Client, get, post, problem, reserve

NINE = "JB-HJ-20261124-0900"
STAFF = {"staff": "李四"}
CLERK = Actor(staff_id=None, login="李四", address="10.0.0.8")


async def booked(client: Client, slot_id: str = NINE, order: int = 1) -> str:
    _, body = await reserve(client, slot_id, order)
    citizen = {"citizen_id": str(uuid.UUID(int=order))}
    await post(client, f"/appointments/{body['code']}/confirm", citizen)
    return str(body["code"])


async def act(client: Client, code: str, what: str) -> tuple[int, dict[str, Any]]:
    return await post(client, f"/appointments/{code}/{what}", STAFF)


async def test_the_days_list_is_by_time_and_masked(client: Client) -> None:
    late = await booked(client, "JB-HJ-20261124-1000", 1)
    early = await booked(client, NINE, 2)
    await booked(client, "JB-HJ-20261125-0900", 3)
    await booked(client, "JN-HJ-20261124-0900", 4)
    other = await booked(client, "JB-SB-20261124-0930", 5)
    status, listed = await get(client, "/desk", hall_code="JB", date="2026-11-24")
    assert (status, [one["code"] for one in listed]) == (200, [early, other, late])
    assert id_number(1) not in str(listed)
    _, listed = await get(client, "/desk", hall_code="JB", date="2026-11-24", service_code="SB")
    assert [one["code"] for one in listed] == [other]
    assert problem((await get(client, "/desk", hall_code="XX", date="2026-11-24"))[1]) == "not-found"


async def test_a_citizen_is_called_and_the_matter_finished(client: Client, clock: FixedClock) -> None:
    code = await booked(client)
    clock.advance(hours=22, minutes=30)
    for what, state in (("call", "called"), ("finish", "finished")):
        for _ in range(2):
            status, body = await act(client, code, what)
            assert (status, body["state"]) == (200, state)
    assert problem((await act(client, code, "miss"))[1]) == "wrong-state"


async def test_who_was_called_and_did_not_come_is_missed(client: Client, clock: FixedClock) -> None:
    code = await booked(client)
    clock.advance(hours=23)
    await act(client, code, "call")
    assert (await act(client, code, "miss"))[1]["state"] == "missed"


@pytest.mark.parametrize("what", ["call", "finish", "miss"])
async def test_what_is_not_due_yet_or_not_confirmed_is_refused(client: Client, what: str) -> None:
    _, body = await reserve(client, NINE)
    for code in (body["code"], await booked(client, NINE, 2)):
        status, answer = await act(client, code, what)
        assert (status, problem(answer)) == (409, "wrong-state")
    assert problem((await act(client, "NOTTHERE", what))[1]) == "not-found"


async def test_who_has_been_called_can_neither_cancel_nor_change(client: Client, clock: FixedClock) -> None:
    code = await booked(client)
    clock.advance(hours=22, minutes=30)
    await act(client, code, "call")
    status, body = await post(client, f"/appointments/{code}/cancel", {"citizen_id": str(uuid.UUID(int=1))})
    assert (status, problem(body)) == (409, "too-late")


async def test_an_act_of_nobody_is_refused(client: Client) -> None:
    status, body = await post(client, f"/appointments/{await booked(client)}/call", {"staff": ""})
    assert (status, problem(body)) == (400, "bad-request")


async def test_a_named_clerk_sees_the_person_and_that_is_logged(client: Client, service: AppointmentService) -> None:
    code = await booked(client)
    with structlog.testing.capture_logs() as lines:
        person = await service.desk.reveal(code.lower(), CLERK)
    assert (person.applicant_name, person.id_number, person.mobile) == ("张三丰", id_number(1), mobile(1))
    assert [(line["event"], line["staff"]) for line in lines] == [("appointment.revealed", "李四")]
    assert id_number(1) not in str(lines)
    with pytest.raises(NotFound):
        await service.desk.reveal("NOTTHERE", CLERK)


async def test_persons_swapped_between_appointments_do_not_open(
    client: Client, service: AppointmentService, sessions: Sessions
) -> None:
    mine, other = await booked(client, NINE, 1), await booked(client, NINE, 2)
    async with sessions.begin() as session:
        rows = [await session.get_one(AppointmentRow, code) for code in (mine, other)]
        rows[0].person_sealed, rows[1].person_sealed = rows[1].person_sealed, rows[0].person_sealed
    with pytest.raises(SealBroken):
        await service.desk.reveal(mine, CLERK)


async def test_a_day_without_appointments_is_an_empty_list(service: AppointmentService) -> None:
    assert await service.desk.day("JB", date(2026, 11, 24)) == []
