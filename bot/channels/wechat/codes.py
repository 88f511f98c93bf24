"""What do the platform's error codes mean for us? One table; decisions are made on the code, never on its text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.errors import (
    ContentRejected,
    PermissionDenied,
    PlatformBusy,
    PlatformError,
    PlatformTokenInvalid,
    QuotaExhausted,
    RecipientUnreachable,
    WindowClosed,
)

ERRORS: Mapping[int, type[PlatformError]] = {
    -1: PlatformBusy,
    45011: PlatformBusy,
    40001: PlatformTokenInvalid,
    40014: PlatformTokenInvalid,
    42001: PlatformTokenInvalid,
    40003: RecipientUnreachable,
    43004: RecipientUnreachable,
    43019: RecipientUnreachable,
    48002: RecipientUnreachable,
    43101: RecipientUnreachable,
    45015: WindowClosed,
    45047: WindowClosed,
    45009: QuotaExhausted,
    45002: ContentRejected,
    45008: ContentRejected,
    47003: ContentRejected,
    40037: ContentRejected,
    # Ours to put right before anybody can get the message: no text, broken JSON, unknown type or medium, odd list.
    44004: ContentRejected,
    47001: ContentRejected,
    40008: ContentRejected,
    40007: ContentRejected,
    # A picture or an article against the platform's limits: type, size, title, digest, link, author, HTML.
    40004: ContentRejected,
    40005: ContentRejected,
    41005: ContentRejected,
    44003: ContentRejected,
    45001: ContentRejected,
    45003: ContentRejected,
    45004: ContentRejected,
    45005: ContentRejected,
    45110: ContentRejected,
    45166: ContentRejected,
    40130: ContentRejected,
    40032: ContentRejected,
    48001: PermissionDenied,
    48004: PermissionDenied,
    50002: PermissionDenied,
    # An operator has to put these right: the app id or its secret is wrong or missing.
    40013: PermissionDenied,
    40125: PermissionDenied,
    41002: PermissionDenied,
    41004: PermissionDenied,
    40164: PermissionDenied,
}

#: The address that we call from is not on the account's list.
ADDRESS_NOT_LISTED = 40164
#: There is no picture or draft with this media id (any more).
INVALID_MEDIA = 40007
#: The account has no menu yet.
NO_MENU = 46003
#: "This clientmsgid exists": the repeated call is answered with the first one's msg_id, which is success.
REPEATED_MASS = 45065

_RID = re.compile(r"rid: ?([\w-]{1,64})")


def error_of(errcode: int, errmsg: str) -> PlatformError:
    """The error to raise for a refusal."""
    kind = ERRORS.get(errcode, PlatformError)
    found = _RID.search(errmsg)
    rid = found[1] if found else ""
    return kind(f"the platform answered {errcode} (rid {rid or 'unknown'})", errcode=errcode, rid=rid)
