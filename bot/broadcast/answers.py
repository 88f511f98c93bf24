"""What does the outcome of a call mean for a recipient's row? One table; pure."""

from __future__ import annotations

from bot.broadcast.sender import NotConfigured
from bot.errors import (
    AnswerLost,
    ContentRejected,
    DeliveryInDoubt,
    PermissionDenied,
    PlatformBusy,
    PlatformError,
    PlatformTokenInvalid,
    QuotaExhausted,
    RecipientUnreachable,
    WindowClosed,
)
from services.notices.rules import Answer

#: Looked through in this order: the first class that fits decides.
KINDS: tuple[tuple[type[PlatformError], Answer], ...] = (
    (AnswerLost, Answer(kind="unknown", reason="no_answer")),
    (PlatformBusy, Answer(kind="busy", reason="busy")),
    (RecipientUnreachable, Answer(kind="refused", reason="unreachable")),
    (WindowClosed, Answer(kind="refused", reason="window_closed")),
    (NotConfigured, Answer(kind="held", reason="not_configured")),
    (QuotaExhausted, Answer(kind="held", reason="quota")),
    (PermissionDenied, Answer(kind="held", reason="permission")),
    (PlatformTokenInvalid, Answer(kind="held", reason="token")),
    (ContentRejected, Answer(kind="held", reason="content")),
    (PlatformError, Answer(kind="refused", reason="platform_error")),
)


def answer_of(error: Exception) -> Answer:
    """The meaning of what a sender raised; what nobody foresaw may have happened after the call went out."""
    if isinstance(error, DeliveryInDoubt):
        return Answer(kind="unknown", reason="no_answer")
    if isinstance(error, PlatformError):
        answer = next(answer for kind, answer in KINDS if isinstance(error, kind))
        if answer.kind == "refused" and error.errcode:
            return Answer(kind="refused", reason=f"{answer.reason}:{error.errcode}")
        return answer
    return Answer(kind="crashed", reason=f"crashed:{type(error).__name__}")
