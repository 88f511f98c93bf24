"""Fixtures for every floor: one embedded PostgreSQL a test run, one fresh migrated database a test."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import AsyncEngine

from services.db import Sessions, make_engine, make_sessions
from services.embedded import EmbeddedPostgres, migrate

TEMPLATE = "zhengqiao_template"

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("zhengqiao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zhengqiao")


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A real PostgreSQL server with a migrated template database.

    Not below pytest's own temporary folder: as root the server runs as another user, and every other pytest that starts
    meanwhile closes that folder to all but its owner, under the running server.
    """
    with (
        tempfile.TemporaryDirectory(prefix="zhengqiao-") as folder,
        EmbeddedPostgres(Path(folder) / "pgdata") as server,
    ):
        _forget_power_cuts(server)
        migrate(server.ensure_database(TEMPLATE))
        yield server


def _forget_power_cuts(server: EmbeddedPostgres) -> None:
    """A killed process loses nothing without these, only a machine does; making databases is several times faster."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The address of a fresh database with the whole schema, dropped afterwards."""
    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        yield postgres.url(name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
def sessions(engine: AsyncEngine) -> Sessions:
    return make_sessions(engine)
