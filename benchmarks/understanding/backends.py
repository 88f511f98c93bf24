"""How do the backends come up for a measurement? A PostgreSQL of its own, the real importers and services."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console

from services.catalogue.cli import import_files as import_items
from services.catalogue.service import CatalogueService
from services.cli import Context
from services.clock import SystemClock
from services.db import make_engine, make_sessions
from services.embedded import EmbeddedPostgres, migrate
from services.faq.cli import import_files as import_entries
from services.faq.service import FaqService
from services.search.live import SharedLanguage
from services.settings import ServicesSettings


class Server:
    """One PostgreSQL server for all that is measured; a database each time."""

    def __init__(self, postgres: EmbeddedPostgres, out: Console) -> None:
        self._postgres = postgres
        self._out = out
        self.language = SharedLanguage()

    @asynccontextmanager
    async def catalogue(self, name: str, files: Sequence[Path]) -> AsyncIterator[CatalogueService]:
        """A catalogue of the files' items."""
        async with self._context(name) as context:
            await import_items(files, context)
            yield CatalogueService(sessions=context.sessions, clock=context.clock, language=self.language)

    @asynccontextmanager
    async def faq(self, name: str, files: Sequence[Path]) -> AsyncIterator[FaqService]:
        """An FAQ of the files' entries."""
        async with self._context(name) as context:
            await import_entries(files, context)
            yield FaqService(sessions=context.sessions, clock=context.clock, language=self.language)

    @asynccontextmanager
    async def _context(self, name: str) -> AsyncIterator[Context]:
        url = self._postgres.ensure_database(re.sub(r"\W", "_", name))
        migrate(url)
        engine = make_engine(url, application_name="zhengqiao-benchmark")
        settings = ServicesSettings(database_url=url, service_token="only-for-this-measurement")
        try:
            yield Context(sessions=make_sessions(engine), clock=SystemClock(), settings=settings, out=self._out)
        finally:
            await engine.dispose()
