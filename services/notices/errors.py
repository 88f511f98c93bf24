"""What can a notice be refused for? Each has a stable name for programs and a sentence for staff."""

from __future__ import annotations

from services.errors import BadRequest, Conflict, NotFound


class NoticeNotFound(NotFound):
    """There is no such notice."""

    type = "notice-not-found"


class CoverNotFound(NotFound):
    """There is no such cover."""

    type = "cover-not-found"


class WrongState(Conflict):
    """The notice's state does not allow it."""

    type = "wrong-state"


class SamePerson(Conflict):
    """Who submitted a notice cannot approve it."""

    type = "same-person"


class StaleVersion(Conflict):
    """The notice was edited since the caller read it."""

    type = "stale-version"


class PastDue(Conflict):
    """The notice's time is over."""

    type = "past-due"


class NothingToDo(Conflict):
    """There are no rows to do this with."""

    type = "nothing-to-do"


class EmptyAudience(Conflict):
    """The notice has no recipients."""

    type = "empty-audience"


class TooManyTesters(Conflict):
    """Trials go to a few only."""

    type = "too-many-testers"


class BadNotice(BadRequest):
    """The notice cannot be sent as it is written."""

    type = "bad-notice"
