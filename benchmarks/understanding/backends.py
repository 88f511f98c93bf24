"""How do the backends come up for a measurement? A PostgreSQL of its own, the real importers and services."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from rich.console import Console

from services.catalogue.cli import import_files as import_items
from services.catalogue.service import TOPIC as CATALOGUE
from services.catalogue.service import CatalogueService
from services.cli import Context
from services.clock import SystemClock
from services.db import make_engine, make_sessions
from services.dense.choice import make_dense
from services.dense.ranking import DenseRanking
from services.embedded import EmbeddedPostgres, migrate
from services.faq.beyond import load_beyond
from services.faq.cli import import_files as import_entries
from services.faq.service import TOPIC as FAQ
from services.faq.service import FaqService
from services.metrics import Metrics
from services.search.live import SharedLanguage
from services.settings import ServicesSettings

#: Between two looks whether every text has its vector.
LOOK_EVERY_SECONDS = 0.2


class Server:
    """One PostgreSQL server for all that is measured; a database each time. `words_only`: nothing ranks by meaning."""

    def __init__(self, postgres: EmbeddedPostgres, out: Console, *, words_only: bool = False) -> None:
        self._postgres = postgres
        self._out = out
        self._search_model: Literal["bundled", "none"] = "none" if words_only else "bundled"
        self.language = SharedLanguage()

    @asynccontextmanager
    async def catalogue(self, name: str, files: Sequence[Path]) -> AsyncIterator[CatalogueService]:
        """A catalogue of the files' items."""
        async with self.catalogue_rows(name, files) as context:
            service = CatalogueService(
                sessions=context.sessions, clock=context.clock, language=self.language, dense=_dense(CATALOGUE, context)
            )
            async with service.running():
                await _read(service)
                yield service

    @asynccontextmanager
    async def faq(self, name: str, files: Sequence[Path]) -> AsyncIterator[FaqService]:
        """An FAQ of the files' entries."""
        async with self.faq_rows(name, files) as context:
            service = FaqService(
                sessions=context.sessions,
                clock=context.clock,
                language=self.language,
                dense=_dense(FAQ, context),
                beyond_all=load_beyond(),
            )
            async with service.running():
                await _read(service)
                yield service

    @asynccontextmanager
    async def catalogue_rows(self, name: str, files: Sequence[Path]) -> AsyncIterator[Context]:
        """A database with the files' items, and no service."""
        async with self._context(name) as context:
            await import_items(files, context)
            yield context

    @asynccontextmanager
    async def faq_rows(self, name: str, files: Sequence[Path]) -> AsyncIterator[Context]:
        """A database with the files' entries, and no service."""
        async with self._context(name) as context:
            await import_entries(files, context)
            yield context

    @asynccontextmanager
    async def _context(self, name: str) -> AsyncIterator[Context]:
        url = self._postgres.ensure_database(re.sub(r"\W", "_", name))
        migrate(url)
        engine = make_engine(url, application_name="zhengqiao-benchmark")
        settings = ServicesSettings(
            database_url=url, service_token="only-for-this-measurement", search_model=self._search_model
        )
        try:
            yield Context(sessions=make_sessions(engine), clock=SystemClock(), settings=settings, out=self._out)
        finally:
            await engine.dispose()


def _dense(topic: str, context: Context) -> DenseRanking | None:
    return make_dense([topic], context.sessions, context.settings, Metrics()).get(topic)


async def _read(service: CatalogueService | FaqService) -> None:
    """Waits until the index is there and every text has its vector, as in a service that has run for some minutes."""
    while not (service.is_ready and service.has_read_meanings):  # noqa: ASYNC110 (nothing else runs meanwhile)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
