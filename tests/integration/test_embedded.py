"""Does the embedded PostgreSQL come back after a crash, however long it takes, and say so where it does not?"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from services.embedded import DatabaseDoesNotStart, EmbeddedPostgres


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own folder: the server's own user has to get there, and a socket's path has to be short.
    with tempfile.TemporaryDirectory(prefix="zhengqiao-") as place:
        yield Path(place) / "pg"


def crash(server: EmbeddedPostgres) -> None:
    """The power fails."""
    process = psutil.Process(int((server.folder / "postmaster.pid").read_text().splitlines()[0]))
    process.kill()
    process.wait(60)


def ask(server: EmbeddedPostgres, query: str) -> object:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        found = connection.execute(query)  # type: ignore[call-overload]
        return found.fetchone()[0] if found.description else None


def make_slow(folder: Path) -> None:
    """The next start takes longer than the package waits: the server first asks an archive, which is slow once."""
    first = folder / "asked"
    command = f"test -e {first} || {{ touch {first}; sleep 12; }}; false"
    (folder / "recovery.signal").touch()
    with (folder / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = '{command}'\n")
    if os.geteuid() == 0:
        shutil.chown(folder / "recovery.signal", folder.owner())


def test_a_server_that_recovers_for_long_is_waited_for(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        ask(server, "CREATE TABLE promises AS SELECT 7 AS kept")
        crash(server)
        make_slow(folder)
        assert server.revive()
        assert (folder / "asked").exists()
        assert ask(server, "SELECT kept FROM promises") == 7
        assert not server.revive()


def test_a_server_that_refuses_its_settings_says_where_to_look(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        crash(server)
        settings = folder / "postgresql.auto.conf"
        good = settings.read_text()
        settings.write_text(good + "nonsense = 1\n")
        with pytest.raises(DatabaseDoesNotStart, match="log says why"):
            server.revive()
        settings.write_text(good)
        assert server.revive()
