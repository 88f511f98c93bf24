"""Is a person's identifier found anywhere in clear: in a table, in an answer, in a log line?"""

from __future__ import annotations

import uuid

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.appointments.api import make_api
from services.appointments.service import AppointmentService
from services.db import Sessions
from tests.fakes.people import id_number, mobile
from tests.integration.appointments.conftest import Client, get, keyed, post, reserve, wish

NINE = "JB-HJ-20261124-0900"
SECRETS = (id_number(1), id_number(1)[-6:], mobile(1), "张三丰")


async def whole_database(engine: AsyncEngine) -> str:
    """Every row of every table as text, bytes as hexadecimal."""
    async with engine.connect() as connection:
        tables = await connection.scalars(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        )
        rows = [
            str(row)
            for table in tables.all()
            for row in (await connection.execute(text(f'SELECT t::text FROM "{table}" t'))).all()  # noqa: S608
        ]
    return "\n".join(rows)


async def test_no_table_no_answer_and_no_log_line_holds_an_identifier(
    client: Client, engine: AsyncEngine, service: AppointmentService
) -> None:
    me = uuid.UUID(int=1)
    with structlog.testing.capture_logs() as lines:
        first = await post(client, "/reservations", wish(NINE), **keyed("once"))
        again = await post(client, "/reservations", wish(NINE), **keyed("once"))
        refused = await post(client, "/reservations", wish("JB-HJ-20261124-0930"), **keyed("other"))
        code = first[1]["code"]
        confirmed = await post(client, f"/appointments/{code}/confirm", {"citizen_id": str(me)})
        listed = await get(client, "/appointments", citizen_id=me)
        desk = await get(client, "/desk", hall_code="JB", date="2026-11-24")
        await service.tick()
    told = str((first, again, refused, confirmed, listed, desk, lines))
    kept = await whole_database(engine)
    assert code in kept
    for secret in SECRETS:
        assert secret not in told
        assert secret not in kept
        assert secret.encode().hex() not in kept


async def test_an_error_of_the_database_does_not_repeat_the_values(sessions: Sessions) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        async with sessions() as session:
            await session.execute(text("SELECT no_such_function(:value)"), {"value": id_number(1)})
    assert id_number(1) not in str(caught.value)


async def test_a_crash_is_logged_without_what_the_request_held(client: Client, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("ALTER TABLE appointments RENAME TO away"))
    with structlog.testing.capture_logs() as lines:
        status, body = await reserve(client, NINE)
    assert status == 500
    assert id_number(1) not in str((body, lines))


async def test_the_api_has_no_operation_that_shows_a_person_in_clear(service: AppointmentService) -> None:
    assert all("Person" not in str(route.response) for route in make_api(service).routes)
