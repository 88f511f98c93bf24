"""Which citizens are told of which cases? Queries that others put into theirs, and what states are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, false, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.progress import repository
from services.progress.models import CaseRow, StepRow, SubscriptionRow


def told_of(*, task_codes: Sequence[str], states: Sequence[str]) -> Select[tuple[UUID]]:
    """Who is told when a case of these items and in one of these states moves; an empty list is any. A case is bound
    to a citizen by nothing else: its applicant is known to us only masked."""
    query = select(SubscriptionRow.citizen_id)
    if task_codes or states:
        query = query.join(CaseRow, CaseRow.project_no == SubscriptionRow.project_no)
    if task_codes:
        query = query.where(CaseRow.task_code.in_(task_codes))
    return query.where(CaseRow.state.in_(states)) if states else query


async def state_names(session: AsyncSession) -> Mapping[str, str]:
    """Code -> text of the states that a case can be in."""
    return {row.code: row.text for row in await repository.codes(session) if row.list_name == "state"}


async def task_names(session: AsyncSession, most: int) -> Mapping[str, str]:
    """Code -> name of the items in whose cases citizens are told of moves, those of most citizens first."""
    many = func.count(SubscriptionRow.citizen_id.distinct())
    query = (
        select(CaseRow.task_code, func.max(CaseRow.task_name).label("name"))
        .join(SubscriptionRow, SubscriptionRow.project_no == CaseRow.project_no)
        .group_by(CaseRow.task_code)
        .order_by(many.desc(), CaseRow.task_code)
        .limit(most)
    )
    return {row.task_code: row.name or row.task_code for row in await session.execute(query)}


#: Task codes and states of a rule; an empty list is any.
Kind = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFacts:
    """What a notice may say of a case to whom is told of it."""

    project_no: str
    task_name: str
    state_text: str
    #: The step reported last; empty where none was.
    step: str


async def newest(session: AsyncSession, citizens: Sequence[UUID], kinds: Sequence[Kind]) -> Mapping[UUID, CaseFacts]:
    """Of each of these citizens the case that moved last, among those that one of the rules means."""
    of_kind = or_(false(), *(_is_of(tasks, states) for tasks, states in kinds))
    latest = (
        select(StepRow.process_name)
        .where(StepRow.project_no == CaseRow.project_no)
        .order_by(StepRow.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(SubscriptionRow.citizen_id, CaseRow.project_no, CaseRow.task_name, CaseRow.state, latest.label("step"))
        .join(CaseRow, CaseRow.project_no == SubscriptionRow.project_no)
        .where(SubscriptionRow.citizen_id == any_(literal(list(citizens), ARRAY(Uuid))), of_kind)
        .distinct(SubscriptionRow.citizen_id)
        .order_by(SubscriptionRow.citizen_id, CaseRow.updated_at.desc(), CaseRow.project_no)
    )
    texts = await state_names(session)
    return {
        row.citizen_id: CaseFacts(
            project_no=row.project_no, task_name=row.task_name, state_text=texts.get(row.state, ""), step=row.step or ""
        )
        for row in await session.execute(query)
    }


def _is_of(task_codes: Sequence[str], states: Sequence[str]) -> ColumnElement[bool]:
    return and_(
        true(),
        *([CaseRow.task_code.in_(task_codes)] if task_codes else []),
        *([CaseRow.state.in_(states)] if states else []),
    )
