"""How do we reach PostgreSQL? Engine, sessions, the table base, and a check that it answers."""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import Any, ClassVar

from psycopg.errors import IdleInTransactionSessionTimeout
from sqlalchemy import DateTime, Engine, MetaData, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

#: So long after its last use a connection is asked whether it still lives.
IDLE_SECONDS = 1.0
USED_AT = "zhengqiao_used_at"

#: A process that was stopped in the middle of a transaction keeps its locks from all others no longer than this.
LOCKS_KEPT_SECONDS = 60

#: What hands out sessions: `async with sessions.begin() as session:` commits at the end, rolls back on an error.
Sessions = async_sessionmaker[AsyncSession]


class Base(DeclarativeBase):
    """Base of every table, ours and the edge's: one metadata, so that migrations can be checked against it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    #: Every `Mapped[datetime]` is timestamptz: an instant, never a wall clock.
    type_annotation_map: ClassVar[dict[type, Any]] = {datetime: DateTime(timezone=True)}


def sqlalchemy_url(database_url: str) -> str:
    """The libpq address `postgresql://...` with SQLAlchemy's driver name for psycopg 3."""
    url = make_url(database_url)
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def make_engine(
    database_url: str,
    *,
    pool_size: int = 10,
    application_name: str = "zhengqiao",
    locks_kept_seconds: float = LOCKS_KEPT_SECONDS,
) -> AsyncEngine:
    """An engine that connects on first use; the caller disposes it."""
    # What the address itself asks for stays, and counts for more.
    asked = str(make_url(database_url).query.get("options", ""))
    engine = create_async_engine(
        sqlalchemy_url(database_url),
        pool_size=pool_size,
        max_overflow=pool_size,
        # An error's text would else hold the values of the statement: names, numbers, what citizens wrote.
        hide_parameters=True,
        connect_args={
            "application_name": application_name,
            "connect_timeout": 5,
            "options": f"-c idle_in_transaction_session_timeout={round(locks_kept_seconds * 1000)} {asked}".rstrip(),
        },
    )
    ping_idle_connections(engine.sync_engine)
    name_lost_sessions(engine.sync_engine)
    return engine


def ping_idle_connections(engine: Engine) -> None:
    """Asks a connection whether it still lives before it is used, as `pool_pre_ping` does, but only one that has lain
    idle: under load, asking each time is one trip to the server in six."""

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[USED_AT] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get(USED_AT, math.inf) < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            # The pool drops this one, and all that are as old, and tries again with a fresh one.
            raise InvalidatePoolError() from error


def name_lost_sessions(engine: Engine) -> None:
    """Whose session the server ended in the middle of a transaction has lost its connection, as with any other cause:
    OperationalError, and not the driver's InternalError, which says that the code is wrong."""

    @event.listens_for(engine, "handle_error", retval=True)
    def lost(context: ExceptionContext) -> BaseException | None:
        original = context.original_exception
        if not isinstance(original, IdleInTransactionSessionTimeout):
            return None
        return OperationalError(context.statement, {}, original, hide_parameters=True, connection_invalidated=True)


def make_sessions(engine: AsyncEngine) -> Sessions:
    """Sessions whose loaded values stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


def single_statements(sessions: Sessions) -> Sessions:
    """Sessions on the same connections whose every statement is a transaction of its own: one trip to the server in
    place of three, for what needs no more than one statement."""
    engine: AsyncEngine = sessions.kw["bind"]
    return make_sessions(engine.execution_options(isolation_level="AUTOCOMMIT"))


async def ping(engine: AsyncEngine) -> None:
    """Raises what the driver raises when the database does not answer."""
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
