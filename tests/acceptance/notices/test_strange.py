"""A clock that is wrong, a recipient who brings every worker down: the rest of the broadcast goes out as it should."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.notices.rules import MAX_DOUBTS
from tests.acceptance.notices.field import BRISKLY, LANES, OPENIDS, REACHED_SECONDS, RECIPIENTS, SOME, Field
from tests.fakes.processes import Process
from tests.fakes.waiting import eventually

STRANGE = "tests.acceptance.notices.strange_worker"

pytestmark = pytest.mark.asyncio(loop_scope="package")


@pytest.mark.parametrize("seconds", [3600, -3600])
async def test_a_clock_that_is_moved_in_the_middle(field: Field, tmp_path: Path, seconds: int) -> None:
    wrong = tmp_path / "clock"
    wrong.write_text("0")
    notice = await field.announce()
    await field.worker(STRANGE, STRANGE_CLOCK=str(wrong), ZQ_NOTICES_PER_SECOND=BRISKLY)
    await field.reached(notice, SOME)
    wrong.write_text(str(seconds))
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS


async def test_workers_whose_clocks_are_two_hours_apart(field: Field, tmp_path: Path) -> None:
    notice = await field.announce(late_policy="send")
    for seconds in (3600, -3600):
        wrong = tmp_path / f"clock{seconds}"
        wrong.write_text(str(seconds))
        await field.worker(STRANGE, STRANGE_CLOCK=str(wrong))
    after = await field.ended(notice)
    await field.check(notice)
    assert after.counters.accepted == RECIPIENTS


async def test_a_recipient_who_brings_every_worker_down(field: Field) -> None:
    poison = f"{OPENIDS}{RECIPIENTS // 2:09d}"
    notice = await field.announce()
    lost = 0
    while True:
        worker = await field.worker(STRANGE, STRANGE_POISON=poison)

        async def over(worker: Process = worker) -> bool:
            return worker.has_ended or (await field.service.get(str(notice.id))).state == "finished"

        await eventually(over, seconds=REACHED_SECONDS)
        if not worker.has_ended:
            break
        lost += 1
    after = await field.ended(notice)
    states = await field.check(notice)
    assert lost == MAX_DOUBTS
    # One in whose company a worker was lost again and again may be in doubt, too: one at a time in each lane.
    assert poison in states["in_doubt"]
    assert after.counters.in_doubt <= LANES
    assert after.counters.accepted + after.counters.in_doubt == RECIPIENTS
