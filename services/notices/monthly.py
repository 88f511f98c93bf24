"""Who has had the mass messages that a citizen may have in a calendar month?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import local
from services.notices.models import DeliveryRow, RunRow, VersionRow
from services.notices.rules import ROUTES

#: Versions of a grouped route that were being sent at some time since `since`.
SENT_SINCE = text("""
    SELECT r.notice_id, r.version FROM notice_runs r
    JOIN notice_versions v ON v.notice_id = r.notice_id AND v.version = r.version
    WHERE v.route = :route AND r.started_at IS NOT NULL AND (r.closed_at IS NULL OR r.closed_at >= :since)
""")

Sent = Sequence[tuple[UUID, int]]


async def sent_since(session: AsyncSession, route: str, since: datetime) -> Sent:
    """Which versions went out by this route at some time since then?"""
    rows = await session.execute(SENT_SINCE, {"route": route, "since": since})
    return [(row.notice_id, row.version) for row in rows]


def month_of(instant: datetime) -> datetime:
    """The platform counts months by the calendar."""
    return local(instant).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def had_them(since: datetime) -> Select[tuple[UUID]]:
    """Who got, or may have got, all that there is in the month that began then; for others to put into theirs."""
    return (
        select(DeliveryRow.citizen_id)
        .join(VersionRow, (VersionRow.notice_id == DeliveryRow.notice_id) & (VersionRow.version == DeliveryRow.version))
        .join(RunRow, (RunRow.notice_id == DeliveryRow.notice_id) & (RunRow.version == DeliveryRow.version))
        .where(
            VersionRow.route == "mass",
            RunRow.started_at.is_not(None),
            or_(RunRow.closed_at.is_(None), RunRow.closed_at >= since),
            DeliveryRow.attempted_at >= since,
            DeliveryRow.state.in_(("attempting", "accepted", "in_doubt")),
        )
        .group_by(DeliveryRow.citizen_id)
        .having(func.count() >= ROUTES["mass"].a_month)
    )
