"""Whatever dies, stops, lies or fills up in the middle of a broadcast: nobody gets it twice, nobody is lost silently.

Every test run sends to a few hundred; `make chaos-notices` sends to a hundred thousand, and kills a hundred times.
"""

from __future__ import annotations

import asyncio
import random
import signal
from datetime import timedelta
from functools import partial

import psutil
import psycopg
import pytest
from sqlalchemy import text

from bot.faults import EXIT_CODE, FaultPoint
from services.embedded import DatabaseDoesNotStart
from services.notices.rules import MAX_DOUBTS
from tests.acceptance.notices.field import (
    BRISKLY,
    CUSTOMER,
    IN_FLIGHT,
    KILLS,
    LANES,
    RECIPIENTS,
    SLOWLY,
    SOME,
    TEMPLATE,
    Field,
)
from tests.fakes.cutting import CuttingProxy, Moment
from tests.fakes.processes import Process
from tests.fakes.waiting import eventually

POINTS = [point for point in FaultPoint if point.value.startswith("notice_")]
#: Slower still, so that the last of the kills comes before the end.
KILLED_SLOWLY = str(max(1, RECIPIENTS // max(10, 3 * KILLS)))
SLEPT = (timedelta(seconds=5), timedelta(minutes=10), timedelta(days=2))
SLEEP = text("UPDATE notices SET due_at = due_at - :slept, wake_at = now() WHERE id = :id")
#: Commits that are cut at the least.
CUTS = 5


pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.value)
async def test_a_worker_killed_at_a_marked_point(field: Field, point: FaultPoint) -> None:
    notice = await field.announce()
    mortal = await field.worker(ZQ_FAULT_POINT=point.value)
    assert await mortal.ended(60) == EXIT_CODE
    await field.worker()
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS  # the platform's guard against repeats leaves nothing in doubt


@pytest.mark.parametrize("point", [FaultPoint.NOTICE_ATTEMPTED, FaultPoint.NOTICE_ANSWERED], ids=lambda one: one.value)
async def test_without_such_a_guard_what_was_in_flight_is_in_doubt_and_never_repeated(
    field: Field, point: FaultPoint
) -> None:
    await field.everybody_writes()
    notice = await field.announce(route="customer")
    mortal = await field.worker(ZQ_FAULT_POINT=point.value)
    assert await mortal.ended(60) == EXIT_CODE
    await field.worker()
    after = await field.ended(notice)
    states = await field.check(notice)
    assert set(states) == {"accepted", "in_doubt"}
    assert 0 < after.counters.in_doubt <= IN_FLIGHT
    # Nobody can tell from here whether they got it: those called did, those not yet called did not.
    arrived = states["in_doubt"] & set(field.received(notice))
    assert arrived if point is FaultPoint.NOTICE_ANSWERED else states["in_doubt"] - arrived


async def test_workers_killed_at_random_moments(field: Field) -> None:
    notice = await field.announce()
    moments = random.Random(20261128)  # noqa: S311 (not for secrets)
    for number in range(KILLS):
        before = (await field.service.get(str(notice.id))).counters.accepted
        worker = await field.worker(ZQ_NOTICES_PER_SECOND=KILLED_SLOWLY)
        if number % 4:  # the others wherever they are, be it before their first row
            await field.reached(notice, min(before + 1, RECIPIENTS))
        await asyncio.sleep(moments.uniform(0.0, 1.5))
        await worker.kill()
    await field.worker()
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted + after.counters.in_doubt == RECIPIENTS
    # A row that so many workers died over is left to staff: few are, and none before.
    assert await field.fewest_doubts(notice) >= MAX_DOUBTS
    assert after.counters.in_doubt <= KILLS * LANES


@pytest.mark.parametrize("workers", [2, 4, 8])
async def test_workers_that_start_at_the_same_instant(field: Field, workers: int) -> None:
    notice = await field.announce()
    await asyncio.gather(*(field.worker() for _ in range(workers)))
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS


@pytest.mark.parametrize("policy", ["send", "skip", "ask"])
async def test_a_machine_that_slept_over_the_time(field: Field, policy: str) -> None:
    notices = {slept: await field.announce(late_policy=policy, late_after_seconds=60) for slept in SLEPT}
    async with field.sessions.begin() as session:
        for slept, notice in notices.items():
            await session.execute(SLEEP, {"slept": slept, "id": notice.id})
    await field.worker()
    for slept, notice in notices.items():
        late = slept > timedelta(minutes=1)
        if policy == "ask" and late:
            await eventually(partial(field.is_in, notice, "late"), seconds=60)
            await field.service.release(str(notice.id), "王五")
        after = await field.ended(notice)
        states = await field.check(notice)
        wanted = ("expired", {"cancelled"}) if policy == "skip" and late else ("finished", {"accepted"})
        assert (after.state, set(states)) == wanted


@pytest.mark.parametrize(("route", "path"), [("template", TEMPLATE), ("customer", CUSTOMER)])
async def test_a_worker_stopped_past_its_lease_and_continued(field: Field, route: str, path: str) -> None:
    await field.everybody_writes()
    await field.platform("PUT", "/sim/faults", path=path, slow_seconds=3)
    notice = await field.announce(route=route)
    sleeper = await field.worker()
    await field.reached(notice, 1)
    sleeper.send(signal.SIGSTOP)  # with the next calls in flight
    await field.platform("DELETE", "/sim/faults")
    await field.worker()
    await field.ended(notice)  # the other has taken its chunks over and done all that was left

    sleeper.send(signal.SIGCONT)
    await eventually(partial(_speaks_late, sleeper), seconds=120)
    assert not sleeper.has_ended
    after = await field.ended(notice)
    states = await field.check(notice)
    # What it is told when it wakes up still counts; what it is not told stays in doubt.
    assert after.counters.accepted + after.counters.in_doubt == RECIPIENTS
    assert len(states.get("in_doubt", ())) <= (0 if route == "template" else IN_FLIGHT)


async def _speaks_late(worker: Process) -> bool:
    """Has it found out that its lease is another's?"""
    return "notice.settled_late" in worker.log.read_text()


async def test_a_database_that_is_killed_and_comes_back(field: Field) -> None:
    notice = await field.announce()
    await field.worker(ZQ_NOTICES_PER_SECOND=BRISKLY)
    await field.reached(notice, SOME)
    field.kill_database()
    await revived(field)
    await field.ended(notice)
    await field.check(notice)


@pytest.mark.parametrize("moment", [Moment.BEFORE, Moment.AFTER], ids=lambda one: one.value)
async def test_connections_that_are_cut_during_a_commit(field: Field, moment: Moment) -> None:
    notice = await field.announce()
    async with CuttingProxy(field.database_url, moment) as proxy:
        await field.worker(DATABASE_URL=proxy.url, ZQ_NOTICES_PER_SECOND=BRISKLY)
        proxy.cut_next(max(CUTS, KILLS))
        await field.reached(notice, SOME)
        after = await field.ended(notice)
    await field.check(notice)
    assert proxy.cuts >= CUTS
    assert after.counters.accepted == RECIPIENTS


async def test_connections_that_are_cut_again_and_again(field: Field) -> None:
    notice = await field.announce()
    await field.worker(ZQ_NOTICES_PER_SECOND=BRISKLY)
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
    await field.worker(ZQ_NOTICES_PER_SECOND=BRISKLY)
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
