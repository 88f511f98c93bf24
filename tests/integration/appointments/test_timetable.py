"""Do citizens see the right days and slots: hours, holidays, past, too far, full?"""

from __future__ import annotations

import uuid

import pytest

from services.appointments.models import HallServiceRow
from services.db import Sessions
from tests.fakes.clock import FixedClock
from tests.integration.appointments.conftest import Client, get, post, problem, reserve


async def test_halls_with_their_services_are_listed_by_area(client: Client) -> None:
    _, halls = await get(client, "/halls")
    assert [hall["hall_code"] for hall in halls] == ["JB", "JN"]
    assert halls[0] == {
        "hall_code": "JB",
        "name": "江北区政务服务中心",
        "district": "江北区",
        "area_code": "990101",
        "address": "江北区一路1号",
        "phone": "0100-88010100",
        "hours_text": "周一至周五",
        "latitude": None,
        "longitude": None,
        "services": [
            {"service_code": "HJ", "name": "户籍业务"},
            {"service_code": "SB", "name": "社会保险"},
        ],
    }
    assert (await get(client, "/halls/JN"))[1] == halls[1]
    assert problem((await get(client, "/halls/XX"))[1]) == "not-found"


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"district": "江南区"}, ["JN"]),
        ({"district": "990101"}, ["JB"]),
        ({"service_code": "HJ"}, ["JB", "JN"]),
        ({"service_code": "BDC"}, ["JN"]),
        ({"district": "江北区", "service_code": "BDC"}, []),
        ({"district": "nowhere"}, []),
    ],
)
async def test_halls_are_found_by_district_and_service(client: Client, query: dict[str, str], codes: list[str]) -> None:
    assert [hall["hall_code"] for hall in (await get(client, "/halls", **query))[1]] == codes


async def test_every_service_is_listed_once(client: Client) -> None:
    assert (await get(client, "/services"))[1] == [
        {"service_code": "BDC", "name": "不动产登记"},
        {"service_code": "HJ", "name": "户籍业务"},
        {"service_code": "SB", "name": "社会保险"},
    ]


async def test_fourteen_days_from_today_say_which_can_be_booked_and_why_not(client: Client, holidays: None) -> None:
    await reserve(client, "JB-HJ-20261124-0900")
    _, days = await get(client, "/days", hall_code="JB", service_code="HJ")
    assert len(days) == 14
    # Today from 10:00 on: 10:30, 11:00, 11:30 and the eight of the afternoon.
    assert days[0] == {"date": "2026-11-23", "open": True, "closed_reason": "", "free": 11 * 10}
    assert days[1] == {"date": "2026-11-24", "open": True, "closed_reason": "", "free": 14 * 10 - 1}
    assert days[2] == {"date": "2026-11-25", "open": False, "closed_reason": "城市节放假，大厅不办公", "free": 0}
    assert days[5] == {"date": "2026-11-28", "open": True, "closed_reason": "", "free": 140}
    assert days[6] == {"date": "2026-11-29", "open": False, "closed_reason": "周日大厅休息", "free": 0}


async def test_days_in_the_past_over_for_today_and_too_far_ahead_are_closed(client: Client, clock: FixedClock) -> None:
    clock.advance(hours=8)
    query = {"hall_code": "JB", "service_code": "HJ"}
    _, days = await get(client, "/days", **query, **{"from": "2026-11-22"}, days=31)
    assert days[0]["closed_reason"] == "这一天已经过去了"
    assert days[1]["closed_reason"] == "今天可约的时段已经结束"
    _, days = await get(client, "/days", **query, **{"from": "2026-12-23"}, days=2)
    assert [day["open"] for day in days] == [True, False]
    assert "30天" in days[1]["closed_reason"]


