"""Is there one token for all processes, renewed in time, and never demanded too often?"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.errors import PlatformBusy, PlatformTokenInvalid
from bot.tokens.store import FORCE_A_DAY, TokenStore
from services.db import Sessions
from tests.fakes.clock import FixedClock


class CountingFetch:
    """A platform that gives token after token and counts."""

    def __init__(self) -> None:
        self.calls: list[bool] = []
        self.down = False

    async def __call__(self, *, force: bool) -> tuple[str, int]:
        await asyncio.sleep(0.05)
        if self.down:
            raise PlatformBusy()
        self.calls.append(force)
        return f"token-{len(self.calls)}", 7200


@pytest.fixture
def fetch() -> CountingFetch:
    return CountingFetch()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def stores(sessions: Sessions, clock: FixedClock, fetch: CountingFetch) -> list[TokenStore]:
    """As many processes' stores, on one database."""
    return [TokenStore(sessions=sessions, clock=clock, app_id="wx1", fetch=fetch) for _ in range(8)]


async def test_eight_processes_fetch_one_token(stores: list[TokenStore], fetch: CountingFetch) -> None:
    tokens = await asyncio.gather(*(store.token() for store in stores))

    assert set(tokens) == {"token-1"}
    assert fetch.calls == [False]


async def test_a_token_is_renewed_five_minutes_before_its_end(
    stores: list[TokenStore], clock: FixedClock, fetch: CountingFetch
) -> None:
    await stores[0].token()
    clock.advance(seconds=7200 - 301)
    assert await stores[0].token() == "token-1"

    clock.advance(seconds=2)

    assert await stores[0].token() == "token-2"
    assert fetch.calls == [False, False]


async def test_eight_processes_replace_a_rejected_token_once(stores: list[TokenStore], fetch: CountingFetch) -> None:
    rejected = await stores[0].token()

    tokens = await asyncio.gather(*(store.replace(rejected) for store in stores))

    assert set(tokens) == {"token-2"}
    assert fetch.calls == [False, True]


async def test_another_process_learns_of_the_replaced_token_soon(stores: list[TokenStore], clock: FixedClock) -> None:
    rejected = await stores[0].token()
    await stores[1].token()
    await stores[0].replace(rejected)

    clock.advance(seconds=31)

    assert await stores[1].token() == "token-2"


async def test_a_token_is_not_demanded_twice_within_30_seconds(stores: list[TokenStore], clock: FixedClock) -> None:
    second = await stores[0].replace(await stores[0].token())

    with pytest.raises(PlatformTokenInvalid, match="30 s"):
        await stores[0].replace(second)

    clock.advance(seconds=31)
    assert await stores[0].replace(second) == "token-3"


async def test_a_token_is_demanded_twenty_times_a_day_at_most(stores: list[TokenStore], clock: FixedClock) -> None:
    token = await stores[0].token()
    for _ in range(FORCE_A_DAY):
        clock.advance(seconds=31)
        token = await stores[0].replace(token)
    clock.advance(seconds=31)
    with pytest.raises(PlatformTokenInvalid, match="20 times"):
        await stores[0].replace(token)

    clock.instant += timedelta(days=1)

    assert await stores[0].replace(token) == "token-22"


async def test_a_platform_that_is_down_leaves_the_row_as_it_was(stores: list[TokenStore], fetch: CountingFetch) -> None:
    fetch.down = True
    with pytest.raises(PlatformBusy):
        await stores[0].token()

    fetch.down = False

    assert await stores[1].token() == "token-1"
