"""Is who waits for an answer told it, once, also when processes die in between, and forgotten where they leave?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from bot.app import Messaging
from bot.faults import EXIT_CODE, FaultPoint
from bot.news import ServiceNews
from bot.settings import BotSettings
from services.appointments.service import AppointmentService
from services.audit.trail import Actor
from services.clock import SystemClock
from services.db import Sessions
from services.faq.editing import FaqDesk, new_entry_id
from services.faq.promises import PromiseService, Told
from services.faq.queue import QuestionQueue
from services.faq.service import FaqService
from services.faq.types import FaqEntry, UnansweredQuestion
from services.progress.service import ProgressService
from services.search.live import SharedLanguage
from tests.fakes.processes import Process, free_port, killed_at_the_end
from tests.fakes.waiting import eventually
from tests.fakes.wechat import FakeWeChat
from tests.integration.bot.conftest import Rows, environment_of, running_edge
from tests.integration.bot.test_events import citizen_of

QUESTION = "公园几点开门"
EDITOR = Actor(staff_id=None, login="editor", address="127.0.0.1")
WINDOW_CLOSED = 45015


@dataclass(frozen=True)
class Office:
    """The staff's side, as the console has it."""

    faq: FaqService
    desk: FaqDesk
    queue: QuestionQueue
    promises: PromiseService

    async def wait(self, citizen_id: UUID, question: str = QUESTION) -> None:
        """The citizen asks what nobody can answer, and wants to be told."""
        await self.faq.record_unanswered(UnansweredQuestion(question=question))
        await self.promises.promise(citizen_id, question)

    async def publish(self, *questions: str, answer: str = "早上六点。", entry_id: str = "") -> int:
        """A new entry that answers these questions; gives how many are told."""
        entry = FaqEntry(
            id=entry_id or new_entry_id(),
            question=questions[0],
            answer=answer,
            department="云江市园林局",
            source="《公园管理办法》",
        )
        return await self.desk.publish(EDITOR, entry, base=0, answers=questions)

    async def news(self, messaging: Messaging) -> None:
        """What a worker does again and again."""
        base = messaging.base
        await ServiceNews(
            appointments=AppointmentService(
                sessions=base.sessions, clock=base.clock, cipher=base.cipher, reservation_seconds=1
            ),
            progress=ProgressService(sessions=base.sessions, clock=base.clock, cipher=base.cipher, attempts_per_hour=1),
            promises=self.promises,
            push=messaging.postman.push_to_citizen,
        ).deliver()

    async def told(self, entry_id: str) -> list[Told]:
        await self.promises.note_outcomes()
        return list(await self.promises.told(entry_id))


@pytest.fixture(scope="session")
def language() -> SharedLanguage:
    return SharedLanguage()


@pytest.fixture
def office(sessions: Sessions, language: SharedLanguage) -> Office:
    clock = SystemClock()
    faq = FaqService(sessions=sessions, clock=clock, language=language)
    desk = FaqDesk(sessions=sessions, clock=clock, faq=faq, second_person=False)
    queue = QuestionQueue(sessions=sessions, clock=clock, desk=desk)
    return Office(faq, desk, queue, PromiseService(sessions=sessions, clock=clock))


@pytest.fixture
async def worker(settings: BotSettings, tmp_path: Path) -> AsyncIterator[Process]:
    port = free_port()
    process = Process(
        arguments=["bot", "worker"],
        environment={**environment_of(settings), "ZQ_WORKER_PORT": str(port)},
        health_url=f"http://127.0.0.1:{port}/healthz",
        log=tmp_path / "worker.log",
    )
    async with killed_at_the_end(process):
        yield process


async def writer(wechat: FakeWeChat, rows: Rows, openid: str = "o1") -> UUID:
    await wechat.say(openid, "你好")
    return await citizen_of(rows, openid)


async def test_everybody_who_waited_is_told_question_and_answer_once(
    edge: Messaging, wechat: FakeWeChat, rows: Rows, office: Office
) -> None:
    await office.wait(await writer(wechat, rows, "o1"))
    await office.wait(await writer(wechat, rows, "o2"), "公园幾點開門？")
    await office.wait(await writer(wechat, rows, "o3"), "图书馆开门吗")

    assert await office.publish(QUESTION, entry_id="staff-park") == 2
    for _ in range(3):
        await office.news(edge)

    async def sent() -> bool:
        return await office.told("staff-park") == [Told(outcome="sent", reason="", count=2)]

    await eventually(sent)
    told = dict(wechat.pushed)
    assert sorted(openid for openid, _ in wechat.pushed) == ["o1", "o2"]
    assert told["o1"] == ("【有答案了】您之前问：“公园几点开门”\n早上六点。\n（云江市园林局。依据：《公园管理办法》）")
    assert "公园幾點開門？" in told["o2"], "in the citizen's own words"
    assert len(await rows("SELECT 1 FROM faq_told WHERE entry_id = 'staff-park'")) == 2
    assert [one.question for one in await office.faq.unanswered()] == ["图书馆开门吗"]


