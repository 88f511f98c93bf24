"""How are cases listed for staff, and who was told what of one? SQL only; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.progress.models import CaseRow, CodeRow, NewsRow, SubscriptionRow

#: Not a state's code: cases that are not over, and those of them whose promised day has passed.
OPEN, OVERDUE = "*open", "*overdue"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which cases are listed."""

    #: The beginning of a number, as `rules.typed_code` writes it.
    number: str = ""
    #: A code of the list `state`, OPEN or OVERDUE; empty: all.
    state: str = ""
    #: Only cases behind this one: when it last changed, and its number.
    after: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One move of a case, and how many of its subscribers know of it."""

    revision: int
    at: datetime
    state_text: str
    process_name: str
    step_text: str
    told: int
    waiting: int


async def page(session: AsyncSession, wanted: Wanted, today: date) -> Sequence[CaseRow]:
    """What changed last comes first."""
    place = tuple_(CaseRow.updated_at, CaseRow.project_no)
    query = select(CaseRow).where(*_conditions(wanted, today)).limit(wanted.limit)
    if wanted.after is not None:
        query = query.where(place < wanted.after)
    query = query.order_by(CaseRow.updated_at.desc(), CaseRow.project_no.desc())
    return (await session.scalars(query)).all()


def _conditions(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    final = select(CodeRow.code).where(CodeRow.list_name == "state", CodeRow.final)
    found: list[ColumnElement[bool]] = []
    if wanted.number:
        found.append(CaseRow.project_no.startswith(wanted.number, autoescape=True))
    if wanted.state in (OPEN, OVERDUE):
        found.append(CaseRow.state.not_in(final))
    elif wanted.state:
        found.append(CaseRow.state == wanted.state)
    if wanted.state == OVERDUE:
        found.append(CaseRow.promise_date < today)
    return found


async def subscribers(session: AsyncSession, project_no: str) -> int:
    """How many are told when the case moves."""
    query = select(func.count()).where(SubscriptionRow.project_no == project_no)
    return (await session.scalars(query)).one()


async def told(session: AsyncSession, project_no: str, limit: int) -> Sequence[Told]:
    """The latest moves first."""
    query = (
        select(
            NewsRow.revision,
            func.min(NewsRow.created_at),
            func.min(NewsRow.state_text),
            func.min(NewsRow.process_name),
            func.min(NewsRow.step_text),
            func.count(NewsRow.delivered_at),
            func.count(),
        )
        .where(NewsRow.project_no == project_no)
        .group_by(NewsRow.revision)
        .order_by(NewsRow.revision.desc())
        .limit(limit)
    )
    return [
        Told(
            revision=revision,
            at=at,
            state_text=state_text,
            process_name=process_name,
            step_text=step_text,
            told=known,
            waiting=all_of_them - known,
        )
        for revision, at, state_text, process_name, step_text, known, all_of_them in await session.execute(query)
    ]
