"""Do reminders and case news reach their citizens, once, also those who have not written for long?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.app import Messaging
from bot.news import ServiceNews
from bot.settings import BotSettings
from services.appointments.types import CancellationNews, ReminderNews
from services.faq.types import AnswerNews
from services.progress.types import CaseNews
from tests.fakes.waiting import eventually
from tests.fakes.wechat import FakeWeChat
from tests.integration.bot.conftest import Rows, running_edge

CITY = ZoneInfo("Asia/Shanghai")
T = TypeVar("T", ReminderNews, CaseNews)
WINDOW_CLOSED = 45015


@dataclass
class Source(Generic[T]):
    """News that are claimed until they are marked as delivered; the mark may be lost once."""

    due: list[T] = field(default_factory=list)
    losing_marks: int = 0
    delivered: list[UUID] = field(default_factory=list)
    cancelled: list[CancellationNews] = field(default_factory=list)

    async def claim_due_reminders(self, limit: int) -> Sequence[T]:
        claimed, self.due = self.due[:limit], self.due[limit:]
        return claimed

    claim_news = claim_due_reminders

    async def mark_delivered(self, news_id: UUID) -> None:
        if self.losing_marks:
            self.losing_marks -= 1
            raise ConnectionError("killed")
        self.delivered.append(news_id)

    async def claim_cancellations(self, limit: int) -> Sequence[CancellationNews]:
        claimed, self.cancelled = self.cancelled[:limit], self.cancelled[limit:]
        return claimed

    mark_cancellation_told = mark_delivered


class NoPromises:
    """An FAQ in which nobody waits for an answer."""

    async def claim_answers(self, limit: int) -> Sequence[AnswerNews]:
        return ()

    async def mark_delivered(self, news: AnswerNews) -> None:
        raise AssertionError("nothing was claimed")

    async def note_outcomes(self) -> None:
        """There are none."""


def teller(edge: Messaging, reminders: Source[ReminderNews], cases: Source[CaseNews] | None = None) -> ServiceNews:
    push = edge.postman.push_to_citizen
    return ServiceNews(appointments=reminders, progress=cases or Source(), promises=NoPromises(), push=push)


def reminder(citizen_id: UUID) -> ReminderNews:
    return ReminderNews(
        news_id=uuid4(),
        citizen_id=citizen_id,
        code="A1",
        hall_name="江北区政务服务中心",
        address="江北区滨江路1号",
        service_name="户籍业务",
        starts_at=datetime(2026, 11, 24, 9, 0, tzinfo=CITY),
        ends_at=datetime(2026, 11, 24, 9, 30, tzinfo=CITY),
    )


def cancellation(citizen_id: UUID) -> CancellationNews:
    return CancellationNews(
        news_id=uuid4(),
        citizen_id=citizen_id,
        code="A1",
        hall_name="江北区政务服务中心",
        address="江北区滨江路1号",
        phone="0100-88010100",
        service_name="户籍业务",
        starts_at=datetime(2026, 11, 24, 9, 0, tzinfo=CITY),
        ends_at=datetime(2026, 11, 24, 9, 30, tzinfo=CITY),
        reason="当天停电检修",
    )


def case(citizen_id: UUID) -> CaseNews:
    return CaseNews(
        news_id=uuid4(),
        citizen_id=citizen_id,
        project_no="YJ20261103000017",
        task_name="护照首次申请",
        org_name="云江市公安局",
        state_text="办理中",
        process_name="审核",
        step_text="已通过",
        happened_at=datetime(2026, 11, 23, 16, 0, tzinfo=CITY),
    )


async def writer(wechat: FakeWeChat, rows: Rows) -> UUID:
    await wechat.say("o1", "你好")
    ((citizen_id,),) = await rows("SELECT citizen_id FROM citizens")
    assert isinstance(citizen_id, UUID)
    return citizen_id


async def test_reminders_and_case_news_are_pushed_in_plain_words(
    edge: Messaging, wechat: FakeWeChat, rows: Rows
) -> None:
    citizen_id = await writer(wechat, rows)
    reminders, cases = Source(due=[reminder(citizen_id)]), Source(due=[case(citizen_id)])
    await teller(edge, reminders, cases).deliver()

    async def both() -> bool:
        return len(wechat.pushed) == 2

    await eventually(both)
    (_, first), (_, second) = wechat.pushed
    for words in ("户籍业务", "11月24日（周二）09:00至09:30", "江北区政务服务中心", "A1"):
        assert words in first
    for words in ("护照首次申请", "YJ20261103000017", "审核（已通过）", "办理中", "云江市公安局"):
        assert words in second
    assert len(reminders.delivered) == len(cases.delivered) == 1


async def test_who_loses_an_appointment_to_the_hall_is_told_why_once(
    edge: Messaging, wechat: FakeWeChat, rows: Rows
) -> None:
    news = cancellation(await writer(wechat, rows))
    reminders: Source[ReminderNews] = Source(cancelled=[news], losing_marks=1)
    teller = ServiceNews(
        appointments=reminders, progress=Source[CaseNews](), promises=NoPromises(), push=edge.postman.push_to_citizen
    )
    with pytest.raises(ConnectionError):
        await teller.deliver()
    reminders.cancelled = [news]
    await teller.deliver()

    async def told() -> bool:
        return await rows("SELECT state FROM outbox WHERE message_id IS NULL") == [("sent",)]

    await eventually(told)
    ((_, text),) = wechat.pushed
    for words in ("户籍业务", "11月24日（周二）09:00至09:30", "当天停电检修", "0100-88010100", "A1"):
        assert words in text
    assert reminders.delivered == [news.news_id]


async def test_news_that_are_claimed_again_are_not_told_again(edge: Messaging, wechat: FakeWeChat, rows: Rows) -> None:
    news = reminder(await writer(wechat, rows))
    reminders: Source[ReminderNews] = Source(due=[news], losing_marks=1)
    with pytest.raises(ConnectionError):
        await teller(edge, reminders).deliver()
    reminders.due = [news]
    await teller(edge, reminders).deliver()

    async def told() -> bool:
        return await rows("SELECT state FROM outbox WHERE message_id IS NULL") == [("sent",)]

    await eventually(told)
    assert len(wechat.pushed) == 1
    assert reminders.delivered == [news.news_id]


async def test_who_has_not_written_for_long_gets_the_news_as_a_card(
    settings: BotSettings, wechat: FakeWeChat, rows: Rows
) -> None:
    with_template = msgspec.structs.replace(settings, wechat_reminder_template_id="reminder")
    async with running_edge(with_template, wechat) as edge:
        reminders = Source(due=[reminder(await writer(wechat, rows))])
        wechat.faults = [WINDOW_CLOSED]
        await teller(edge, reminders).deliver()

        async def told() -> bool:
            return await rows("SELECT state, tries FROM outbox WHERE message_id IS NULL") == [("sent", 2)]

        await eventually(told)
    ((openid, card),) = wechat.templates
    assert (openid, wechat.pushed) == ("o1", [])
    assert (card["keyword1"], card["keyword2"]) == ("户籍业务", "11月24日（周二）09:00")
    assert "江北区政务服务中心" in card["remark"]


async def test_without_a_template_such_news_have_failed(edge: Messaging, wechat: FakeWeChat, rows: Rows) -> None:
    reminders = Source(due=[reminder(await writer(wechat, rows))])
    wechat.faults = [WINDOW_CLOSED]
    await teller(edge, reminders).deliver()

    async def failed() -> bool:
        found = await rows("SELECT state, reason FROM outbox WHERE message_id IS NULL")
        return found == [("failed", "window_closed")]

    await eventually(failed)
