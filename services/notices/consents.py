"""Who agreed to subscription notices? What the platform's events said last of each citizen."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notices.models import ConsentRow


class ConsentService:
    """Consents to the one template by which subscription notices go out; both work in the caller's transaction."""

    @staticmethod
    async def note(session: AsyncSession, citizen_id: UUID, *, agreed: bool, at: datetime) -> None:
        """What the citizen said at that time; what is known to be later stays, and hearing it twice changes nothing."""
        row = insert(ConsentRow).values(citizen_id=citizen_id, agreed=agreed, at=at)
        newer = row.on_conflict_do_update(
            index_elements=["citizen_id"], set_={"agreed": agreed, "at": at}, where=ConsentRow.at <= at
        )
        await session.execute(newer)

    @staticmethod
    async def erase_citizen(session: AsyncSession, citizen_id: UUID) -> None:
        """Forgets it."""
        await session.execute(delete(ConsentRow).where(ConsentRow.citizen_id == citizen_id))


def agreed() -> Select[tuple[UUID]]:
    """Who agreed: a query for others to put into theirs."""
    return select(ConsentRow.citizen_id).where(ConsentRow.agreed)