async def test_slots_of_a_day_count_down_and_a_full_one_stays_in_the_list(client: Client) -> None:
    query = {"hall_code": "JN", "service_code": "BDC", "date": "2026-11-24"}
    _, slots = await get(client, "/slots", **query)
    assert len(slots) == 7
    assert slots[0] == {
        "slot_id": "JN-BDC-20261124-0900",
        "hall_code": "JN",
        "service_code": "BDC",
        "starts_at": "2026-11-24T09:00:00+08:00",
        "ends_at": "2026-11-24T10:00:00+08:00",
        "capacity": 2,
        "free": 2,
    }
    for order in (1, 2):
        await reserve(client, slots[0]["slot_id"], order)
    _, slots = await get(client, "/slots", **query)
    assert [slot["free"] for slot in slots] == [0, 2, 2, 2, 2, 2, 2]


async def test_only_slots_still_ahead_are_listed_today(client: Client) -> None:
    _, slots = await get(client, "/slots", hall_code="JB", service_code="HJ", date="2026-11-23")
    assert slots[0]["slot_id"] == "JB-HJ-20261123-1030"


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-29", "2026-12-24", "0001-01-01", "9999-12-31"])
async def test_a_day_that_cannot_be_booked_has_no_slots(client: Client, day: str) -> None:
    assert await get(client, "/slots", hall_code="JB", service_code="HJ", date=day) == (200, [])


@pytest.mark.parametrize("path", ["/days", "/slots"])
async def test_an_unknown_hall_or_a_service_that_it_does_not_offer_is_not_found(client: Client, path: str) -> None:
    for hall_code, service_code in (("XX", "HJ"), ("JB", "BDC")):
        status, body = await get(client, path, hall_code=hall_code, service_code=service_code, date="2026-11-24")
        assert (status, problem(body)) == (404, "not-found")


@pytest.mark.parametrize(
    "query",
    [
        {"hall_code": "JB"},
        {"hall_code": "jb", "service_code": "HJ"},
        {"hall_code": "JB", "service_code": "HJ", "days": 0},
        {"hall_code": "JB", "service_code": "HJ", "days": 32},
        {"hall_code": "JB", "service_code": "HJ", "from": "soon"},
        {"hall_code": "JB", "service_code": "HJ", "from": "9999-12-31"},
        {"hall_code": "JB", "service_code": "HJ", "from": "0001-01-01"},
    ],
)
async def test_a_bad_question_about_days_is_refused(client: Client, query: dict[str, str]) -> None:
    status, body = await get(client, "/days", **query)
    assert (status, problem(body)) == (400, "bad-request")


async def test_more_and_fewer_places_count_at_once_and_nobody_loses_theirs(client: Client, sessions: Sessions) -> None:
    async def set_capacity(capacity: int) -> None:
        async with sessions.begin() as session:
            (await session.get_one(HallServiceRow, ("JN", "BDC"))).capacity = capacity

    async def free() -> int:
        _, slots = await get(client, "/slots", hall_code="JN", service_code="BDC", date="2026-11-24")
        return int(slots[0]["free"])

    slot_id = "JN-BDC-20261124-0900"
    for order in (1, 2):
        assert (await reserve(client, slot_id, order))[0] == 201
    await set_capacity(3)
    assert await free() == 1
    status, third = await reserve(client, slot_id, 3)
    assert status == 201
    await set_capacity(1)
    assert await free() == 0
    assert problem((await reserve(client, slot_id, 4))[1]) == "slot-full"
    citizen = {"citizen_id": str(uuid.UUID(int=3))}
    assert (await post(client, f"/appointments/{third['code']}/confirm", citizen))[0] == 200
    assert (await post(client, f"/appointments/{third['code']}/cancel", citizen))[0] == 200
    assert problem((await reserve(client, slot_id, 4))[1]) == "slot-full"


async def test_a_service_that_is_offered_no_more_cannot_be_booked_but_its_appointments_stay(
    client: Client, sessions: Sessions
) -> None:
    _, mine = await reserve(client, "JN-BDC-20261124-0900")
    async with sessions.begin() as session:
        (await session.get_one(HallServiceRow, ("JN", "BDC"))).offered = False
    assert (await reserve(client, "JN-BDC-20261124-1000", 2))[0] == 404
    citizen = {"citizen_id": str(uuid.UUID(int=1))}
    assert (await post(client, f"/appointments/{mine['code']}/confirm", citizen))[0] == 200
    assert "BDC" not in str((await get(client, "/services"))[1])
