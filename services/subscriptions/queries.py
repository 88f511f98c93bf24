"""Which citizens follow what? Queries that others put into theirs, and what subjects are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.subscriptions import repository
from services.subscriptions.models import LeaverRow, SubscriptionRow


def followers_of(codes: Sequence[str]) -> Select[tuple[UUID]]:
    """Who follows one of these topics or districts."""
    return select(SubscriptionRow.citizen_id).where(SubscriptionRow.code.in_(codes))


def leavers(*, among: Sequence[UUID] | None = None) -> Select[tuple[UUID]]:
    """Who wants no notices any more; of these citizens, where some are given."""
    query = select(LeaverRow.citizen_id)
    return query if among is None else query.where(LeaverRow.citizen_id == any_(literal(list(among), ARRAY(Uuid))))


async def names(session: AsyncSession) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Code -> name of the topics and of the districts that can be followed."""
    rows = await repository.offered(session)
    topics, districts = ({row.code: row.name for row in rows if row.kind == kind} for kind in ("topic", "district"))
    return topics, districts
