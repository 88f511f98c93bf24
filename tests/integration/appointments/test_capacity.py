"""Is a slot ever given to more people than it has places for?"""

from __future__ import annotations

import asyncio
import time

from sqlalchemy import select

from services.appointments.models import SlotRow
from services.db import Sessions
from tests.integration.appointments.conftest import Client, problem, reserve

TEN = "JB-HJ-20261124-0900"


async def test_200_people_at_once_get_exactly_the_10_places_of_a_slot(client: Client, sessions: Sessions) -> None:
    began = time.perf_counter()
    answers = await asyncio.gather(*(reserve(client, TEN, order) for order in range(200)))
    print(f"200 reservations in {time.perf_counter() - began:.2f} s")
    assert sorted({status for status, _ in answers}) == [201, 409]
    assert sum(status == 201 for status, _ in answers) == 10
    assert {problem(body) for status, body in answers if status == 409} == {"slot-full"}
    async with sessions() as session:
        assert (await session.scalars(select(SlotRow.taken).where(SlotRow.slot_id == TEN))).one() == 10
