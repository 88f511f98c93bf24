"""A process that freezes an audience and is killed in the middle: python -m tests.integration.notices.freezing_process

Told by a JSON argument of the type Orders.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from services.audience.service import AudienceService
from services.clock import SystemClock
from services.db import make_engine, make_sessions
from services.notices import freezing, lifecycle
from services.notices.lifecycle import LifecycleService
from services.notices.models import RunRow


class Orders(msgspec.Struct, frozen=True, kw_only=True):
    """What this process is for."""

    database_url: str
    #: Followers of one transaction.
    span: int
    #: At this one of its transactions it kills itself.
    fatal: int
    #: With its rows written and not committed, or before a row is written.
    when: Literal["written", "begun"]


async def main(orders: Orders) -> None:
    engine = make_engine(orders.database_url, application_name="notice-freezing-test")
    sessions, clock = make_sessions(engine), SystemClock()
    freeze_chosen, seen = freezing.freeze_chosen, 0

    async def mortal(session: AsyncSession, run: RunRow, chosen: Select[tuple[UUID, str]], **rest: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == orders.fatal and orders.when == "begun":
            os.kill(os.getpid(), signal.SIGKILL)
        await freeze_chosen(session, run, chosen, **rest)
        if seen == orders.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    freezing.freeze_chosen = mortal
    lifecycle.SPAN = orders.span
    audience = AudienceService(sessions=sessions, clock=clock)
    await LifecycleService(sessions=sessions, clock=clock, audience=audience).freeze_all()
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(sys.argv[1], type=Orders)))
