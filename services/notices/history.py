"""Who got which notice is known for how long? Afterwards the run's own figures say how many it were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select, tuple_

from services.db import Sessions
from services.notices.models import ChunkRow, DeliveryRow, FillingRow, RunRow

#: Chunks, of some hundred recipients each, of one step.
PURGE_STEP = 10


class DeliveryHistory:
    """Recipients of notices that were sent long ago."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def purge(self, before: datetime) -> int:
        """Deletes the recipients of one step of a run closed before that time, and what was filled in for them;
        gives the number of chunks.

        A run's chunks go with their recipients: as long as there is one, there is something to delete. The notice, what
        was approved, the run's figures and the audit log stay.
        """
        run = ChunkRow.notice_id == RunRow.notice_id, ChunkRow.version == RunRow.version
        old = select(RunRow.notice_id, RunRow.version).where(RunRow.closed_at < before, exists().where(*run)).limit(1)
        async with self._sessions.begin() as session:
            found = (await session.execute(old.with_for_update(skip_locked=True))).one_or_none()
            if found is None:
                return 0
            of_run = select(ChunkRow.chunk).where(
                ChunkRow.notice_id == found.notice_id, ChunkRow.version == found.version
            )
            chunks = (await session.scalars(of_run.order_by(ChunkRow.chunk).limit(PURGE_STEP))).all()
            keys = [(found.notice_id, found.version, chunk) for chunk in chunks]
            in_chunks = tuple_(DeliveryRow.notice_id, DeliveryRow.version, DeliveryRow.chunk).in_(keys)
            told = select(DeliveryRow.citizen_id).where(in_chunks)
            of_version = (FillingRow.notice_id == found.notice_id) & (FillingRow.version == found.version)
            await session.execute(delete(FillingRow).where(of_version, FillingRow.citizen_id.in_(told)))
            for rows in (DeliveryRow, ChunkRow):
                await session.execute(delete(rows).where(tuple_(rows.notice_id, rows.version, rows.chunk).in_(keys)))
        return len(chunks)
