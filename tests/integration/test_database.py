"""Does a fresh database have the whole schema, and does the schema match the models?"""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from migrations.models import metadata
from services.db import ping

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
