"""Does a citizen get an appointment, keep it, move it and give it back, and is every wrong way refused by its name?"""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from services.appointments.service import AppointmentService
from tests.fakes.clock import FixedClock
from tests.fakes.people import id_number, mobile
from tests.integration.appointments.conftest import Client, get, keyed, post, prefix, problem, reserve, wish

NINE = "JB-HJ-20261124-0900"
HALF_PAST = "JB-HJ-20261124-0930"
NEXT_DAY = "JB-HJ-20261125-0900"
#: Slots of one place.
SINGLE = "JB-SB-20261124-0900"
SINGLE_LATER = "JB-SB-20261124-0930"
ME = uuid.UUID(int=1)
OTHER = uuid.UUID(int=2)


async def booked(client: Client, slot_id: str = NINE, order: int = 1) -> str:
    """The code of a confirmed appointment."""
    status, body = await reserve(client, slot_id, order)
    assert status == 201
    assert (await confirm(client, body["code"], uuid.UUID(int=order)))[0] == 200
    return str(body["code"])


async def confirm(client: Client, code: str, citizen: uuid.UUID = ME) -> tuple[int, dict[str, Any]]:
    return await post(client, f"/appointments/{code}/confirm", {"citizen_id": str(citizen)})


async def cancel(client: Client, code: str, citizen: uuid.UUID = ME) -> tuple[int, dict[str, Any]]:
    return await post(client, f"/appointments/{code}/cancel", {"citizen_id": str(citizen)})


async def change(
    client: Client, code: str, slot_id: str, key: str = "", citizen: uuid.UUID = ME
) -> tuple[int, dict[str, Any]]:
    body = {"citizen_id": str(citizen), "slot_id": slot_id}
    return await post(client, f"/appointments/{code}/change", body, **keyed(key or uuid.uuid4().hex))


async def free(client: Client, slot_id: str) -> int:
    hall_code, service_code, day, _ = slot_id.split("-")
    date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    _, slots = await get(client, "/slots", hall_code=hall_code, service_code=service_code, date=date)
    return int(next(slot["free"] for slot in slots if slot["slot_id"] == slot_id))


async def test_a_reservation_shows_where_when_and_until_when_and_the_person_only_masked(client: Client) -> None:
    status, body = await reserve(client, NINE)
    assert status == 201
    assert re.fullmatch("[2-9A-HJKMNP-Z]{8}", body.pop("code"))
    number = id_number(1)
    assert body == {
        "state": "reserved",
        "hall_code": "JB",
        "hall_name": "江北区政务服务中心",
        "address": "江北区一路1号",
        "service_code": "HJ",
        "service_name": "户籍业务",
        "slot_id": NINE,
        "starts_at": "2026-11-24T09:00:00+08:00",
        "ends_at": "2026-11-24T09:30:00+08:00",
        "expires_at": "2026-11-23T10:10:00+08:00",
        "applicant_name": "张**",
        "id_masked": f"{number[:3]}{'*' * 13}{number[-2:]}",
        "mobile_masked": f"138****{mobile(1)[-4:]}",
    }
    assert await free(client, NINE) == 9


async def test_confirming_makes_it_final_and_again_gives_the_same_answer(client: Client, clock: FixedClock) -> None:
    _, body = await reserve(client, NINE)
    first = await confirm(client, body["code"])
    assert first[0] == 200
    assert (first[1]["state"], first[1]["expires_at"]) == ("confirmed", None)
    clock.advance(hours=1)
    assert await confirm(client, body["code"].lower()) == first


async def test_a_reservation_that_is_not_confirmed_in_time_expires_and_its_place_is_free(
    client: Client, clock: FixedClock
) -> None:
    _, mine = await reserve(client, SINGLE)
    assert (await reserve(client, SINGLE, 2))[0] == 409
    clock.advance(seconds=600)
    assert await free(client, SINGLE) == 1
    for act in (confirm, cancel):
        status, body = await act(client, mine["code"])
        assert (status, problem(body)) == (409, "reservation-expired")
    assert problem((await change(client, mine["code"], SINGLE_LATER))[1]) == "reservation-expired"
    assert (await reserve(client, SINGLE, 2))[0] == 201
    _, listed = await get(client, "/appointments", citizen_id=ME)
    assert [one["state"] for one in listed] == ["expired"]


