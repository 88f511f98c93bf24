"""What may the subscriptions service refuse, besides the common errors?

SubjectNotFound  404  no topic or district has this code, or it is not offered any more
"""

from __future__ import annotations

from services.errors import NotFound


class SubjectNotFound(NotFound):
    """No topic or district that can be followed has this code."""

    type = "subject-not-found"
    title = "Subject not found"
