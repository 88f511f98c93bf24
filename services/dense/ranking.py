"""Which documents mean what a question means? Asked beside the lexical index, and silent when it cannot tell."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

import aiohttp
import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.db import Sessions
from services.dense.availability import Availability
from services.dense.client import EmbeddingsClient, EmbeddingsFailed
from services.dense.filler import Filler
from services.dense.fusion import Near
from services.dense.masking import masked
from services.dense.settings import DenseSettings
from services.dense.store import NoVectors, VectorStore, prepare
from services.metrics import Metrics

#: Between two looks for texts without a vector.
LOOK_EVERY_SECONDS = 1.0
#: A server without pgvector, or a database that is away, is tried again after this.
PREPARE_EVERY_SECONDS = 60.0
LIMIT = 10

log = structlog.stdlib.get_logger(__name__)


class DenseRanking:
    """One topic's dense ranking; without `running` it knows nothing."""

    def __init__(
        self, *, topic: str, texts: str, sessions: Sessions, settings: DenseSettings, metrics: Metrics
    ) -> None:
        self.settings = settings
        self._topic = topic
        self._sessions = sessions
        self._store = VectorStore(topic=topic, model=settings.model, texts=texts)
        self._availability = Availability(topic)
        self._metrics = metrics
        self._client: EmbeddingsClient | None = None
        self._ready = False

    async def nearest(self, question: str) -> Sequence[Near]:
        """The nearest documents, the nearest first; nothing while endpoint, database or vectors are not there."""
        asked = masked(question)
        if not (self._ready and self._client and asked and self._availability.open):
            return ()
        try:
            vector = (await self._client.embed([asked], seconds=self.settings.seconds))[0]
            async with self._sessions() as session:
                length = await self._store.dimensions(session)
                if length is None:
                    return ()
                if length != len(vector):
                    raise EmbeddingsFailed(f"{len(vector)} dimensions, {length} before")
                found = await self._store.nearest(session, vector, LIMIT)
        except EmbeddingsFailed as error:
            self._metrics.embeddings("question", "failed")
            self._availability.failed(error)
            return ()
        except (SQLAlchemyError, OSError) as error:
            self._metrics.embeddings("question", "no_database")
            log.warning("dense.no_database", topic=self._topic, error=type(error).__name__)
            return ()
        self._metrics.embeddings("question", "ok")
        self._availability.worked()
        return found

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Fills vectors in the background and answers until the block ends."""
        async with aiohttp.ClientSession() as session:
            self._client = EmbeddingsClient(
                session, url=self.settings.url, model=self.settings.model, key=self.settings.key
            )
            task = asyncio.create_task(self._fill(self._client), name=f"{self._topic}-dense")
            try:
                yield
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
                self._client, self._ready = None, False

    async def _fill(self, client: EmbeddingsClient) -> None:
        filler = Filler(
            topic=self._topic,
            sessions=self._sessions,
            store=self._store,
            client=client,
            availability=self._availability,
            metrics=self._metrics,
        )
        while True:
            pause = LOOK_EVERY_SECONDS
            try:
                if not self._ready:
                    await prepare(self._sessions)
                    self._ready = True
                if await filler.step():
                    pause = 0.0
            except NoVectors as error:
                log.error("dense.no_pgvector", topic=self._topic, reason=str(error), ranking="lexical only")
                pause = PREPARE_EVERY_SECONDS
            except (SQLAlchemyError, OSError) as error:
                log.warning("dense.not_filled", topic=self._topic, error=type(error).__name__)
            except Exception:
                # A filler that died would leave new texts without vectors for good, and nobody would see it.
                log.exception("dense.fill_crashed", topic=self._topic)
            await asyncio.sleep(pause)
