"""What do the services have to tell citizens unasked? Claims it, puts it into the outbox once, and says so.

Whoever dies in between leaves news whose lease ends: it is claimed again, and its cause keeps it from going twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bot import texts
from bot.faults import Fault, FaultPoint, no_fault
from bot.messages import News, Reply, Text
from services.appointments.types import CancellationNews, ReminderNews
from services.clock import local
from services.dialogues.masking import masked
from services.faq.promises import CAUSE
from services.faq.types import AnswerNews
from services.progress.types import CaseNews

CLAIM_LIMIT = 100


class Reminders(Protocol):
    """What we use of the appointments."""

    async def claim_due_reminders(self, limit: int) -> Sequence[ReminderNews]: ...

    async def mark_delivered(self, news_id: UUID) -> None: ...

    async def claim_cancellations(self, limit: int) -> Sequence[CancellationNews]: ...

    async def mark_cancellation_told(self, news_id: UUID) -> None: ...


class Cases(Protocol):
    """What we use of the cases."""

    async def claim_news(self, limit: int) -> Sequence[CaseNews]: ...

    async def mark_delivered(self, news_id: UUID) -> None: ...


class Promises(Protocol):
    """What we use of the FAQ."""

    async def claim_answers(self, limit: int) -> Sequence[AnswerNews]: ...

    async def mark_delivered(self, news: AnswerNews) -> None: ...

    async def note_outcomes(self) -> None: ...


#: `Postman.push_to_citizen`.
Push = Callable[..., Awaitable[bool]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceNews:
    """The news of appointments, cases and answers on its way to the outbox."""

    appointments: Reminders
    progress: Cases
    promises: Promises
    push: Push
    fault: Fault = no_fault

    async def deliver(self) -> None:
        """Tells all that is due, and writes down what became of answers that were promised."""
        while await self._reminders() + await self._cancellations() + await self._cases() + await self._answers() > 0:
            pass
        await self.promises.note_outcomes()

    async def _reminders(self) -> int:
        claimed = await self.appointments.claim_due_reminders(CLAIM_LIMIT)
        for news in claimed:
            text, short = _reminder(news)
            await self.push(news.citizen_id, text, cause=f"reminder:{news.news_id}", news=short)
            await self.appointments.mark_delivered(news.news_id)
        return len(claimed)

    async def _cancellations(self) -> int:
        claimed = await self.appointments.claim_cancellations(CLAIM_LIMIT)
        for news in claimed:
            text, short = _cancellation(news)
            await self.push(news.citizen_id, text, cause=f"cancellation:{news.news_id}", news=short)
            await self.appointments.mark_cancellation_told(news.news_id)
        return len(claimed)

    async def _cases(self) -> int:
        claimed = await self.progress.claim_news(CLAIM_LIMIT)
        for news in claimed:
            text, short = _case(news)
            await self.push(news.citizen_id, text, cause=f"case:{news.news_id}", news=short)
            await self.progress.mark_delivered(news.news_id)
        return len(claimed)

    async def _answers(self) -> int:
        claimed = await self.promises.claim_answers(CLAIM_LIMIT)
        for news in claimed:
            text, short = _answer(news)
            await self.push(news.citizen_id, text, cause=f"{CAUSE}{news.news_id}", news=short)
            self.fault(FaultPoint.NEWS_PUT)
            await self.promises.mark_delivered(news)
        return len(claimed)


def _text(text: str) -> Reply:
    return Reply(parts=(Text(text=text),))


def _reminder(news: ReminderNews) -> tuple[Reply, News]:
    starts_at, ends_at = local(news.starts_at), local(news.ends_at)
    place = f"{news.hall_name}（{news.address}）"
    text = texts.reminder(service=news.service_name, place=place, starts_at=starts_at, ends_at=ends_at, code=news.code)
    short = News(
        title=texts.REMINDER_TITLE,
        subject=news.service_name,
        when=texts.day_and_time(starts_at),
        remark=texts.reminder_remark(place=place, code=news.code),
    )
    return _text(text), short


def _cancellation(news: CancellationNews) -> tuple[Reply, News]:
    starts_at, ends_at = local(news.starts_at), local(news.ends_at)
    place = f"{news.hall_name}（{news.address}）"
    text = texts.appointment_cancelled(
        service=news.service_name,
        place=place,
        starts_at=starts_at,
        ends_at=ends_at,
        code=news.code,
        reason=news.reason,
        phone=news.phone,
    )
    short = News(
        title=texts.CANCELLED_TITLE,
        subject=news.service_name,
        when=texts.day_and_time(starts_at),
        remark=texts.cancelled_remark(place=place, reason=news.reason, phone=news.phone),
    )
    return _text(text), short


def _case(news: CaseNews) -> tuple[Reply, News]:
    step = f"{news.process_name}（{news.step_text}）" if news.process_name and news.step_text else news.process_name
    text = texts.case_moved(
        task=news.task_name,
        project_no=news.project_no,
        state=news.state_text,
        step=step,
        organisation=news.org_name,
    )
    short = News(
        title=texts.CASE_TITLE,
        subject=news.task_name,
        when=texts.day_and_time(local(news.happened_at)),
        remark=texts.case_remark(project_no=news.project_no, state=news.state_text, step=step),
    )
    return _text(text), short


def _answer(news: AnswerNews) -> tuple[Reply, News]:
    entry, asked = news.answer, masked(news.asked)
    given = {"answer": entry.answer, "department": entry.department, "source": entry.source}
    short = News(
        title=texts.ANSWER_TITLE,
        subject=asked,
        when=texts.day_and_time(local(news.answered_at)),
        remark=texts.answer_remark(**given),
    )
    return _text(texts.answered(asked=asked, until=entry.valid_until, **given)), short
