"""How far are the long works that staff have begun? In the database: any process can say, and a page may be left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update

from services.clock import Clock
from services.db import Sessions
from services.errors import Conflict, NotFound
from services.staff.models import StaffRow, StaffWorkRow

#: So long a work is shown.
LASTS = timedelta(days=1)
#: Without a sign of life for so long, whoever did it is gone.
SILENT = timedelta(seconds=60)


class WorkGone(NotFound):
    """There is no such work, or not any more, or it is somebody else's."""

    type = "work-gone"


class WorkUnderWay(Conflict):
    """The same person has begun such a work already, which goes on."""

    type = "work-under-way"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """One work, as it stands."""

    id: UUID
    file_id: UUID
    done: int
    total: int
    outcome: Mapping[str, Any] | None
    begun_at: datetime
    #: Did whoever did it fall silent before the end?
    interrupted: bool

    @property
    def running(self) -> bool:
        return self.outcome is None and not self.interrupted


class Works:
    """The works on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def begin(self, staff_id: UUID, kind: str, file_id: UUID, *, total: int) -> UUID:
        """Writes down that it begins; raises WorkUnderWay where such a one of the same person goes on."""
        now, key = self._clock.now(), uuid4()
        async with self._sessions.begin() as session:
            # Who presses twice begins once.
            await session.scalar(select(StaffRow.id).where(StaffRow.id == staff_id).with_for_update())
            going_on = select(StaffWorkRow.id).where(
                StaffWorkRow.staff_id == staff_id,
                StaffWorkRow.kind == kind,
                StaffWorkRow.outcome.is_(None),
                StaffWorkRow.seen_at > now - SILENT,
            )
            if await session.scalar(going_on.limit(1)) is not None:
                raise WorkUnderWay
            values = {"id": key, "staff_id": staff_id, "kind": kind, "file_id": file_id, "done": 0, "total": total}
            session.add(StaffWorkRow(**values, outcome=None, begun_at=now, seen_at=now))
        return key

    async def tell(self, key: UUID, done: int) -> None:
        """A sign of life."""
        await self._update(key, done=done)

    async def finish(self, key: UUID, outcome: Mapping[str, Any], *, done: int) -> None:
        """It is over, and this came of it."""
        await self._update(key, done=done, outcome=dict(outcome))

    async def _update(self, key: UUID, **values: Any) -> None:
        statement = update(StaffWorkRow).where(StaffWorkRow.id == key)
        async with self._sessions.begin() as session:
            await session.execute(statement.values(**values, seen_at=self._clock.now()))

    async def read(self, staff_id: UUID, kind: str, key: UUID) -> Work:
        """How far it is, for who began it; raises WorkGone."""
        async with self._sessions() as session:
            row = await session.get(StaffWorkRow, key)
        if row is None or (row.staff_id, row.kind) != (staff_id, kind):
            raise WorkGone
        return self._work(row)

    async def latest(self, staff_id: UUID, kind: str) -> Work | None:
        """The one that this person has begun last."""
        query = select(StaffWorkRow).where(StaffWorkRow.staff_id == staff_id, StaffWorkRow.kind == kind)
        async with self._sessions() as session:
            row = await session.scalar(query.order_by(StaffWorkRow.begun_at.desc()).limit(1))
        return self._work(row) if row is not None else None

    def _work(self, row: StaffWorkRow) -> Work:
        return Work(
            id=row.id,
            file_id=row.file_id,
            done=row.done,
            total=row.total,
            outcome=row.outcome,
            begun_at=row.begun_at,
            interrupted=row.outcome is None and row.seen_at <= self._clock.now() - SILENT,
        )

    async def sweep(self) -> None:
        """Removes what is shown no longer."""
        async with self._sessions.begin() as session:
            await session.execute(delete(StaffWorkRow).where(StaffWorkRow.begun_at < self._clock.now() - LASTS))
