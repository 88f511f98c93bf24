"""Which citizens are there? Queries that others put into theirs."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from uuid import UUID

from sqlalchemy import Select, select

from services.citizens.models import CitizenRow


def active_since(day: date, zone: tzinfo) -> Select[tuple[UUID]]:
    """Who has written to us since the beginning of that day."""
    since = datetime.combine(day, time.min, tzinfo=zone)
    return select(CitizenRow.citizen_id).where(CitizenRow.last_message_at >= since)
