"""How is a change written down, in the transaction that makes it, and found again?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.models import AuditRow
from services.privacy import mask_identifiers

COMMAND_LINE = "command line"
#: A value longer than this is cut: the log says what changed, it is no archive.
LONGEST_TEXT = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who does something, and from where."""

    staff_id: UUID | None
    login: str
    #: Network address, or COMMAND_LINE.
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What something is done to: `Subject(kind="faq", id="hukou-3")`."""

    kind: str
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which entries are asked for; empty fields ask for nothing."""

    login: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    address: str = ""
    since: datetime | None = None
    until: datetime | None = None
    #: Only entries with a smaller number: the page after the one that ended with it.
    below: int | None = None
    limit: int = 50


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject: Subject,
    *,
    now: datetime,
    before: Mapping[str, Any] | msgspec.Struct | None = None,
    after: Mapping[str, Any] | msgspec.Struct | None = None,
    reason: str = "",
) -> None:
    """Adds the change to the caller's transaction: they are committed together or not at all.

    Of `before` and `after` only what differs is kept where both are given.
    """
    old, new = _plain(before), _plain(after)
    if old is not None and new is not None:
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        old, new = ({k: v for k, v in side.items() if k in changed} for side in (old, new))
    session.add(
        AuditRow(
            at=now,
            staff_id=actor.staff_id,
            login=actor.login[:200],
            address=actor.address[:100],
            action=action,
            subject_kind=subject.kind,
            subject_id=subject.id,
            before=old,
            after=new,
            reason=str(_masked(reason)),
        )
    )


async def entries(session: AsyncSession, wanted: Wanted) -> Sequence[AuditRow]:
    """The newest first."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(wanted.limit)
    for column, value in (
        (AuditRow.login, wanted.login),
        (AuditRow.action, wanted.action),
        (AuditRow.subject_kind, wanted.subject_kind),
        (AuditRow.subject_id, wanted.subject_id),
        (AuditRow.address, wanted.address),
    ):
        if value:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditRow.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditRow.at < wanted.until)
    if wanted.below is not None:
        query = query.where(AuditRow.id < wanted.below)
    return (await session.scalars(query)).all()


async def entry(session: AsyncSession, number: int) -> AuditRow | None:
    """One entry."""
    return await session.get(AuditRow, number)


def _plain(value: Mapping[str, Any] | msgspec.Struct | None) -> dict[str, Any] | None:
    if value is None:
        return None
    plain: dict[str, Any] = msgspec.to_builtins(value if isinstance(value, msgspec.Struct) else dict(value))
    return {name: _masked(part) for name, part in plain.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask_identifiers(value)[:LONGEST_TEXT]
    if isinstance(value, dict):
        return {name: _masked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_masked(part) for part in value]
    return value
