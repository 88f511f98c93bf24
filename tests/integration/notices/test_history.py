"""Are recipients of notices of long ago deleted, and do the figures stay?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from services.db import Sessions
from services.notices import history
from services.notices.history import DeliveryHistory
from services.notices.results import Notice
from services.notices.types import Listed
from tests.fakes.office import Office

TABLES = ("notice_deliveries", "notice_chunks")


async def sent(office: Office, sessions: Sessions, *, closed_at: datetime) -> Notice:
    """A notice that was sent and whose run was closed then."""
    notice = await office.sending()
    await office.send_all()
    await office.lifecycle.sweep_all()
    closed = text("UPDATE notice_runs SET closed_at = :at WHERE notice_id = :id AND closed_at IS NOT NULL RETURNING 1")
    async with sessions.begin() as session:
        assert (await session.execute(closed, {"at": closed_at, "id": notice.id})).one()
    return notice


async def left(sessions: Sessions, notice: Notice) -> list[int]:
    """How many rows of the notice there are, by table."""
    async with sessions() as session:
        counts = [text(f"SELECT count(*) FROM {table} WHERE notice_id = :id") for table in TABLES]  # noqa: S608
        return [(await session.execute(count, {"id": notice.id})).scalar_one() for count in counts]


async def test_recipients_of_long_ago_go_step_by_step_and_the_figures_stay(
    office: Office, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.follow(450)
    now = office.clock.now()
    old = await sent(office, sessions, closed_at=now - timedelta(days=1100))
    new = await sent(office, sessions, closed_at=now - timedelta(days=1000))
    before = await left(sessions, old)
    monkeypatch.setattr(history, "PURGE_STEP", 1)

    steps, purge = 0, DeliveryHistory(sessions).purge
    while await purge(now - timedelta(days=1095)):
        steps += 1

    assert before[0] == 450
    assert steps == before[1] > 1
    assert await left(sessions, old) == [0, 0]
    assert await left(sessions, new) == before
    counters = (await office.service.get(str(old.id))).counters
    assert (counters.audience, counters.accepted) == (450, 450)


async def test_a_run_that_is_not_closed_is_left_alone_however_old_it_is(office: Office, sessions: Sessions) -> None:
    await office.follow(3)
    notice = await office.sending()

    assert await DeliveryHistory(sessions).purge(office.clock.now() + timedelta(days=4000)) == 0
    assert (await left(sessions, notice))[0] == 3


async def test_what_was_filled_in_for_a_recipient_goes_with_the_recipient(office: Office, sessions: Sessions) -> None:
    (one,) = await office.follow(1)
    listed = [Listed(citizen_id=one, values={"金额": "12元"})]
    await office.sending(body="{金额}", recipients=listed)
    await office.send_all()
    async with sessions.begin() as session:
        await session.execute(text("UPDATE notice_runs SET closed_at = now() - interval '9 years'"))
        assert await session.scalar(text("SELECT count(*) FROM notice_fillings")) == 1

    assert await DeliveryHistory(sessions).purge(office.clock.now()) == 1

    async with sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM notice_fillings")) == 0
