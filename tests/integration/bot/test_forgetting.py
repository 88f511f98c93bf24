"""Does the assistant forget what was said long ago, and nothing else?"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot import forgetting
from bot.forgetting import forget_old
from services.db import Sessions
from tests.integration.bot.conftest import Rows

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=timezone.utc)
TABLE = "CREATE TABLE rasa_events (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz, sender_id text)"


async def test_before_rasas_first_start_there_is_nothing_to_forget(sessions: Sessions) -> None:
    assert await forget_old(sessions, NOW) == 0


async def test_what_is_older_goes_step_by_step_and_the_rest_stays(
    sessions: Sessions, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rows(TABLE)
    for sender, days in (("old", 40), ("new", 2)):
        at = NOW - timedelta(days=days)
        for _ in range(3):
            await rows("INSERT INTO rasa_events (at, sender_id) VALUES (:at, :sender)", at=at, sender=sender)
    monkeypatch.setattr(forgetting, "STEP", 2)

    gone = [await forget_old(sessions, NOW - timedelta(days=30)) for _ in range(3)]

    assert gone == [2, 1, 0]
    assert await rows("SELECT DISTINCT sender_id FROM rasa_events") == [("new",)]
