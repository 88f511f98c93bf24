"""Is every citizen known once, listed while they follow, and forgotten when they leave?"""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from services.citizens.service import CitizenService
from services.citizens.types import Citizen
from services.db import Sessions
from tests.fakes.clock import FixedClock

ACCOUNT = {"channel": "wechat", "account": "gh_city"}


@pytest.fixture
def citizens(sessions: Sessions) -> CitizenService:
    return CitizenService(sessions=sessions, clock=FixedClock())


async def heard_from(citizens: CitizenService, sessions: Sessions, address: str) -> Citizen:
    async with sessions.begin() as session:
        return await citizens.heard_from(session, **ACCOUNT, address=address)


async def test_twenty_first_messages_at_once_make_one_citizen(citizens: CitizenService, sessions: Sessions) -> None:
    seen = await asyncio.gather(*(heard_from(citizens, sessions, "o1") for _ in range(20)))
    assert len({citizen.citizen_id for citizen in seen}) == 1


async def test_the_same_address_on_another_account_is_another_citizen(
    citizens: CitizenService, sessions: Sessions
) -> None:
    first = await heard_from(citizens, sessions, "o1")
    async with sessions.begin() as session:
        second = await citizens.heard_from(session, channel="wechat", account="gh_other", address="o1")
    assert first.citizen_id != second.citizen_id


async def test_followers_come_in_pages_without_gaps(citizens: CitizenService) -> None:
    await citizens.remember_followers(**ACCOUNT, addresses=[f"o{number}" for number in range(25)])
    await citizens.remember_followers(**ACCOUNT, addresses=[f"o{number}" for number in range(25)])
    seen: list[UUID] = []
    while page := await citizens.followers(seen[-1] if seen else None, 10):
        seen += [citizen.citizen_id for citizen in page]
    assert len(seen) == len(set(seen)) == await citizens.count_followers() == 25


async def test_somebody_who_only_writes_is_no_follower(citizens: CitizenService, sessions: Sessions) -> None:
    await heard_from(citizens, sessions, "o1")
    assert await citizens.followers(None, 10) == []


async def test_who_unfollows_has_no_address_and_returns_as_somebody_new(
    citizens: CitizenService, sessions: Sessions
) -> None:
    before = await heard_from(citizens, sessions, "o1")
    async with sessions.begin() as session:
        await citizens.follow(session, before.citizen_id)
    assert [citizen.address for citizen in await citizens.followers(None, 10)] == ["o1"]

    async with sessions.begin() as session:
        await citizens.unfollow(session, before.citizen_id)
    forgotten = await citizens.resolve(before.citizen_id)

    assert forgotten is not None
    assert (forgotten.address, forgotten.followed_at, forgotten.last_message_at) == (None, None, None)
    assert await citizens.followers(None, 10) == []
    assert (await heard_from(citizens, sessions, "o1")).citizen_id != before.citizen_id


async def test_an_unknown_citizen_is_none(citizens: CitizenService, sessions: Sessions) -> None:
    assert await citizens.resolve(UUID(int=1)) is None
    async with sessions.begin() as session:
        assert await citizens.find(session, **ACCOUNT, address="nobody") is None
