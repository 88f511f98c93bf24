"""Which conversations does the assistant forget when a citizen leaves? Its tracker's rows, in our own transaction."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

#: Made by `bot.rasa.tracker_store` at Rasa's first start, so it may not be there yet.
TRACKER_TABLE = "rasa_events"


async def forget_dialogue(session: AsyncSession, citizen_id: UUID) -> None:
    """Deletes the citizen's events from the tracker store, where it is in this database."""
    found = await session.scalar(text("SELECT to_regclass(:name)"), {"name": TRACKER_TABLE})
    if found is not None:
        await session.execute(text("DELETE FROM rasa_events WHERE sender_id = :sender"), {"sender": str(citizen_id)})
