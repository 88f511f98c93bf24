"""Whatever dies, stops, lies or fills up in the middle of a broadcast: nobody gets it twice, nobody is lost silently.

Every test run sends to a few hundred; `make chaos-notices` sends to a hundred thousand, and kills a hundred times.
"""

from __future__ import annotations

import asyncio
import random
import signal
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.faults import EXIT_CODE, FaultPoint
from services.embedded import DatabaseDoesNotStart
from tests.acceptance.notices.field import KILLS, RECIPIENTS, Field, open_field
from tests.fakes.waiting import eventually

POINTS = [point for point in FaultPoint if point.value.startswith("notice_")]
SOME = RECIPIENTS // 4
#: So that there is a middle in which something can happen.
SLOWLY = str(RECIPIENTS // 10)
#: Slower still, so that the last of the kills comes before the end.
KILLED_SLOWLY = str(max(1, RECIPIENTS // max(10, KILLS)))
SLEPT = text("UPDATE notices SET due_at = due_at - :slept, wake_at = now() WHERE id = :id")
TEMPLATE = "/cgi-bin/message/template/send"


#: One field for all: what a test leaves is another test's history.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_field(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Field]:
    folder = tmp_path_factory.mktemp("field")
    with tempfile.TemporaryDirectory(prefix="zhengqiao-") as database:
        async with open_field(folder, Path(database) / "postgres") as field:
            await field.follow(RECIPIENTS)
            yield field


@pytest_asyncio.fixture(loop_scope="module")
async def field(whole_field: Field) -> AsyncIterator[Field]:
    yield whole_field
    await whole_field.clear()


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.value)
async def test_a_worker_killed_at_a_marked_point(field: Field, point: FaultPoint) -> None:
    notice = await field.announce()
    mortal = await field.worker(ZQ_FAULT_POINT=point.value)
    assert await mortal.ended(60) == EXIT_CODE
    await field.worker()
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS  # the platform's guard against repeats leaves nothing in doubt


async def test_without_such_a_guard_what_was_in_flight_is_in_doubt(field: Field) -> None:
    notice = await field.announce(route="customer")
    mortal = await field.worker(ZQ_FAULT_POINT=FaultPoint.NOTICE_ANSWERED.value)
    assert await mortal.ended(60) == EXIT_CODE
    await field.worker()
    after = await field.ended(notice)
    states = await field.check(notice)
    assert 0 < len(states["in_doubt"]) <= 400  # what a worker's lanes may have in flight
    assert after.counters.audience == RECIPIENTS


async def test_workers_killed_at_random_moments(field: Field) -> None:
    notice = await field.announce()
    moments = random.Random(20261128)  # noqa: S311 (not for secrets)
    for _ in range(KILLS):
        worker = await field.worker(ZQ_NOTICES_PER_SECOND=KILLED_SLOWLY)
        await asyncio.sleep(moments.uniform(0.0, 1.5))
        await worker.kill()
    await field.worker()
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS


@pytest.mark.parametrize("workers", [2, 4, 8])
async def test_workers_that_start_at_the_same_instant(field: Field, workers: int) -> None:
    notice = await field.announce()
    await asyncio.gather(*(field.worker() for _ in range(workers)))
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS


@pytest.mark.parametrize(
    ("policy", "slept"),
    [
        ("skip", timedelta(seconds=5)),
        ("ask", timedelta(seconds=5)),
        ("send", timedelta(minutes=10)),
        ("skip", timedelta(minutes=10)),
        ("ask", timedelta(minutes=10)),
        ("send", timedelta(days=2)),
        ("skip", timedelta(days=2)),
        ("ask", timedelta(days=2)),
    ],
    ids=str,
)
async def test_a_machine_that_slept_over_the_time(field: Field, policy: str, slept: timedelta) -> None:
    notice = await field.announce(late_policy=policy, late_after_seconds=60)
    async with field.sessions.begin() as session:
        await session.execute(SLEPT, {"slept": slept, "id": notice.id})
    await field.worker()
    if policy == "ask" and slept > timedelta(minutes=1):

        async def asks() -> bool:
            return (await field.service.get(str(notice.id))).state == "late"

        await eventually(asks)
        await field.service.release(str(notice.id), "王五")
    after = await field.ended(notice)
    states = await field.check(notice)
    skipped = policy == "skip" and slept > timedelta(minutes=1)
    assert (after.state, set(states)) == (("expired", {"cancelled"}) if skipped else ("finished", {"accepted"}))


async def test_a_worker_stopped_past_its_lease_and_continued(field: Field) -> None:
    await field.platform("PUT", "/sim/faults", path=TEMPLATE, slow_seconds=0.3)
    notice = await field.announce()
    sleeper = await field.worker()
    await field.reached(notice, 1)
    sleeper.send(signal.SIGSTOP)
    await field.platform("DELETE", "/sim/faults")
    await field.worker()
    await field.reached(notice, RECIPIENTS - 400)
    await asyncio.sleep(5)
    sleeper.send(signal.SIGCONT)
    await field.ended(notice)
    await field.check(notice)


async def test_a_database_that_is_killed_and_comes_back(field: Field) -> None:
    notice = await field.announce()
    await field.worker(ZQ_NOTICES_PER_SECOND=SLOWLY)
    await field.reached(notice, SOME)
    field.kill_database()
    await revived(field)
    await field.ended(notice)
    await field.check(notice)


async def test_connections_that_are_cut_again_and_again(field: Field) -> None:
    notice = await field.announce()
    await field.worker(ZQ_NOTICES_PER_SECOND=SLOWLY)
    for _ in range(10):
        await asyncio.sleep(0.3)
        await field.cut_connections()
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS


@pytest.mark.parametrize(
    "fault",
    ["drop_answer", "drop_request", "http_500", "http_429", "rate_limited", "busy", "invalid_token", "slow_seconds"],
)
async def test_a_platform_in_trouble(field: Field, fault: str) -> None:
    notice = await field.announce()
    value: object = 1.5 if fault == "slow_seconds" else True
    await field.platform("PUT", "/sim/faults", path=TEMPLATE, count=SOME, **{fault: value})
    await field.worker()
    while (found := await field.service.get(str(notice.id))).state != "finished":
        if found.state == "paused":  # an account whose every token is refused has no other way
            await field.platform("DELETE", "/sim/faults")
            await field.service.resume(str(notice.id), "王五")
        await asyncio.sleep(0.1)
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS


async def test_tokens_that_are_invalidated_in_the_middle(field: Field) -> None:
    notice = await field.announce()
    await field.worker(ZQ_NOTICES_PER_SECOND=SLOWLY)
    await field.reached(notice, SOME)
    await field.platform("POST", "/sim/tokens/invalidate")
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS


async def test_many_pauses_and_resumes(field: Field) -> None:
    notice = await field.announce()
    await field.worker(ZQ_NOTICES_PER_SECOND=SLOWLY)
    done = 0
    while done < (100 if KILLS >= 100 else 5):
        found = await field.service.get(str(notice.id))
        if found.state == "finished":
            break
        if found.state == "sending":
            await field.service.pause(str(notice.id), "王五")
            await field.service.resume(str(notice.id), "王五")
            done += 1
        await asyncio.sleep(0.1)
    after = await field.ended(notice)
    await field.check(notice)
    assert done > 1
    assert after.counters.accepted == RECIPIENTS


async def test_an_emergency_in_the_middle_is_through_before_the_rest(field: Field) -> None:
    ordinary = await field.announce()
    await field.worker(ZQ_NOTICES_PER_SECOND=SLOWLY)
    await field.reached(ordinary, 1)
    urgent = await field.announce(emergency=True, citizens=await field.some_citizens(20))
    await field.ended(urgent)
    assert (await field.service.get(str(ordinary.id))).counters.pending
    await field.check(urgent)
    await field.ended(ordinary)
    await field.check(ordinary)


async def revived(field: Field) -> None:
    """The launcher's part: a server that died is started again; it reads its log before it lets anybody in."""

    async def answers() -> bool:
        # What is left of the dead server may still answer on an old connection, or be gone while it is looked at.
        try:
            await asyncio.to_thread(field.server.revive)
            await asyncio.to_thread(lambda: psycopg.connect(field.database_url).close())
        except (psycopg.OperationalError, psutil.Error, DatabaseDoesNotStart):
            return False
        return True

    await asyncio.sleep(1)
    await eventually(answers, seconds=300)
    await field.engine.dispose()
