"""How are entries listed for staff, and versions and drafts read? SQL only; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession

from services.faq.models import DraftRow, FaqRow, VersionRow
from services.faq.repository import valid_on
from services.faq.types import FaqEntry

EntryState = Literal["new", "live", "upcoming", "expired", "withdrawn"]
#: `due`: expired, or soon to be.
Filter = Literal["", "live", "upcoming", "expiring", "expired", "due", "withdrawn", "draft"]
#: An answer that holds no longer than this is one to look at.
SOON = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which entries are listed."""

    search: str = ""
    department: str = ""
    state: Filter = ""
    #: Those that somebody of these logins and names looks after; ("",): those that nobody does; (): any.
    owners: Sequence[str] = ()
    #: Only ids behind this one.
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One line of the list."""

    id: str
    question: str
    department: str
    state: EntryState
    owner: str
    valid_from: date | None
    valid_until: date | None
    updated_at: datetime
    #: Who has a draft of it; empty: nobody.
    drafted_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """How many answers have expired, will soon, and are among both one's own."""

    expired: int
    soon: int
    own: int


async def page(session: AsyncSession, wanted: Wanted, today: date) -> Sequence[Listed]:
    """Entries by id, then what exists as a draft only, where drafts are asked for."""
    query = (
        select(FaqRow, DraftRow)
        .join(DraftRow, DraftRow.entry_id == FaqRow.id, full=True)
        .where(*_conditions(wanted, today))
        .order_by(func.coalesce(FaqRow.id, DraftRow.entry_id))
        .limit(wanted.limit)
    )
    return [_listed(row, draft, today) for row, draft in (await session.execute(query)).all()]


def _conditions(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    key = func.coalesce(FaqRow.id, DraftRow.entry_id)
    question = func.coalesce(FaqRow.question, DraftRow.content["question"].astext)
    department = func.coalesce(FaqRow.department, DraftRow.content["department"].astext)
    found: list[ColumnElement[bool]] = [key > wanted.after]
    if wanted.search:
        words = wanted.search
        found.append(
            or_(
                question.contains(words, autoescape=True),
                FaqRow.answer.contains(words, autoescape=True),
                FaqRow.id == words,
            )
        )
    if wanted.department:
        found.append(department == wanted.department)
    if wanted.owners:
        found.append(func.coalesce(FaqRow.owner, DraftRow.content["owner"].astext, "").in_(wanted.owners))
    live = FaqRow.retired_at.is_(None) & FaqRow.id.is_not(None)
    by_state: dict[str, ColumnElement[bool]] = {
        "live": live & valid_on(today),
        "upcoming": live & (FaqRow.valid_from > today),
        "expiring": live & FaqRow.valid_until.between(today, today + SOON),
        "expired": live & (FaqRow.valid_until < today),
        "due": live & (FaqRow.valid_until <= today + SOON),
        "withdrawn": FaqRow.retired_at.is_not(None),
        "draft": DraftRow.entry_id.is_not(None),
    }
    if wanted.state:
        found.append(by_state[wanted.state])
    return found


def state_of(row: FaqRow | None, today: date) -> EntryState:
    """What citizens have of it."""
    if row is None:
        return "new"
    if row.retired_at is not None:
        return "withdrawn"
    if row.valid_from is not None and row.valid_from > today:
        return "upcoming"
    return "live" if row.valid_until is None or row.valid_until >= today else "expired"


def _listed(row: FaqRow | None, draft: DraftRow | None, today: date) -> Listed:
    content: dict[str, Any] = draft.content if draft is not None else {}
    return Listed(
        id=row.id if row else draft.entry_id if draft else "",
        question=row.question if row else str(content.get("question", "")),
        department=row.department if row else str(content.get("department", "")),
        state=state_of(row, today),
        owner=row.owner if row else str(content.get("owner", "")),
        valid_from=row.valid_from if row else None,
        valid_until=row.valid_until if row else None,
        updated_at=max(one.updated_at if isinstance(one, FaqRow) else one.at for one in (row, draft) if one),
        drafted_by=draft.by if draft else "",
    )


async def departments(session: AsyncSession) -> Sequence[str]:
    query = select(FaqRow.department).where(FaqRow.retired_at.is_(None), FaqRow.department != "").distinct()
    return (await session.scalars(query.order_by(FaqRow.department).limit(500))).all()


async def taken(session: AsyncSession, entry: FaqEntry) -> Sequence[tuple[str, str, str]]:
    """Wordings that belong to another entry: wording, id and question of the other."""
    wordings = list(dict.fromkeys((entry.question, *entry.similar)))
    rows = await session.execute(
        select(FaqRow.id, FaqRow.question, FaqRow.similar)
        .where(
            FaqRow.retired_at.is_(None),
            FaqRow.id != entry.id,
            or_(FaqRow.question.in_(wordings), FaqRow.similar.has_any(array(wordings))),
        )
        .order_by(FaqRow.id)
        .limit(20)
    )
    return [
        (wording, key, question)
        for key, question, similar in rows
        for wording in wordings
        if wording == question or wording in similar
    ]


async def locked(session: AsyncSession, entry_id: str) -> FaqRow | None:
    return await session.get(FaqRow, entry_id, with_for_update=True)


async def draft(session: AsyncSession, entry_id: str) -> DraftRow | None:
    return await session.get(DraftRow, entry_id)


async def drop_draft(session: AsyncSession, entry_id: str) -> None:
    await session.execute(delete(DraftRow).where(DraftRow.entry_id == entry_id))


async def latest_version(session: AsyncSession, entry_id: str) -> int:
    """0 where nothing was ever changed here."""
    found = await session.scalar(select(func.max(VersionRow.version)).where(VersionRow.entry_id == entry_id))
    return found or 0


async def version(session: AsyncSession, entry_id: str, number: int) -> VersionRow | None:
    return await session.get(VersionRow, (entry_id, number))


async def versions(session: AsyncSession, entry_id: str, limit: int = 100) -> Sequence[VersionRow]:
    query = select(VersionRow).where(VersionRow.entry_id == entry_id).order_by(VersionRow.version.desc())
    return (await session.scalars(query.limit(limit))).all()


async def count_drafts(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(DraftRow)) or 0


async def count_due(session: AsyncSession, today: date, owners: Sequence[str]) -> Due:
    """Answers that have expired or will soon; `owners`: logins and names of whose share is counted."""
    expired = FaqRow.valid_until < today
    counted = select(
        func.count().filter(expired), func.count().filter(~expired), func.count().filter(FaqRow.owner.in_(owners))
    )
    row = await session.execute(counted.where(FaqRow.retired_at.is_(None), FaqRow.valid_until <= today + SOON))
    gone, soon, own = row.one()
    return Due(expired=gone, soon=soon, own=own)


async def published(session: AsyncSession) -> Sequence[FaqRow]:
    """Everything that is not withdrawn, by id."""
    return (await session.scalars(select(FaqRow).where(FaqRow.retired_at.is_(None)).order_by(FaqRow.id))).all()
