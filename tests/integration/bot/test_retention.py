"""Is what is old deleted, step by step, and does the rest stay?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.app import Messaging, open_messaging
from bot.faults import no_fault
from bot.retention import PURGE_STEPS, purge_all, purges
from bot.settings import BotSettings
from services.appointments import history
from services.progress import history as news_history
from tests.fakes.clock import FixedClock
from tests.integration.bot.conftest import Rows

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=timezone.utc)
CITIZEN = UUID(int=7)

HALL = "INSERT INTO appointment_halls VALUES ('h', '大厅', '', '', '', '', '', NULL, NULL, '{}', NULL)"
SERVICE = """
    INSERT INTO appointment_hall_services (hall_code, service_code, name, slot_minutes, capacity, offered)
    VALUES ('h', 's', '护照', 30, 5, true)
"""
SLOT = """
    INSERT INTO appointment_slots (slot_id, hall_code, service_code, starts_at, ends_at, capacity, taken)
    VALUES (:slot, 'h', 's', :at, :at, 5, 0) ON CONFLICT DO NOTHING
"""
APPOINTMENT = """
    INSERT INTO appointments (code, citizen_id, slot_id, service_code, day, state, person_mark, person_sealed,
                              name_masked, id_masked, mobile_masked, created_at, changed_at)
    VALUES (:code, :citizen, :slot, 's', :day, :state, :mark, '', '', '', '', :at, :at)
"""
REMINDER = """
    INSERT INTO appointment_reminders (news_id, code, slot_id, citizen_id, due_at, delivered_at)
    VALUES (:id, :code, :slot, :citizen, :at, :at)
"""
CANCELLATION = """
    INSERT INTO appointment_cancellations (code, news_id, citizen_id, reason, cancelled_at)
    VALUES (:code, :id, :citizen, '停电', :at)
"""
CASE = """
    INSERT INTO progress_cases (project_no, task_code, task_name, state, org_name, applicant_masked, id_masked,
                                result_explain, revision, updated_at)
    VALUES ('YJ1', 't', '事项', '2', '', '', '', '', 1, now())
"""
NEWS = """
    INSERT INTO progress_news (news_id, project_no, revision, citizen_id, state_text, process_name, step_text,
                               created_at, delivered_at)
    VALUES (:id, 'YJ1', :revision, :citizen, '', '', '', :at, :delivered)
"""
QUESTION = """
    INSERT INTO faq_unanswered (asked, question, count, first_asked_at, last_asked_at)
    VALUES (:asked, :asked, 1, :at, :at)
"""
PROMISE = """
    INSERT INTO faq_promises (promise_id, citizen_id, asked, question, promised_at)
    VALUES (:id, :citizen, :asked, :asked, :at)
"""


@pytest.fixture
async def messaging(settings: BotSettings) -> AsyncIterator[Messaging]:
    async with open_messaging(settings, FixedClock(NOW), process="worker", fault=no_fault) as messaging:
        yield messaging


async def book(rows: Rows, code: str, *, days_ago: int, slot: str) -> None:
    """An appointment of that day, cancelled by the hall, of which the citizen was reminded."""
    at = NOW - timedelta(days=days_ago)
    values: dict[str, Any] = {"code": code, "citizen": CITIZEN, "slot": slot, "at": at}
    await rows(SLOT, slot=slot, at=at)
    await rows(APPOINTMENT, **values, day=at.date(), state="cancelled", mark=code.encode())
    await rows(REMINDER, **values, id=uuid4())
    await rows(CANCELLATION, code=code, citizen=CITIZEN, at=at, id=uuid4())


async def test_appointments_of_long_ago_go_with_all_that_hangs_on_them(
    messaging: Messaging, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows(HALL)
    await rows(SERVICE)
    for code, days_ago, slot in (("a", 732, "old"), ("b", 732, "old"), ("c", 733, "older"), ("d", 729, "new")):
        await book(rows, code, days_ago=days_ago, slot=slot)
    monkeypatch.setattr(history, "PURGE_STEP", 2)

    await purge_all(purges(messaging))

    assert await rows("SELECT code, slot_id FROM appointments") == [("d", "new")]
    assert await rows("SELECT slot_id FROM appointment_slots") == [("new",)]
    assert await rows("SELECT code FROM appointment_reminders") == [("d",)]
    assert await rows("SELECT code FROM appointment_cancellations") == [("d",)]


async def test_a_slot_that_another_appointment_stands_in_stays_until_that_goes_too(
    messaging: Messaging, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows(HALL)
    await rows(SERVICE)
    await book(rows, "a", days_ago=800, slot="shared")
    await book(rows, "b", days_ago=800, slot="shared")
    monkeypatch.setattr(history, "PURGE_STEP", 1)
    purge = purges(messaging)["appointments"]

    assert await purge() == 1
    assert await rows("SELECT slot_id FROM appointment_slots") == [("shared",)]
    assert [await purge(), await purge()] == [1, 0]
    assert await rows("SELECT slot_id FROM appointment_slots") == []


async def test_news_that_was_told_long_ago_goes_and_news_that_nobody_could_tell_stays(
    messaging: Messaging, rows: Rows
) -> None:
    await rows(CASE)
    old, new = NOW - timedelta(days=366), NOW - timedelta(days=364)
    for revision, delivered in ((1, old), (2, None), (3, new)):
        await rows(NEWS, id=uuid4(), revision=revision, citizen=CITIZEN, at=old, delivered=delivered)

    await purge_all(purges(messaging))

    assert await rows("SELECT revision FROM progress_news ORDER BY revision") == [(2,), (3,)]
    assert await rows("SELECT project_no FROM progress_cases") == [("YJ1",)]


async def test_questions_that_nobody_asks_any_more_go_unless_somebody_waits_for_the_answer(
    messaging: Messaging, rows: Rows
) -> None:
    for asked, days_ago in (("旧", 366), ("有人等", 366), ("新", 364)):
        await rows(QUESTION, asked=asked, at=NOW - timedelta(days=days_ago))
    await rows(PROMISE, id=uuid4(), citizen=CITIZEN, asked="有人等", at=NOW - timedelta(days=3))

    await purge_all(purges(messaging))

    assert {row.asked for row in await rows("SELECT asked FROM faq_unanswered")} == {"有人等", "新"}


async def test_one_clean_up_has_so_many_steps_and_the_next_goes_on(
    messaging: Messaging, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows(CASE)
    old = NOW - timedelta(days=400)
    for revision in range(PURGE_STEPS + 3):
        await rows(NEWS, id=uuid4(), revision=revision, citizen=CITIZEN, at=old, delivered=old)
    monkeypatch.setattr(news_history, "PURGE_STEP", 1)

    await purge_all(purges(messaging))
    assert await rows("SELECT count(*) FROM progress_news") == [(3,)]
    await purge_all(purges(messaging))
    assert await rows("SELECT count(*) FROM progress_news") == [(0,)]
