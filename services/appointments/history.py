"""Which appointments are over for so long that they are deleted?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select

from services.appointments.models import AppointmentRow, CancellationRow, ReminderRow, SlotRow
from services.clock import local
from services.db import Sessions

PURGE_STEP = 500


class AppointmentHistory:
    """Appointments of days long past."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def purge(self, before: datetime) -> int:
        """Deletes one step of the appointments of earlier days, with all that hangs on them; gives their number."""
        old = select(AppointmentRow.code, AppointmentRow.slot_id).where(AppointmentRow.day < local(before).date())
        old = old.order_by(AppointmentRow.day, AppointmentRow.code).limit(PURGE_STEP)
        async with self._sessions.begin() as session:
            rows = (await session.execute(old.with_for_update(skip_locked=True))).all()
            codes, slots = [row.code for row in rows], {row.slot_id for row in rows}
            for hanging in (ReminderRow, CancellationRow):
                await session.execute(delete(hanging).where(hanging.code.in_(codes)))
            await session.execute(delete(AppointmentRow).where(AppointmentRow.code.in_(codes)))
            empty = ~exists().where(AppointmentRow.slot_id == SlotRow.slot_id)
            await session.execute(delete(SlotRow).where(SlotRow.slot_id.in_(slots), empty))
        return len(rows)
