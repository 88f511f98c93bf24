"""Which citizens are there? Queries that others put into theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo
from uuid import UUID

from sqlalchemy import Select, select

from services.citizens.models import CitizenRow, TagMemberRow

#: The column that names a follower in what is asked of this topic.
CITIZEN = CitizenRow.citizen_id


def active_since(day: date, zone: tzinfo) -> Select[tuple[UUID]]:
    """Who has written to us since the beginning of that day."""
    return heard_since(datetime.combine(day, time.min, tzinfo=zone))


def tagged(tags: Sequence[str]) -> Select[tuple[UUID]]:
    """Who has one of the platform's tags, as they were read last."""
    return select(TagMemberRow.citizen_id).where(TagMemberRow.tag.in_(tags))


def heard_since(since: datetime) -> Select[tuple[UUID]]:
    """Who has written to us since then."""
    return select(CitizenRow.citizen_id).where(CitizenRow.last_message_at >= since)


def followers_between(after: UUID | None, upto: UUID | None) -> Select[tuple[UUID, str]]:
    """Followers, each with the channel, whose citizen_id lies after the one and not after the other; None: no bound."""
    query = select(CitizenRow.citizen_id, CitizenRow.channel).where(CitizenRow.followed_at.is_not(None))
    if after is not None:
        query = query.where(CitizenRow.citizen_id > after)
    return query if upto is None else query.where(CitizenRow.citizen_id <= upto)


def last_of(after: UUID | None, count: int) -> Select[tuple[UUID]]:
    """The last of the next `count` followers; nobody where there are not so many."""
    next_ones = followers_between(after, None).order_by(CitizenRow.citizen_id)
    return next_ones.with_only_columns(CitizenRow.citizen_id).offset(count - 1).limit(1)


def addressed() -> Select[tuple[UUID]]:
    """Who can be written to at all."""
    return select(CitizenRow.citizen_id).where(CitizenRow.address.is_not(None))
