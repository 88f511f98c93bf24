"""Who is a citizen, where are they reached, and who follows us?

Methods that take a session work in the caller's transaction and leave the commit to it; the others commit themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.citizens import repository
from services.citizens.models import CitizenRow
from services.citizens.repository import Such
from services.citizens.types import Citizen
from services.clock import Clock
from services.db import Sessions


class CitizenService:
    """The registry of citizens."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def heard_from(self, session: AsyncSession, *, channel: str, account: str, address: str) -> Citizen:
        """The citizen behind an address that has just written, made where there is none yet; its row stays locked
        until the transaction ends, so that messages of one citizen are taken in one after the other."""
        where, now = {"channel": channel, "account": account}, self._clock.now()
        row = await repository.touch(session, **where, address=address, now=now)
        while row is None:  # a second round only where another transaction erased the citizen in between
            await repository.insert_missing(session, **where, addresses=[address], now=now)
            row = await repository.touch(session, **where, address=address, now=now)
        return _citizen(row)

    async def find(self, session: AsyncSession, *, channel: str, account: str, address: str) -> Citizen | None:
        """The citizen behind an address, None for an unknown one; the row stays locked as above."""
        row = await repository.find_locked(session, channel=channel, account=account, address=address)
        return _citizen(row) if row is not None else None

    async def follow(self, session: AsyncSession, citizen_id: UUID) -> None:
        """The citizen follows the account from now on."""
        row = await session.get_one(CitizenRow, citizen_id)
        row.followed_at, row.unfollowed_at = row.followed_at or self._clock.now(), None

    async def unfollow(self, session: AsyncSession, citizen_id: UUID) -> None:
        """The citizen's address is erased at once: nothing reaches them any more, and a return is a new citizen."""
        row = await session.get_one(CitizenRow, citizen_id)
        row.address = row.followed_at = row.last_message_at = None
        row.unfollowed_at = row.unfollowed_at or self._clock.now()

    async def remember_followers(self, *, channel: str, account: str, addresses: Sequence[str]) -> None:
        """Takes in followers that the platform lists; those known already stay as they are."""
        if not addresses:
            return
        where = {"channel": channel, "account": account}
        async with self._sessions.begin() as session:
            await repository.insert_missing(session, **where, addresses=addresses, now=self._clock.now())
            await repository.mark_followed(session, **where, addresses=addresses, now=self._clock.now())

    async def resolve(self, citizen_id: UUID) -> Citizen | None:
        """The citizen, or None where there never was one; `address` is None for who was erased."""
        async with self._sessions() as session:
            row = await session.get(CitizenRow, citizen_id)
        return _citizen(row) if row is not None else None

    async def resolve_many(self, citizen_ids: Sequence[UUID]) -> list[Citizen]:
        """The citizens among these whom there ever were; `address` is None for who was erased."""
        async with self._sessions() as session:
            rows = await repository.find_many(session, citizen_ids)
        return [_citizen(row) for row in rows]

    async def followers(self, after: UUID | None, limit: int, *, such: Such | None = None) -> list[Citizen]:
        """The next followers (of whom something is true) in the order of citizen_id, those after `after`; fewer than
        `limit` at the end."""
        async with self._sessions() as session:
            rows = await repository.followers_after(session, after, limit, such)
        return [_citizen(row) for row in rows]

    async def count_followers(self, *, such: Such | None = None) -> int:
        async with self._sessions() as session:
            return await repository.count_followers(session, such)


def _citizen(row: CitizenRow) -> Citizen:
    return Citizen(
        citizen_id=row.citizen_id,
        channel=row.channel,
        account=row.account,
        address=row.address,
        followed_at=row.followed_at,
        unfollowed_at=row.unfollowed_at,
        last_message_at=row.last_message_at,
    )
