"""Which conversations does the assistant forget? Those of citizens who leave, at once, and what was said long ago."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.db import Sessions

#: Made by `bot.rasa.tracker_store` at Rasa's first start, so it may not be there yet.
TRACKER_TABLE = "rasa_events"
STEP = 2000
FORGET_OLD = text("""
    DELETE FROM rasa_events WHERE id IN (
        SELECT id FROM rasa_events WHERE at < :before ORDER BY at LIMIT :step FOR UPDATE SKIP LOCKED)
    RETURNING id
""")


async def forget_dialogue(session: AsyncSession, citizen_id: UUID) -> None:
    """Deletes the citizen's events from the tracker store, where it is in this database."""
    found = await session.scalar(text("SELECT to_regclass(:name)"), {"name": TRACKER_TABLE})
    if found is not None:
        await session.execute(text("DELETE FROM rasa_events WHERE sender_id = :sender"), {"sender": str(citizen_id)})


async def forget_old(sessions: Sessions, before: datetime) -> int:
    """Deletes one step of what was said before that time; gives the number. A session ends after an hour of silence,
    so no conversation that goes on loses what it stands on."""
    async with sessions.begin() as session:
        if await session.scalar(text("SELECT to_regclass(:name)"), {"name": TRACKER_TABLE}) is None:
            return 0
        gone = await session.scalars(FORGET_OLD, {"before": before, "step": STEP})
        return len(gone.all())
