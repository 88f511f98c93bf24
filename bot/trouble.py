"""Which errors come from outside and pass? They are logged by name, all others with their traceback."""

from __future__ import annotations

import asyncio

import structlog
from procrastinate.exceptions import AppNotOpen, ConnectorException
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

#: The database is away, overloaded or starting. A traceback a second would say no more.
PASSING = (
    OperationalError,
    InterfaceError,
    NoFreeConnection,
    ConnectorException,
    AppNotOpen,
    OSError,
    asyncio.TimeoutError,
)


def log_trouble(log: structlog.stdlib.BoundLogger, event: str, error: Exception, **fields: str) -> None:
    """Logs an error that is being handled."""
    if isinstance(error, PASSING):
        log.error(event, error=type(error).__name__, **fields)
    else:
        log.error(event, error=type(error).__name__, exc_info=error, **fields)