async def test_a_person_whose_reservation_expired_may_book_the_day_again(client: Client, clock: FixedClock) -> None:
    await reserve(client, NINE)
    clock.advance(seconds=600)
    assert (await reserve(client, HALF_PAST))[0] == 201
    assert await free(client, NINE) == 10


async def test_a_reservation_never_outlives_the_start_of_its_slot(client: Client, clock: FixedClock) -> None:
    clock.advance(minutes=55)
    _, body = await reserve(client, "JB-HJ-20261123-1100")
    assert body["expires_at"] == body["starts_at"] == "2026-11-23T11:00:00+08:00"


async def test_cancelling_frees_the_place_and_again_changes_nothing(client: Client) -> None:
    code = await booked(client, SINGLE)
    assert await free(client, SINGLE) == 0
    for _ in range(2):
        status, body = await cancel(client, code)
        assert (status, body["state"]) == (200, "cancelled")
        assert await free(client, SINGLE) == 1
    assert problem((await confirm(client, code))[1]) == "wrong-state"
    assert problem((await change(client, code, SINGLE_LATER))[1]) == "wrong-state"


async def test_changing_moves_the_appointment_and_keeps_its_code(client: Client) -> None:
    code = await booked(client, SINGLE)
    status, body = await change(client, code, "JN-BDC-20261126-1300")
    assert (status, body["code"], body["state"]) == (200, code, "confirmed")
    assert (body["hall_name"], body["service_name"]) == ("江南区政务服务中心", "不动产登记")
    assert body["starts_at"] == "2026-11-26T13:00:00+08:00"
    assert await free(client, SINGLE) == 1
    assert await free(client, "JN-BDC-20261126-1300") == 1


async def test_changing_to_a_full_slot_keeps_the_old_one(client: Client) -> None:
    code = await booked(client, SINGLE)
    await booked(client, SINGLE_LATER, 2)
    status, body = await change(client, code, SINGLE_LATER)
    assert (status, problem(body)) == (409, "slot-full")
    _, mine = await get(client, f"/appointments/{code}", citizen_id=ME)
    assert (mine["state"], mine["slot_id"]) == ("confirmed", SINGLE)
    assert await free(client, SINGLE) == 0


async def test_changing_to_the_slot_it_has_changes_nothing(client: Client) -> None:
    code = await booked(client, SINGLE)
    assert (await change(client, code, SINGLE))[1]["slot_id"] == SINGLE
    assert await free(client, SINGLE) == 0


async def test_a_reservation_that_moves_still_waits_for_its_confirmation(client: Client) -> None:
    _, body = await reserve(client, NINE)
    _, moved = await change(client, body["code"], HALF_PAST)
    assert (moved["state"], moved["expires_at"]) == ("reserved", body["expires_at"])


async def test_one_person_gets_one_appointment_a_service_and_day(client: Client) -> None:
    await booked(client, NINE)
    for slot_id in (NINE, HALF_PAST, "JN-HJ-20261124-0900"):
        # The same person through another citizen's phone, too.
        status, body = await reserve(client, slot_id, 1, citizen_id=OTHER)
        assert (status, problem(body)) == (409, "already-booked")
    assert (await reserve(client, SINGLE))[0] == 201
    next_day = await booked(client, NEXT_DAY)
    status, body = await change(client, next_day, HALF_PAST)
    assert (status, problem(body)) == (409, "already-booked")
    assert await free(client, HALF_PAST) == 10


async def test_an_overdue_reservation_does_not_keep_the_same_person_from_moving_there(
    client: Client, clock: FixedClock
) -> None:
    mine = await booked(client, NEXT_DAY)
    await reserve(client, NINE)
    clock.advance(seconds=600)
    assert (await change(client, mine, HALF_PAST))[0] == 200
    assert await free(client, NINE) == 10


async def test_moving_within_the_day_is_no_second_appointment(client: Client) -> None:
    mine = await booked(client, NINE)
    assert (await change(client, mine, HALF_PAST))[0] == 200


async def test_who_cancelled_may_book_the_same_day_again(client: Client) -> None:
    await cancel(client, await booked(client, NINE))
    assert (await reserve(client, NINE))[0] == 201


