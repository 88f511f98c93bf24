"""Which files does somebody still need? What was sent for an import until it is written, and what it left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select

from services.clock import Clock
from services.db import Sessions
from services.errors import NotFound
from services.staff.models import StaffFileRow

#: So long a file is kept.
LASTS = timedelta(days=1)
#: So many of one person, the latest.
MOST = 10


class FileGone(NotFound):
    """There is no such file, or not any more, or it is somebody else's."""

    type = "file-gone"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptFile:
    """One file."""

    name: str
    content_type: str
    content: bytes


class StaffFiles:
    """The files on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def keep(self, staff_id: UUID, file: KeptFile) -> UUID:
        """Keeps a file for a day, or until the same person has ten newer ones; gives its name for `read`."""
        key = uuid4()
        async with self._sessions.begin() as session:
            session.add(
                StaffFileRow(
                    id=key,
                    staff_id=staff_id,
                    name=file.name,
                    content_type=file.content_type,
                    content=file.content,
                    kept_at=self._clock.now(),
                )
            )
            await session.flush()
            newest = select(StaffFileRow.id).where(StaffFileRow.staff_id == staff_id)
            newest = newest.order_by(StaffFileRow.kept_at.desc(), (StaffFileRow.id == key).desc()).limit(MOST)
            old = delete(StaffFileRow).where(StaffFileRow.staff_id == staff_id, StaffFileRow.id.not_in(newest))
            await session.execute(old.execution_options(synchronize_session=False))
        return key

    async def read(self, staff_id: UUID, key: UUID) -> KeptFile:
        """The file, for who it was kept for; raises FileGone."""
        async with self._sessions() as session:
            row = await session.get(StaffFileRow, key)
            if row is None or row.staff_id != staff_id or row.kept_at < self._clock.now() - LASTS:
                raise FileGone
            return KeptFile(name=row.name, content_type=row.content_type, content=row.content)

    async def sweep(self) -> None:
        """Removes what is kept no longer."""
        async with self._sessions.begin() as session:
            await session.execute(delete(StaffFileRow).where(StaffFileRow.kept_at < self._clock.now() - LASTS))
