"""What can go wrong at the edge, and what does each mean for the caller?

BotError
├── RequestRefused            the platform's request is refused; carries the HTTP status and a reason without content
│   ├── WrongSignature        403
│   ├── StaleRequest          403
│   ├── BodyTooLarge          413
│   ├── TooSlow               408  the body did not arrive in time
│   └── BadPayload            400  DTD, entities, broken XML or JSON, wrong padding or app id
├── PlatformError             the platform refused our call; carries its errcode
│   ├── PlatformBusy          retry with backoff                        (-1, 45011, HTTP 5xx, timeout before sending)
│   │   └── AnswerLost        it may have arrived; the call has an idempotency key: repeat it with the same one
│   ├── PlatformTokenInvalid  refresh the token once, then stop         (40001, 40014, 42001)
│   ├── RecipientUnreachable  give up on this citizen                   (40003, 43004, 43019, 48002, 43101)
│   ├── WindowClosed          48 h window over or its count used up     (45015, 45047)
│   ├── QuotaExhausted        today's quota                             (45009)
│   ├── ContentRejected       the content is wrong                      (45002, 45008, 47003, 40037)
│   └── PermissionDenied      no permission, banned, address not listed (48001, 48004, 50002, 40164)
├── DeliveryInDoubt           the call may or may not have arrived: never sent again by itself
└── DialogueFailed            Rasa is down, slow, silent or answered nonsense
"""

from __future__ import annotations

from typing import ClassVar


class BotError(Exception):
    """Something went wrong at the edge."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or type(self).__name__).strip().splitlines()[0])


class RequestRefused(BotError):
    """The platform's request is refused."""

    status: ClassVar[int] = 400
    #: One word for logs and metrics.
    reason: ClassVar[str] = "bad_request"


class WrongSignature(RequestRefused):
    """The signature does not match."""

    status = 403
    reason = "wrong_signature"


class StaleRequest(RequestRefused):
    """The timestamp is too far from our clock."""

    status = 403
    reason = "stale_timestamp"


class BodyTooLarge(RequestRefused):
    """The body is larger than allowed."""

    status = 413
    reason = "body_too_large"


class TooSlow(RequestRefused):
    """The body did not arrive in time."""

    status = 408
    reason = "too_slow"


class BadPayload(RequestRefused):
    """The body cannot be read."""

    status = 400
    reason = "bad_payload"


class PlatformError(BotError):
    """The platform refused a call."""

    def __init__(self, message: str | None = None, *, errcode: int = 0, rid: str = "") -> None:
        super().__init__(message)
        self.errcode = errcode
        #: The platform's request id, for its support desk.
        self.rid = rid


class PlatformBusy(PlatformError):
    """The platform is busy; the call did not take effect and may be tried again."""


class AnswerLost(PlatformBusy):
    """The answer was lost; the call has an idempotency key and may be repeated with the same one, and only so."""


class PlatformTokenInvalid(PlatformError):
    """The platform does not accept our access token even after a refresh."""


class RecipientUnreachable(PlatformError):
    """This citizen cannot be reached by this kind of message."""


class WindowClosed(PlatformError):
    """The citizen's 48-hour window is over or its messages are used up."""


class QuotaExhausted(PlatformError):
    """Today's quota of this call is used up."""


class ContentRejected(PlatformError):
    """The platform rejects the content."""


class PermissionDenied(PlatformError):
    """The account may not make this call."""


class DeliveryInDoubt(BotError):
    """The call may or may not have reached the platform."""


class DialogueFailed(BotError):
    """The assistant gave no usable answer."""
