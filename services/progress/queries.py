"""Which citizens are told of which cases? Queries that others put into theirs, and what states are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.progress import repository
from services.progress.models import CaseRow, SubscriptionRow


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
