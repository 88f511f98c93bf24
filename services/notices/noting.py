"""How does a change that somebody makes in the console come into the audit log? In the change's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.notices.results import Notice

#: Action of the rules -> action of the audit log.
NOTED: Mapping[str, str] = {
    "create": "notices.created",
    "edit": "notices.edited",
    "submit": "notices.submitted",
    "approve": "notices.approved",
    "release": "notices.released",
    "pause": "notices.paused",
    "resume": "notices.resumed",
    "cancel": "notices.cancelled",
    "skip": "notices.skipped",
    "retry": "notices.retried",
    "resolve": "notices.resolved",
    "trial": "notices.tried",
    "take_in_list": "notices.list_taken_in",
    "remove_list": "notices.list_removed",
}


def note(
    session: AsyncSession,
    actor: Actor | None,
    notice: Notice,
    action: str,
    *,
    now: datetime,
    reason: str = "",
    about: Mapping[str, Any] | None = None,
) -> None:
    """Adds the line where somebody of the console acts; what the command line and the API do, the notice's own trail
    says."""
    after = {"title": notice.title, "state": notice.state_text, "version": notice.version, **(about or {})}
    subject = Subject(kind="notice", id=str(notice.number))
    note_of(session, actor, NOTED[action], subject, now=now, after=after, reason=reason)


def note_of(
    session: AsyncSession,
    actor: Actor | None,
    action: str,
    subject: Subject,
    *,
    now: datetime,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """The same of something else than a notice."""
    if actor is not None:
        record(session, actor, action, subject, now=now, after=after, reason=reason)
