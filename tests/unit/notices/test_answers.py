"""Does every platform error mean the right thing for a recipient?"""

from __future__ import annotations

import inspect

import pytest

from bot import errors
from bot.broadcast.answers import answer_of
from bot.broadcast.sender import NotConfigured


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (errors.PlatformBusy(errcode=-1), "busy", "busy"),
        (errors.RecipientUnreachable(errcode=43004), "refused", "unreachable:43004"),
        (errors.WindowClosed(errcode=45015), "refused", "window_closed:45015"),
        (errors.QuotaExhausted(errcode=45009), "held", "quota"),
        (errors.PermissionDenied(errcode=48001), "held", "permission"),
        (errors.PlatformTokenInvalid(errcode=40001), "held", "token"),
        (errors.ContentRejected(errcode=47003), "held", "content"),
        (NotConfigured(), "held", "not_configured"),
        (errors.PlatformError(errcode=99999), "refused", "platform_error:99999"),
        (errors.DeliveryInDoubt(), "unknown", "no_answer"),
        (errors.AnswerLost(), "unknown", "no_answer"),
        (ZeroDivisionError(), "crashed", "crashed:ZeroDivisionError"),
    ],
)
def test_an_error_means(error: Exception, kind: str, reason: str) -> None:
    answer = answer_of(error)
    assert (answer.kind, answer.reason) == (kind, reason)


def test_every_platform_error_there_is_has_a_meaning() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.PlatformError)]
    assert len(kinds) >= 8
    assert all(answer_of(kind()).reason for kind in kinds)
