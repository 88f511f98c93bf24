"""Killed anywhere on the way from a cover to the phones, news arrive once; the platform's record is the oracle."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from bot.faults import EXIT_CODE, FaultPoint
from services.clock import SystemClock
from services.notices.covers import CoverService
from services.notices.results import Notice
from tests.acceptance.notices.field import RECIPIENTS, Field
from tests.fakes.pictures import png

POINTS = [
    FaultPoint.COVER_UPLOADED,
    FaultPoint.DRAFT_MADE,
    FaultPoint.DRAFT_KEPT,
    FaultPoint.NOTICE_ATTEMPTED,
    FaultPoint.NOTICE_ANSWERED,
    FaultPoint.NOTICE_RELEASED,
]
#: A follower takes four mass messages a month: each broadcast has its own readers. One call carries them.
READERS = min(RECIPIENTS // (len(POINTS) + 2), 10_000)

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def announce_news(field: Field, place: int, **fields: object) -> Notice:
    """News to some, with a cover of their own."""
    everybody = await field.some_citizens(READERS * (place + 1))
    cover = await CoverService(sessions=field.sessions, clock=SystemClock()).add(png(900, 383 + place), staff="张三")
    citizens = everybody[READERS * place :]
    return await field.announce(route="mass", mass_form="news", cover=cover.id, citizens=citizens, **fields)


def happened(field: Field, notice: Notice, kind: str) -> list[dict[str, Any]]:
    """The platform's record of it."""
    with field.record.open("rb") as lines:
        entries = [msgspec.json.decode(line) for line in lines if notice.title.encode() in line]
    return [entry for entry in entries if entry["kind"] == kind]


def delivered(field: Field, notice: Notice) -> Counter[str]:
    return Counter(entry["openid"] for entry in happened(field, notice, "mass.delivered"))


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.value)
async def test_a_worker_killed_over_news_sends_them_once(field: Field, point: FaultPoint) -> None:
    place = POINTS.index(point)
    notice = await announce_news(field, place)
    mortal = await field.worker(ZQ_FAULT_POINT=point.value)
    assert await mortal.ended(120) == EXIT_CODE
    await field.worker()
    after = await field.ended(notice)
    assert after.counters.accepted == READERS
    arrived = delivered(field, notice)
    assert len(arrived) == READERS
    assert set(arrived.values()) == {1}
    assert len(happened(field, notice, "mass.accepted")) == 1
    # Before the draft was written down the next worker makes another, later it takes that one.
    lost = point in (FaultPoint.DRAFT_MADE, FaultPoint.NOTICE_ANSWERED)
    assert len(happened(field, notice, "draft.added")) == (2 if lost else 1)


async def test_several_workers_at_once_send_news_once(field: Field) -> None:
    notice = await announce_news(field, len(POINTS))
    for _ in range(2):
        await field.worker()
    after = await field.ended(notice)
    assert after.counters.accepted == READERS
    assert set(delivered(field, notice).values()) == {1}
    assert len(happened(field, notice, "draft.added")) == 1


@pytest.mark.parametrize("path", ["material/add_material", "draft/add", "message/mass/send"])
async def test_an_answer_that_is_lost_sends_news_once(field: Field, path: str) -> None:
    place = len(POINTS) + 1
    notice = await announce_news(field, place, body=f"今晚停水，请储水。（{path}）")
    await field.platform("PUT", "/sim/faults", path=f"/cgi-bin/{path}", drop_answer=True, count=1)
    await field.worker()
    after = await field.ended(notice)
    assert (after.counters.accepted, after.counters.in_doubt) == (READERS, 0)
    assert set(delivered(field, notice).values()) == {1}
