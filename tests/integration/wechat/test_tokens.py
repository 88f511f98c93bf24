"""Is there one token for all processes, renewed in time, and never demanded too often?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import PermissionDenied, PlatformBusy, PlatformError, PlatformTokenInvalid
from bot.tokens.store import FORCE_A_DAY, TokenStore
from services.db import Sessions, make_engine, make_sessions
from tests.fakes.clock import FixedClock

OVERLAP = timedelta(minutes=5)


class StablePlatform:
    """Gives the same token until five minutes before its end, or until it is forced to give another one."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        #: Was each call forced?
        self.calls: list[bool] = []
        self.failure: PlatformError | None = None
        #: Holds answers back until it is set.
        self.answering = asyncio.Event()
        self.answering.set()
        self._count = 0
        self._ends_at = clock.now()

    async def __call__(self, *, force: bool) -> tuple[str, int]:
        self.calls.append(force)
        await self.answering.wait()
        await asyncio.sleep(0.02)
        if self.failure is not None:
            raise self.failure
        if force or self._ends_at - self.clock.now() <= OVERLAP:
            self.revoke()
        return f"token-{self._count}", int((self._ends_at - self.clock.now()).total_seconds())

    def revoke(self) -> None:
        """As when somebody else with the same secret forces a new token."""
        self._count += 1
        self._ends_at = self.clock.now() + timedelta(seconds=7200)

    async def called(self, number: int) -> None:
        """Waits, with a bound, until it was called so often."""
        for _ in range(500):
            if len(self.calls) >= number:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"called {len(self.calls)} times, not {number}")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def platform(clock: FixedClock) -> StablePlatform:
    return StablePlatform(clock)


@pytest.fixture
def process(sessions: Sessions, clock: FixedClock, platform: StablePlatform) -> Callable[[], TokenStore]:
    """One more process's store on the same database."""
    return lambda: TokenStore(sessions=sessions, clock=clock, app_id="wx1", fetch=platform)


@pytest.fixture
def stores(process: Callable[[], TokenStore]) -> list[TokenStore]:
    return [process() for _ in range(8)]


async def test_eight_processes_fetch_one_token(stores: list[TokenStore], platform: StablePlatform) -> None:
    tokens = await asyncio.gather(*(store.token() for store in stores))

    assert set(tokens) == {"token-1"}
    assert platform.calls == [False]


async def test_two_hundred_calls_of_a_process_wait_for_one_fetch_with_one_connection(
    database_url: str, clock: FixedClock, platform: StablePlatform
) -> None:
    engine = make_engine(database_url, pool_size=1)
    store = TokenStore(sessions=make_sessions(engine), clock=clock, app_id="wx1", fetch=platform)

    tokens = await asyncio.gather(*(store.token() for _ in range(200)))

    assert set(tokens) == {"token-1"}
    assert platform.calls == [False]
    await engine.dispose()


async def test_a_token_is_renewed_five_minutes_before_its_end(
    stores: list[TokenStore], clock: FixedClock, platform: StablePlatform
) -> None:
    await stores[0].token()
    clock.advance(seconds=7200 - 301)
    assert await stores[0].token() == "token-1"

    clock.advance(seconds=2)

    assert await stores[0].token() == "token-2"
    assert platform.calls == [False, False]


async def test_while_one_process_renews_in_advance_the_others_go_on_with_the_old_token(
    stores: list[TokenStore], clock: FixedClock, platform: StablePlatform
) -> None:
    await stores[0].token()
    clock.advance(seconds=7200 - 299)
    platform.answering.clear()
    renewing = asyncio.create_task(stores[0].token())
    await platform.called(2)

    assert [await store.token() for store in stores[1:]] == ["token-1"] * 7

    platform.answering.set()
    assert await renewing == "token-2"
    assert platform.calls == [False, False]


async def test_a_platform_that_is_down_does_not_matter_while_the_old_token_works(
    stores: list[TokenStore], clock: FixedClock, platform: StablePlatform
) -> None:
    await stores[0].token()
    clock.advance(seconds=7200 - 299)
    platform.failure = PlatformBusy()

    assert [await stores[0].token() for _ in range(20)] == ["token-1"] * 20
    assert platform.calls == [False, False]

    clock.advance(seconds=11)
    platform.failure = None
    assert await stores[0].token() == "token-2"


