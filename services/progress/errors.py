"""What may the progress service refuse, besides the common errors?

CaseNotFound   404  unknown number or wrong code: the caller cannot tell which
UnknownCode    400  a feed uses a code that is in no list
"""

from __future__ import annotations

from services.errors import BadRequest, NotFound


class CaseNotFound(NotFound):
    """No case has this number together with this query code."""

    type = "case-not-found"
    title = "Case not found"


class UnknownCode(BadRequest):
    """A code is not in its code list."""

    type = "unknown-code"
    title = "Unknown code"