async def test_an_answer_published_while_no_worker_ran_is_told_by_the_next(
    edge: Messaging, worker: Process, wechat: FakeWeChat, rows: Rows, office: Office
) -> None:
    await office.wait(await writer(wechat, rows))
    await office.publish(QUESTION)
    assert wechat.pushed == []

    await worker.start()

    async def told() -> bool:
        return [openid for openid, _ in wechat.pushed] == ["o1"]

    await eventually(told)


async def test_a_worker_killed_between_the_outbox_and_the_sending_tells_nobody_twice_and_leaves_nobody_out(
    settings: BotSettings, worker: Process, wechat: FakeWeChat, rows: Rows, office: Office
) -> None:
    async with running_edge(settings, wechat):
        await office.wait(await writer(wechat, rows, "o1"))
        await office.wait(await writer(wechat, rows, "o2"))
    await office.publish(QUESTION, entry_id="staff-park")
    await worker.start(ZQ_FAULT_POINT=FaultPoint.NEWS_PUT.value)
    assert await worker.ended() == EXIT_CODE
    assert wechat.pushed == []
    assert await rows("SELECT state FROM outbox WHERE cause LIKE 'answer:%'") == [("pending",)]
    await rows("UPDATE faq_promises SET leased_until = now()")

    await worker.start()

    async def settled() -> bool:
        return await office.told("staff-park") == [Told(outcome="sent", reason="", count=2)]

    await eventually(settled)
    assert sorted(openid for openid, _ in wechat.pushed) == ["o1", "o2"]


async def test_where_the_window_is_closed_the_reason_is_kept(
    edge: Messaging, wechat: FakeWeChat, rows: Rows, office: Office
) -> None:
    await office.wait(await writer(wechat, rows))
    await office.publish(QUESTION, entry_id="staff-park")
    wechat.faults = [WINDOW_CLOSED]
    await office.news(edge)

    async def failed() -> bool:
        return await office.told("staff-park") == [Told(outcome="failed", reason="window_closed", count=1)]

    await eventually(failed)
    assert wechat.pushed == []
    assert await rows("SELECT 1 FROM faq_told") == [], "who got nothing needs no correction either"


async def test_where_the_account_has_a_template_the_answer_comes_as_a_card_then(
    settings: BotSettings, wechat: FakeWeChat, rows: Rows, office: Office
) -> None:
    with_template = msgspec.structs.replace(settings, wechat_reminder_template_id="reminder")
    async with running_edge(with_template, wechat) as edge:
        await office.wait(await writer(wechat, rows))
        await office.publish(QUESTION, answer="六点。" * 100, entry_id="staff-park")
        wechat.faults = [WINDOW_CLOSED]
        await office.news(edge)

        async def sent() -> bool:
            return await office.told("staff-park") == [Told(outcome="sent", reason="", count=1)]

        await eventually(sent)
    ((openid, card),) = wechat.templates
    assert (openid, card["keyword1"]) == ("o1", QUESTION)
    assert "请把问题再发一次" in card["remark"]


async def test_a_long_answer_of_which_a_part_was_refused_has_not_arrived(
    edge: Messaging, wechat: FakeWeChat, rows: Rows, office: Office
) -> None:
    await office.wait(await writer(wechat, rows))
    await office.publish(QUESTION, answer="六点开门。" * 400, entry_id="staff-park")
    wechat.faults = [0, WINDOW_CLOSED]
    await office.news(edge)

    async def failed() -> bool:
        return await office.told("staff-park") == [Told(outcome="failed", reason="window_closed", count=1)]

    await eventually(failed)


async def test_who_leaves_is_told_nothing_and_forgotten(
    edge: Messaging, wechat: FakeWeChat, rows: Rows, office: Office
) -> None:
    await office.wait(await writer(wechat, rows, "o1"))
    await office.wait(await writer(wechat, rows, "o2"))
    await wechat.event("o1", "unsubscribe")

    async def forgotten() -> bool:
        return len(await rows("SELECT 1 FROM faq_promises")) == 1

    await eventually(forgotten)
    assert await office.publish(QUESTION, entry_id="staff-park") == 1
    await office.news(edge)

    async def sent() -> bool:
        return await office.told("staff-park") == [Told(outcome="sent", reason="", count=1)]

    await eventually(sent)
    assert [openid for openid, _ in wechat.pushed] == ["o2"]


async def test_an_answer_that_was_taken_away_before_it_was_told_is_told_once_it_is_back(
    edge: Messaging, wechat: FakeWeChat, rows: Rows, office: Office
) -> None:
    await office.wait(await writer(wechat, rows))
    await office.publish(QUESTION, entry_id="staff-park")
    await office.desk.withdraw(EDITOR, "staff-park")
    await office.news(edge)
    assert await rows("SELECT 1 FROM outbox WHERE cause LIKE 'answer:%'") == []

    await office.desk.restore(EDITOR, "staff-park", 1)
    await office.news(edge)

    async def sent() -> bool:
        return await office.told("staff-park") == [Told(outcome="sent", reason="", count=1)]

    await eventually(sent)
    assert len(wechat.pushed) == 1