@pytest.mark.parametrize("failure", [PlatformBusy, PermissionDenied])
async def test_without_a_token_the_platforms_refusal_is_told_to_all_who_wait(
    stores: list[TokenStore], platform: StablePlatform, failure: type[PlatformError]
) -> None:
    platform.failure = failure()

    outcomes = await asyncio.gather(*(stores[0].token() for _ in range(20)), return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {failure}
    assert platform.calls == [False]
    platform.failure = None
    assert await stores[1].token() == "token-1"


async def test_a_token_that_another_system_replaced_is_asked_for_and_not_demanded(
    stores: list[TokenStore], platform: StablePlatform
) -> None:
    rejected = await stores[0].token()
    platform.revoke()

    tokens = await asyncio.gather(*(store.replace(rejected) for store in stores for _ in range(5)))

    assert set(tokens) == {"token-2"}
    assert platform.calls == [False, False]


async def test_a_rejected_token_is_not_replaced_by_one_that_has_ended(
    stores: list[TokenStore], clock: FixedClock, platform: StablePlatform
) -> None:
    await stores[0].token()
    clock.advance(seconds=7200)

    assert await stores[0].replace("somebody-elses") == "token-2"


async def test_eight_processes_demand_another_token_once(stores: list[TokenStore], platform: StablePlatform) -> None:
    rejected = await stores[0].token()

    tokens = await asyncio.gather(*(store.replace(rejected) for store in stores for _ in range(5)))

    assert set(tokens) == {"token-2"}
    assert platform.calls == [False, False, True]


async def test_another_process_learns_of_the_replaced_token_soon(stores: list[TokenStore], clock: FixedClock) -> None:
    rejected = await stores[0].token()
    await stores[1].token()
    await stores[0].replace(rejected)
    assert await stores[1].token() == rejected

    clock.advance(seconds=31)

    assert await stores[1].token() == "token-2"


async def test_a_token_is_not_replaced_twice_within_30_seconds(
    stores: list[TokenStore], clock: FixedClock, platform: StablePlatform
) -> None:
    second = await stores[0].replace(await stores[0].token())
    asked = len(platform.calls)

    for store in stores:
        with pytest.raises(PlatformBusy, match="30 s"):
            await store.replace(second)

    assert len(platform.calls) == asked
    clock.advance(seconds=31)
    assert await stores[1].replace(second) == "token-3"


async def test_a_token_is_demanded_twenty_times_a_day_at_most(
    stores: list[TokenStore], clock: FixedClock, platform: StablePlatform
) -> None:
    token = await stores[0].token()
    for _ in range(FORCE_A_DAY):
        clock.advance(seconds=31)
        token = await stores[0].replace(token)
    clock.advance(seconds=31)
    with pytest.raises(PlatformTokenInvalid, match="20 times"):
        await stores[0].replace(token)
    assert platform.calls.count(True) == FORCE_A_DAY

    clock.instant += timedelta(days=1)

    assert await stores[0].replace(token) != token


async def test_a_demand_that_failed_counts_all_the_same(
    stores: list[TokenStore], clock: FixedClock, platform: StablePlatform, engine: AsyncEngine
) -> None:
    rejected = await stores[0].token()
    platform.answering.clear()
    replacing = asyncio.create_task(stores[0].replace(rejected))
    await platform.called(2)
    platform.answering.set()
    await platform.called(3)
    platform.failure = PlatformBusy()
    with pytest.raises(PlatformBusy):
        await replacing

    async with engine.connect() as connection:
        row = (await connection.execute(text("SELECT token, forced_count, forced_at FROM platform_tokens"))).one()
    assert tuple(row) == (rejected, 1, clock.now())


async def test_who_gives_up_waiting_does_not_stop_the_fetch_for_others(
    stores: list[TokenStore], platform: StablePlatform
) -> None:
    platform.answering.clear()
    impatient = asyncio.create_task(stores[0].token())
    patient = asyncio.create_task(stores[0].token())
    await platform.called(1)
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)

    platform.answering.set()

    assert await patient == "token-1"
    assert platform.calls == [False]


async def test_a_database_that_is_away_means_that_nothing_was_sent(
    database_url: str, clock: FixedClock, platform: StablePlatform
) -> None:
    engine = make_engine(database_url.replace("/t_", "/gone_"))
    store = TokenStore(sessions=make_sessions(engine), clock=clock, app_id="wx1", fetch=platform)

    with pytest.raises(PlatformBusy, match="row"):
        await store.token()

    await engine.dispose()


async def test_no_log_line_and_no_text_form_tells_the_token(
    stores: list[TokenStore], clock: FixedClock, platform: StablePlatform
) -> None:
    with structlog.testing.capture_logs() as logs:
        await stores[0].replace(await stores[0].token())
        clock.advance(seconds=7200 - 299)
        platform.failure = PlatformBusy()
        await stores[0].token()

    assert logs
    assert "token-" not in str(logs) + repr(vars(stores[0]))
