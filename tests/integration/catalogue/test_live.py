"""An index follows the database on every machine, and outlives a database that is away."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalogue.service import CatalogueService
from services.db import Sessions, make_engine, make_sessions
from services.errors import Unavailable
from services.search.live import SharedLanguage
from tests.fakes.clock import FixedClock
from tests.fakes.waiting import eventually
from tests.integration.catalogue.conftest import Import, row


@pytest.fixture
def elsewhere(sessions: Sessions, clock: FixedClock, language: SharedLanguage) -> CatalogueService:
    """The same catalogue in another process."""
    return CatalogueService(sessions=sessions, clock=clock, language=language)


async def test_a_change_is_soon_found_everywhere(import_rows: Import, elsewhere: CatalogueService) -> None:
    await import_rows(row("1", "居住证申领"))
    async with elsewhere.running():

        async def found() -> bool:
            return [hit.task_code for hit in (await elsewhere.search("犬只登记")).hits] == ["2"]

        assert not await found()
        await import_rows(row("1", "居住证申领"), row("2", "犬只登记"))
        await eventually(found)


async def test_a_service_that_nobody_keeps_warm_looks_for_itself(
    import_rows: Import, elsewhere: CatalogueService
) -> None:
    await import_rows(row("1", "居住证申领"))
    assert (await elsewhere.search("居住证申领")).verdict == "sure"
    await import_rows(row("1", "犬只登记"))

    async def renamed() -> bool:
        return (await elsewhere.search("犬只登记")).verdict == "sure"

    await eventually(renamed)


async def test_search_goes_on_while_the_database_is_away(
    import_rows: Import, elsewhere: CatalogueService, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_rows(row("1", "居住证申领"))
    assert (await elsewhere.search("居住证申领")).verdict == "sure"

    def refuse(*arguments: object, **options: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(engine.pool, "connect", refuse)
    monkeypatch.setattr("services.search.live.LOOK_EVERY_SECONDS", 0.0)
    assert (await elsewhere.search("居住证申领")).verdict == "sure"


async def test_without_a_database_from_the_start_search_says_so(clock: FixedClock, language: SharedLanguage) -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none")
    service = CatalogueService(sessions=make_sessions(engine), clock=clock, language=language)
    with pytest.raises(Unavailable):
        await service.search("居住证申领")
    await engine.dispose()


async def test_many_searches_at_once_build_the_index_once(
    import_rows: Import, elsewhere: CatalogueService, capfd: pytest.CaptureFixture[str]
) -> None:
    await import_rows(row("1", "居住证申领"))
    found = await asyncio.gather(*(elsewhere.search("居住证申领") for _ in range(20)))
    assert {result.verdict for result in found} == {"sure"}
    assert capfd.readouterr().out.count("index.built") == 1
