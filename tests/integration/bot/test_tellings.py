"""Is it known who was told which answer: with the reply, once, for some time, and not of who has left?"""

from __future__ import annotations

from datetime import datetime, timezone

from bot.app import Messaging
from services.clock import SystemClock
from services.db import Sessions
from services.faq.recall import Tellings
from tests.fakes.rasa import FakeRasa
from tests.fakes.waiting import eventually
from tests.fakes.wechat import FakeWeChat
from tests.integration.bot.conftest import Rows
from tests.integration.bot.test_events import citizen_of

WRITTEN_AT = "2026-11-01T01:00:00Z"
TOLD = "SELECT citizen_id, entry_id, written_at FROM faq_told ORDER BY told_at"


async def test_what_a_reply_tells_is_written_down_with_it_and_once(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.told["断缴了"] = [{"entry": "gap", "written_at": WRITTEN_AT}, {"entry": "gap", "written_at": WRITTEN_AT}]
    await wechat.say("o1", "断缴了", msg_id=7)
    await wechat.say("o1", "断缴了", msg_id=7)
    await wechat.say("o1", "你好")

    written_at = datetime(2026, 11, 1, 1, tzinfo=timezone.utc)
    assert await rows(TOLD) == [(await citizen_of(rows, "o1"), "gap", written_at)]
    assert await rows("SELECT 1 FROM faq_told JOIN inbox USING (message_id)") == [(1,)]


async def test_a_backend_that_does_not_say_when_an_answer_was_written_is_no_trouble(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows
) -> None:
    rasa.told["断缴了"] = [{"entry": "gap", "written_at": None}]

    assert (await wechat.say("o1", "断缴了")).kind == "passive"

    assert [(row.entry_id, row.written_at) for row in await rows(TOLD)] == [("gap", None)]


async def test_who_leaves_is_forgotten(edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows) -> None:
    rasa.told["断缴了"] = [{"entry": "gap", "written_at": WRITTEN_AT}]
    await wechat.say("o1", "断缴了")
    await wechat.say("o2", "断缴了")
    await wechat.event("o1", "unsubscribe")
    stays = await citizen_of(rows, "o2")

    async def forgotten() -> bool:
        return [row.citizen_id for row in await rows(TOLD)] == [stays]

    await eventually(forgotten)


async def test_what_was_told_long_ago_is_forgotten_step_by_step(
    edge: Messaging, wechat: FakeWeChat, rasa: FakeRasa, rows: Rows, sessions: Sessions
) -> None:
    rasa.told["断缴了"] = [{"entry": "gap", "written_at": WRITTEN_AT}]
    for _ in range(3):
        await wechat.say("o1", "断缴了")
    old = "told_at < (SELECT max(told_at) FROM faq_told)"
    await rows(f"UPDATE faq_told SET told_at = now() - interval '181 days' WHERE {old}")  # noqa: S608

    tellings = Tellings(sessions=sessions, clock=SystemClock(), days=180)

    assert await tellings.purge() == 2
    assert await tellings.purge() == 0
    assert len(await rows(TOLD)) == 1