@pytest.mark.parametrize(
    ("slot_id", "status", "kind"),
    [
        ("JB-HJ-20261123-0900", 409, "slot-past"),
        ("JB-HJ-20261123-1000", 409, "slot-past"),
        ("JB-HJ-20261120-0900", 409, "slot-past"),
        ("JB-HJ-20261128-0900", 409, "slot-closed"),
        ("JB-HJ-20261124-1200", 409, "slot-closed"),
        ("JB-HJ-20261124-0915", 409, "slot-closed"),
        ("JB-HJ-20261224-0900", 409, "slot-closed"),
        ("JB-HJ-99991231-0900", 409, "slot-closed"),
        ("JB-HJ-00010101-0900", 409, "slot-past"),
        ("JB-HJ-20260230-0900", 404, "not-found"),
        ("JB-XX-20261124-0900", 404, "not-found"),
        ("XX-HJ-20261124-0900", 404, "not-found"),
        ("tomorrow at nine", 404, "not-found"),
        ("JB-HJ-２０２６１１２４-0900", 404, "not-found"),
    ],
)
async def test_a_slot_that_cannot_be_booked_is_refused_by_its_reason(
    client: Client, slot_id: str, status: int, kind: str
) -> None:
    answer, body = await reserve(client, slot_id)
    assert (answer, problem(body)) == (status, kind)
    code = await booked(client, NINE, 3)
    answer, body = await change(client, code, slot_id, citizen=uuid.UUID(int=3))
    assert (answer, problem(body)) == (status, kind)


async def test_the_last_day_that_can_be_booked_is_thirty_days_ahead(client: Client) -> None:
    assert (await reserve(client, "JB-HJ-20261223-0900"))[0] == 201


async def test_a_holiday_is_closed_and_a_worked_saturday_is_open(client: Client, holidays: None) -> None:
    assert problem((await reserve(client, NEXT_DAY))[1]) == "slot-closed"
    assert (await reserve(client, "JB-HJ-20261128-0900"))[0] == 201


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"id_number": id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")}, "bad-id-number"),
        ({"id_number": "990101199013070017"}, "bad-id-number"),
        ({"id_number": "11010119900307"}, "bad-id-number"),
        ({"mobile": "12812345678"}, "bad-mobile"),
        ({"mobile": "1381234567"}, "bad-mobile"),
        ({"applicant_name": " "}, "bad-request"),
        ({"applicant_name": ""}, "bad-request"),
        ({"applicant_name": "长" * 65}, "bad-request"),
        ({"applicant_name": "张\u0000三"}, "bad-request"),
        ({"citizen_id": "me"}, "bad-request"),
        ({"slot_id": "x" * 49}, "bad-request"),
        ({"id_number": 110}, "bad-request"),
        ({"mobile": None}, "bad-request"),
    ],
)
async def test_a_bad_field_is_refused_by_its_name_and_not_repeated(
    client: Client, wrong: dict[str, Any], kind: str
) -> None:
    body = {**wish(NINE), **wrong}
    async with client.post(prefix("/reservations"), json=body, headers=keyed("k")) as answer:
        told = await answer.text()
        assert (answer.status, problem(await answer.json(content_type=None))) == (400, kind)
    assert all(str(value) not in told for value in wrong.values() if value not in {"", " ", None})


async def test_identifiers_are_taken_as_people_type_them(client: Client) -> None:
    number = id_number(1)
    typed = f"{number[:6]} {number[6:14]} {number[14:]}".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    status, body = await reserve(client, NINE, id_number=typed.lower(), mobile="+86 138-0000-0001")
    assert (status, body["id_masked"][-2:]) == (201, number[-2:])
    assert problem((await reserve(client, HALF_PAST, 1))[1]) == "already-booked"


async def test_another_citizens_code_is_unknown(client: Client) -> None:
    code = await booked(client)
    for answer in (
        await confirm(client, code, OTHER),
        await cancel(client, code, OTHER),
        await change(client, code, HALF_PAST, citizen=OTHER),
        await get(client, f"/appointments/{code}", citizen_id=OTHER),
        await confirm(client, "ZZZZZZZZ"),
    ):
        assert (answer[0], problem(answer[1])) == (404, "not-found")
    assert (await get(client, "/appointments", citizen_id=OTHER))[1] == []


