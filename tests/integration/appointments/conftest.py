"""Fixtures: a city of two halls, the appointment service, and its API on a real port."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from services.appointments.api import make_api
from services.appointments.models import HallRow, HallServiceRow, HolidayRow
from services.appointments.service import AppointmentService
from services.crypto import Cipher
from services.db import Sessions
from services.web import BODY_LIMIT, mount, problems
from tests.fakes.clock import FixedClock
from tests.fakes.people import id_number, mobile

TOKEN = "test-token-of-the-services"
WEEK = ("mon", "tue", "wed", "thu", "fri")

Client = TestClient[web.Request, web.Application]


def hall(code: str, district: str) -> HallRow:
    return HallRow(
        hall_code=code,
        name=f"{district}政务服务中心",
        district=district,
        area_code="990101" if code == "JB" else "990102",
        address=f"{district}一路1号",
        phone="0100-88010100",
        hours_text="周一至周五",
        latitude=None,
        longitude=None,
        opening={day: ["09:00-12:00", "13:00-17:00"] for day in WEEK},
    )


def offer(hall_code: str, service_code: str, name: str, *, minutes: int = 30, capacity: int = 10) -> HallServiceRow:
    return HallServiceRow(
        hall_code=hall_code,
        service_code=service_code,
        name=name,
        slot_minutes=minutes,
        capacity=capacity,
        offered=True,
    )


@pytest.fixture
def clock() -> FixedClock:
    """Monday 23 November 2026, ten in the morning in the city."""
    return FixedClock()


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(bytes(range(32)))


@pytest.fixture
async def city(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add_all([hall("JB", "江北区"), hall("JN", "江南区")])
        await session.flush()
        session.add_all(
            [
                offer("JB", "HJ", "户籍业务"),
                offer("JB", "SB", "社会保险", capacity=1),
                offer("JN", "HJ", "户籍业务", capacity=1),
                offer("JN", "BDC", "不动产登记", minutes=60, capacity=2),
            ]
        )


@pytest.fixture
async def holidays(sessions: Sessions, city: None) -> None:
    async with sessions.begin() as session:
        session.add_all(
            [
                HolidayRow(day=dt.date(2026, 11, 25), name="城市节", closed=True, as_weekday=0),
                HolidayRow(day=dt.date(2026, 11, 28), name="城市节调休", closed=False, as_weekday=0),
            ]
        )


@pytest.fixture
def service(sessions: Sessions, clock: FixedClock, cipher: Cipher, city: None) -> AppointmentService:
    return AppointmentService(sessions=sessions, clock=clock, cipher=cipher, reservation_seconds=600)


@pytest.fixture
async def client(service: AppointmentService) -> AsyncIterator[Client]:
    app = web.Application(middlewares=[problems], client_max_size=BODY_LIMIT)
    mount(app, [make_api(service)], service_token=TOKEN)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with TestClient(TestServer(app), headers=headers) as running:
        yield running


def wish(slot_id: str, order: int = 1, citizen_id: uuid.UUID | None = None, **other: Any) -> dict[str, Any]:
    """The body of a reservation by the `order`-th person."""
    return {
        "slot_id": slot_id,
        "citizen_id": str(citizen_id or uuid.UUID(int=order)),
        "applicant_name": "张三丰",
        "id_number": id_number(order),
        "mobile": mobile(order),
        **other,
    }


def prefix(path: str) -> str:
    return f"/appointments/v1{path}"


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


async def reserve(client: Client, slot_id: str, order: int = 1, **other: Any) -> tuple[int, dict[str, Any]]:
    """Reserves over HTTP with a fresh key; gives status and body."""
    body = wish(slot_id, order, **other)
    async with client.post(prefix("/reservations"), json=body, headers=keyed(uuid.uuid4().hex)) as answer:
        return answer.status, await answer.json(content_type=None)


async def post(client: Client, path: str, body: dict[str, Any], **headers: str) -> tuple[int, dict[str, Any]]:
    async with client.post(prefix(path), json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def get(client: Client, path: str, **query: Any) -> tuple[int, Any]:
    async with client.get(prefix(path), params={k: str(v) for k, v in query.items()}) as answer:
        return answer.status, await answer.json(content_type=None)


def problem(body: dict[str, Any]) -> str:
    """The last part of a problem's type."""
    return str(body["type"]).removeprefix("urn:zhengqiao:problem:")
