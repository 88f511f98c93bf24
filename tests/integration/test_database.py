"""Does a fresh database have the whole schema, and does the schema match the models?"""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.trouble import PASSING
from migrations.models import metadata
from services.db import make_engine, ping

#: Made by libraries, which migrate them by their own means.
FOREIGN_PREFIXES = ("procrastinate_", "events", "alembic_version")


async def test_a_fresh_database_answers(engine: AsyncEngine) -> None:
    await ping(engine)


async def test_the_migrated_schema_equals_the_models(engine: AsyncEngine) -> None:
    def differences(connection: Connection) -> list[object]:
        def ours(thing: object, name: str | None, kind: str, *rest: object) -> bool:
            return not (kind == "table" and name is not None and name.startswith(FOREIGN_PREFIXES))

        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        return list(compare_metadata(context, metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_who_stops_in_the_middle_of_a_transaction_keeps_nobody_waiting_for_ever(database_url: str) -> None:
    stopped, going_on = make_engine(database_url, locks_kept_seconds=0.5), make_engine(database_url)
    locked = text("SELECT id FROM held FOR UPDATE")
    try:
        async with going_on.begin() as connection:
            await connection.execute(text("CREATE TABLE held AS SELECT 1 AS id"))
        async with stopped.connect() as sleeper:
            await sleeper.execute(locked)
            async with going_on.begin() as other:
                assert (await asyncio.wait_for(other.execute(locked), 60)).scalar_one() == 1
            with pytest.raises(PASSING):
                await sleeper.execute(locked)
        async with stopped.begin() as awake:
            assert (await awake.execute(locked)).scalar_one() == 1
    finally:
        await stopped.dispose()
        await going_on.dispose()