async def test_after_the_start_it_is_too_late_to_cancel_or_change(client: Client, clock: FixedClock) -> None:
    code = await booked(client)
    clock.advance(hours=23)
    for answer in (await cancel(client, code), await change(client, code, NEXT_DAY)):
        assert (answer[0], problem(answer[1])) == (409, "too-late")


async def test_the_same_key_and_body_get_the_same_answer_and_one_place(client: Client, clock: FixedClock) -> None:
    first = await post(client, "/reservations", wish(NINE), **keyed("once"))
    clock.advance(minutes=30)
    again = await post(client, "/reservations", wish(NINE), **keyed("once"))
    assert first[0] == 201
    assert again == first
    assert len((await get(client, "/appointments", citizen_id=ME))[1]) == 1


async def test_the_same_key_with_another_body_is_refused(client: Client) -> None:
    _, body = await post(client, "/reservations", wish(NINE), **keyed("once"))
    for answer in (
        await post(client, "/reservations", wish(HALF_PAST), **keyed("once")),
        await post(client, "/reservations", wish(NINE, mobile=mobile(9)), **keyed("once")),
        await change(client, body["code"], NINE, key="once"),
    ):
        assert (answer[0], problem(answer[1])) == (409, "idempotency-key-reused")


async def test_a_key_is_the_citizens_own(client: Client) -> None:
    assert (await post(client, "/reservations", wish(NINE, 1), **keyed("once")))[0] == 201
    assert (await post(client, "/reservations", wish(NINE, 2), **keyed("once")))[0] == 201


async def test_a_refused_request_may_be_tried_again_with_its_key(client: Client) -> None:
    other = await booked(client, SINGLE, 2)
    assert (await post(client, "/reservations", wish(SINGLE), **keyed("once")))[0] == 409
    await cancel(client, other, OTHER)
    assert (await post(client, "/reservations", wish(SINGLE), **keyed("once")))[0] == 201


async def test_a_repeated_change_gets_its_first_answer_though_the_appointment_has_moved_on(client: Client) -> None:
    code = await booked(client, NINE)
    first = await change(client, code, HALF_PAST, key="first")
    await change(client, code, NEXT_DAY, key="second")
    assert await change(client, code, HALF_PAST, key="first") == first
    assert (await get(client, f"/appointments/{code}", citizen_id=ME))[1]["slot_id"] == NEXT_DAY


@pytest.mark.parametrize("headers", [{}, keyed(""), keyed(" "), keyed("k" * 129), keyed("键")])
async def test_a_request_that_needs_a_key_is_refused_without_a_good_one(
    client: Client, headers: dict[str, str]
) -> None:
    code = await booked(client)
    for path, body in (
        ("/reservations", wish(NEXT_DAY)),
        (f"/appointments/{code}/change", {"citizen_id": str(ME), "slot_id": NEXT_DAY}),
    ):
        status, answer = await post(client, path, body, **headers)
        assert (status, problem(answer)) == (400, "bad-request")
        assert "Idempotency-Key" in answer["detail"]


async def test_a_citizens_list_has_what_lies_ahead_first(client: Client, clock: FixedClock) -> None:
    late = await booked(client, "JB-HJ-20261127-0900")
    soon = await booked(client, NINE)
    gone = await booked(client, NEXT_DAY)
    await cancel(client, gone)
    _, listed = await get(client, "/appointments", citizen_id=ME)
    assert [one["code"] for one in listed] == [soon, late, gone]
    clock.advance(days=1)
    _, listed = await get(client, "/appointments", citizen_id=ME)
    assert [one["code"] for one in listed] == [late, gone, soon]


async def test_a_tick_expires_what_is_overdue_and_forgets_old_keys(
    client: Client, clock: FixedClock, service: AppointmentService
) -> None:
    for order in range(3):
        await post(client, "/reservations", wish(NINE, order), **keyed("once"))
    await reserve(client, HALF_PAST, 3)
    assert await service.tick() == 0
    clock.advance(minutes=10)
    assert await service.tick() == 4
    assert await service.tick() == 0
    first = await post(client, "/reservations", wish("JB-HJ-20261207-0900", 0), **keyed("late"))
    clock.advance(days=8)
    await service.tick()
    again = await post(client, "/reservations", wish("JB-HJ-20261207-0900", 0), **keyed("late"))
    assert (first[0], again[0]) == (201, 201)
    assert again[1]["code"] != first[1]["code"]
