"""Where may a test kill us? Named points at which the process dies at once, as at `kill -9`."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import Enum

from services.settings import SettingsError

EXIT_CODE = 137


class FaultPoint(str, Enum):
    """Moments after which something must not be lost or doubled."""

    ACCEPTED = "accepted"
    ANSWERED = "answered"
    REPLY_COMMITTED = "reply_committed"
    PASSIVE_OFFERED = "passive_offered"
    NEWS_PUT = "news_put"
    PUSH_ATTEMPTED = "push_attempted"
    PUSH_ANSWERED = "push_answered"
    COVER_UPLOADED = "cover_uploaded"
    DRAFT_MADE = "draft_made"
    DRAFT_KEPT = "draft_kept"
    NOTICE_CLAIMED = "notice_claimed"
    NOTICE_ATTEMPTED = "notice_attempted"
    NOTICE_ANSWERED = "notice_answered"
    NOTICE_RELEASED = "notice_released"


#: Called at each point; does nothing but in a test.
Fault = Callable[[FaultPoint], None]


def no_fault(point: FaultPoint) -> None:
    """Goes on."""


def fault_at(name: str) -> Fault:
    """Dies at the named point; with no name, nowhere. Raises SettingsError for a name that there is not."""
    if not name:
        return no_fault
    if name not in {point.value for point in FaultPoint}:
        raise SettingsError(f"there is no fault point {name}")
    chosen = FaultPoint(name)

    def die(point: FaultPoint) -> None:
        if point is chosen:
            os._exit(EXIT_CODE)

    return die
