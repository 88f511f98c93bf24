"""How are citizens read and written?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.citizens.models import CitizenRow

#: What has to be true of the citizen in that column.
Such = Callable[[InstrumentedAttribute[UUID]], ColumnElement[bool]]


async def insert_missing(
    session: AsyncSession, *, channel: str, account: str, addresses: Sequence[str], now: datetime
) -> None:
    """Adds those addresses that are not known yet."""
    values = [
        {"citizen_id": uuid4(), "channel": channel, "account": account, "address": address, "created_at": now}
        for address in addresses
    ]
    await session.execute(insert(CitizenRow).values(values).on_conflict_do_nothing(constraint="uq_citizens_address"))


async def find_locked(session: AsyncSession, *, channel: str, account: str, address: str) -> CitizenRow | None:
    query = select(CitizenRow).filter_by(channel=channel, account=account, address=address)
    return (await session.scalars(query.with_for_update())).one_or_none()


async def touch(session: AsyncSession, *, channel: str, account: str, address: str, now: datetime) -> CitizenRow | None:
    """Notes the time of a message; the row stays locked. None where nobody has this address."""
    query = (
        update(CitizenRow)
        .filter_by(channel=channel, account=account, address=address)
        .values(last_message_at=now)
        .returning(CitizenRow)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(query)).one_or_none()


async def mark_followed(
    session: AsyncSession, *, channel: str, account: str, addresses: Sequence[str], now: datetime
) -> None:
    """Sets the time of following for those that do not have one."""
    await session.execute(
        update(CitizenRow)
        .filter_by(channel=channel, account=account, followed_at=None)
        .where(CitizenRow.address.in_(addresses))
        .values(followed_at=now, unfollowed_at=None)
    )


async def find_many(session: AsyncSession, citizen_ids: Sequence[UUID]) -> Sequence[CitizenRow]:
    return (await session.scalars(select(CitizenRow).where(CitizenRow.citizen_id.in_(citizen_ids)))).all()


async def followers_after(
    session: AsyncSession, after: UUID | None, limit: int, such: Such | None = None
) -> Sequence[CitizenRow]:
    query = select(CitizenRow).where(CitizenRow.followed_at.is_not(None)).order_by(CitizenRow.citizen_id).limit(limit)
    if after is not None:
        query = query.where(CitizenRow.citizen_id > after)
    if such is not None:
        query = query.where(such(CitizenRow.citizen_id))
    return (await session.scalars(query)).all()


async def count_followers(session: AsyncSession, such: Such | None = None) -> int:
    query = select(func.count()).select_from(CitizenRow).where(CitizenRow.followed_at.is_not(None))
    if such is not None:
        query = query.where(such(CitizenRow.citizen_id))
    return (await session.scalars(query)).one()
