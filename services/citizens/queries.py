"""Which citizens are there? Queries that others put into theirs."""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from uuid import UUID

from sqlalchemy import Select, select

from services.citizens.models import CitizenRow


def active_since(day: date, zone: tzinfo) -> Select[tuple[UUID]]:
    """Who has written to us since the beginning of that day."""
    return heard_since(datetime.combine(day, time.min, tzinfo=zone))


def heard_since(since: datetime) -> Select[tuple[UUID]]:
    """Who has written to us since then."""
    return select(CitizenRow.citizen_id).where(CitizenRow.last_message_at >= since)


def addressed() -> Select[tuple[UUID]]:
    """Who can be written to at all."""
    return select(CitizenRow.citizen_id).where(CitizenRow.address.is_not(None))
