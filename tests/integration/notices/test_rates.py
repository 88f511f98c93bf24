"""Do all workers together keep to one rate, and does one that cannot ask keep to less?"""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from services.db import Sessions, make_engine, make_sessions
from services.notices.rates import Rate, SharedRate


def bucket(sessions: Sessions, **rate: float) -> SharedRate:
    return SharedRate(sessions=sessions, name="b", rate=Rate(**{"per_second": 100, "capacity": 50, **rate}))


async def test_what_is_there_is_given_at_once_and_what_is_owed_is_waited_for(sessions: Sessions) -> None:
    one, other = bucket(sessions), bucket(sessions)
    assert await one.take(50) == 0
    assert await other.take(100) == pytest.approx(1.0, abs=0.3)
    assert await one.take(100) == pytest.approx(2.0, abs=0.4)


async def test_many_workers_at_once_owe_together(sessions: Sessions) -> None:
    waits = await asyncio.gather(*(bucket(sessions, per_second=10, capacity=10).take(10) for _ in range(8)))
    assert sum(wait == 0 for wait in waits) == 1
    assert max(waits) == pytest.approx(7.0, abs=1.0)


async def test_a_rest_fills_the_bucket_to_its_brim_and_no_further(sessions: Sessions) -> None:
    one = bucket(sessions)
    await one.take(50)
    async with sessions.begin() as session:
        await session.execute(text("UPDATE notice_rates SET refilled_at = now() - interval '1 hour'"))
    assert await one.take(50) == 0
    assert await one.take(50) > 0.2


async def test_a_bucket_that_cannot_be_reached_leaves_a_small_share(sessions: Sessions) -> None:
    one = bucket(sessions)
    await one.take(1)
    async with sessions.begin() as blocker:
        await blocker.execute(text("SELECT * FROM notice_rates FOR UPDATE"))
        assert await one.take(25) == pytest.approx(2)  # 25 at an eighth of 100 a second
        assert await one.take(25) == pytest.approx(4 - 0.5, abs=0.5)  # half a second went by while it asked


async def test_a_database_that_is_away_leaves_a_small_share() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none")
    one = bucket(make_sessions(engine))
    assert await one.take(25) == pytest.approx(2)
    assert await one.take(25) == pytest.approx(4, abs=0.5)
    await engine.dispose()
