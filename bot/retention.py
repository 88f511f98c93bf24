"""What is deleted once it is old? Step by step, so that nobody who works on the same tables is kept waiting.

What is kept for good, and why the rest does not grow, is listed in docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.app import Messaging
from bot.forgetting import forget_old
from services.appointments.history import AppointmentHistory
from services.faq.promises import PromiseService
from services.faq.questions import QuestionHistory
from services.faq.recall import Tellings
from services.notices.covers import KEPT_DAYS, CoverService
from services.notices.history import DeliveryHistory
from services.progress.history import CaseNewsHistory

log = structlog.stdlib.get_logger(__name__)

#: Steps of one kind in one clean-up; what is left then is for the next one.
PURGE_STEPS = 20

#: Deletes one step of what is old; gives the number of rows.
Purge = Callable[[], Awaitable[int]]


async def purge_all(purges: Mapping[str, Purge]) -> None:
    """Runs each until it finds nothing more, or has had its steps."""
    for name, purge in purges.items():
        gone = 0
        for _ in range(PURGE_STEPS):
            step = await purge()
            gone += step
            if step == 0:
                break
        if gone:
            log.info("retention.purged", what=name, rows=gone)


def purges(messaging: Messaging) -> Mapping[str, Purge]:
    """Everything that has an end, by name."""
    sessions, clock, settings = messaging.base.sessions, messaging.base.clock, messaging.base.settings

    def old(days: int, purge: Callable[[datetime], Awaitable[int]]) -> Purge:
        return lambda: purge(clock.now() - timedelta(days=days))

    return {
        "outbox": old(settings.message_retention_days, messaging.outbox.purge),
        "inbox": old(settings.message_retention_days, messaging.inbox.purge),
        "dialogues": old(settings.message_retention_days, lambda before: forget_old(sessions, before)),
        "tellings": Tellings(sessions=sessions, clock=clock, days=settings.told_retention_days).purge,
        "promises": PromiseService(sessions=sessions, clock=clock).purge,
        "questions": old(settings.question_retention_days, QuestionHistory(sessions).purge),
        "appointments": old(settings.appointment_retention_days, AppointmentHistory(sessions).purge),
        "covers": old(KEPT_DAYS, CoverService(sessions=sessions, clock=clock).purge),
        "deliveries": old(settings.delivery_retention_days, DeliveryHistory(sessions).purge),
        "case news": old(settings.case_news_retention_days, CaseNewsHistory(sessions).purge),
    }
