"""How does the worker run the notices? One job that sends, and ticks that ask the database what is due.

The jobs are wake-ups without a content: one more or one less changes only when something is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued

from bot.broadcast.engine import Broadcaster
from bot.jobs import Register
from bot.scheduler import Tick
from services.notices.lifecycle import LifecycleService
from services.notices.receipts import ReceiptService

SEND = "notices.send"
SEND_EMERGENCIES = "notices.send_emergencies"
QUEUE = "notices"
#: Taken up before jobs that wait already.
URGENT = 10
#: A platform's receipt comes within hours; after this nobody asks for the message's id.
RECEIPT_DAYS = 14


def register(broadcaster: Broadcaster) -> Register:
    """What `make_jobs` calls with the app."""

    def add(jobs: procrastinate.App) -> None:
        @jobs.task(name=SEND, queue=QUEUE)
        async def send() -> None:
            if await broadcaster.run():
                await wake(jobs, broadcaster)

        @jobs.task(name=SEND_EMERGENCIES, queue=QUEUE)
        async def send_emergencies() -> None:
            if await broadcaster.run_emergencies():
                await wake(jobs, broadcaster)

    return add


def ticks(
    jobs: procrastinate.App, *, lifecycle: LifecycleService, receipts: ReceiptService, broadcaster: Broadcaster
) -> Sequence[Tick]:
    """What `make_scheduler` runs. Freezing a large audience takes its time, so it has a tick of its own."""

    async def due() -> None:
        await lifecycle.move()
        await wake(jobs, broadcaster)

    async def forget() -> None:
        while await receipts.forget(days=RECEIPT_DAYS):
            pass

    return (
        Tick(name="notices.due", seconds=1.0, run=due),
        Tick(name="notices.freeze", seconds=1.0, run=lifecycle.freeze_all),
        Tick(name="notices.sweep", seconds=2.0, run=lifecycle.sweep_all),
        Tick(name="notices.drafts", seconds=600.0, run=broadcaster.tools.articles.tidy),
        Tick(name="notices.forget", seconds=3600.0, run=forget),
    )


async def wake(jobs: procrastinate.App, broadcaster: Broadcaster) -> None:
    """Queues one job for each idle lane of this process, where there is something to send; emergencies first."""
    if broadcaster.emergency_lane_free and await broadcaster.has_work(emergencies=True):
        with suppress(AlreadyEnqueued):
            await jobs.configure_task(SEND_EMERGENCIES, queueing_lock=SEND_EMERGENCIES, priority=URGENT).defer_async()
    free = broadcaster.free_lanes
    if not free or not await broadcaster.has_work():
        return
    for lane in range(free):
        # Where somebody woke this lane already and no worker has taken it up yet, that one will do.
        with suppress(AlreadyEnqueued):
            await jobs.configure_task(SEND, queueing_lock=f"{SEND}.{lane}").defer_async()
