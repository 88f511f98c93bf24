"""Receipts that come before our own answer, again and again, and in any order: each counts once, and all close."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from services.clock import SystemClock
from services.notices.covers import CoverService
from services.notices.results import Notice
from tests.acceptance.notices.field import RECIPIENTS, Field, open_field
from tests.fakes.pictures import png
from tests.fakes.processes import free_port
from tests.fakes.waiting import eventually

#: Each is a call of its own to the edge, which answers some hundred a second.
HEARD = min(RECIPIENTS, 20_000)
A_SECOND = str(min(HEARD // 10, 100))
RECEIPTS = text("""
    SELECT c.address, d.receipt FROM notice_deliveries d JOIN citizens c ON c.citizen_id = d.citizen_id
    WHERE d.notice_id = :notice
""")


@pytest.fixture
def edge_port() -> int:
    return free_port()


@pytest.fixture
async def field(tmp_path: Path, edge_port: int) -> AsyncIterator[Field]:
    settings = {
        "ZQ_SIM_RECEIPTS": "true",
        # At once: many overtake the answer to the call that they are about.
        "ZQ_SIM_JOB_SECONDS": "0",
        "ZQ_SIM_EDGE_URL": f"http://127.0.0.1:{edge_port}/wechat",
    }
    with tempfile.TemporaryDirectory(prefix="zhengqiao-") as database:
        async with open_field(tmp_path, Path(database) / "postgres", **settings) as field:
            await field.follow(HEARD)
            yield field


async def test_receipts_that_are_early_doubled_and_out_of_order(field: Field, edge_port: int) -> None:
    await field.edge(edge_port)
    # The edge hears of these and its answers are lost: the platform tells it again, later than of others.
    await field.platform("PUT", "/sim/faults", path="callback", drop_answer=True, count=HEARD // 4)
    notice = await field.announce()
    await field.worker(ZQ_NOTICES_PER_SECOND=A_SECOND)
    after = await field.ended(notice)
    assert after.counters.accepted == HEARD

    async def over() -> bool:
        await asyncio.sleep(1)  # the record is read whole each time
        return len(field.called_back("callback.acknowledged", "callback.failed")) >= HEARD

    await eventually(over, seconds=120 + HEARD / 10)
    await field.check(notice)
    receipts = await _receipts(field, notice)
    assert set(receipts) <= {"", "delivered"}
    # Where the machine is too slow for its answers, the platform may have given up what was heard all the same.
    told, tried = field.called_back("callback.acknowledged"), field.called_back("callback.attempt")
    assert set(told) <= receipts["delivered"] <= set(tried)
    assert told
    assert max(tried.values()) > 1
    counters = (await field.service.get(str(notice.id))).counters
    assert (counters.delivered, counters.blocked, counters.undelivered) == (len(receipts["delivered"]), 0, 0)


async def test_the_receipt_of_news_counts_for_everybody_they_reached(field: Field, edge_port: int) -> None:
    await field.edge(edge_port)
    cover = await CoverService(sessions=field.sessions, clock=SystemClock()).add(png(), staff="张三")
    notice = await field.announce(route="mass", mass_form="news", cover=cover.id)
    await field.worker()
    after = await field.ended(notice)
    assert after.counters.accepted == HEARD

    async def heard() -> bool:
        return (await field.service.get(str(notice.id))).counters.delivered == HEARD

    await eventually(heard, seconds=240)


async def _receipts(field: Field, notice: Notice) -> dict[str, set[str]]:
    """The openids of each word in the rows."""
    found: dict[str, set[str]] = {}
    async with field.sessions() as session:
        for row in await session.execute(RECEIPTS, {"notice": notice.id}):
            found.setdefault(row.receipt, set()).add(row.address)
    return found
