"""How near are an index's texts to what a question means? Asked beside its words, and silent when it cannot tell."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.background import looping
from services.db import Sessions
from services.dense.availability import Availability
from services.dense.embedder import Embedder, EmbeddingsFailed, Vector
from services.dense.filler import Filler
from services.dense.masking import masked
from services.dense.store import NoVectors, VectorStore, prepare
from services.dense.types import Near, Texts
from services.metrics import Metrics

#: Between two looks for texts without a vector.
LOOK_EVERY_SECONDS = 1.0
#: Between two looks whether the texts are there.
START_EVERY_SECONDS = 0.1
#: A server without pgvector, or a database that is away, is tried again after this.
PREPARE_EVERY_SECONDS = 60.0
#: Farther texts are as good as not near.
LIMIT = 400

log = structlog.stdlib.get_logger(__name__)


class DenseRanking:
    """One topic's dense ranking; without `running` it knows nothing."""

    def __init__(self, *, topic: str, sessions: Sessions, embedder: Embedder, metrics: Metrics) -> None:
        self._topic = topic
        self._sessions = sessions
        self._embedder = embedder
        self._metrics = metrics
        self._store = VectorStore(topic=topic, model=embedder.model)
        self._availability = Availability(topic)
        self._filler = Filler(
            topic=topic,
            sessions=sessions,
            store=self._store,
            embedder=embedder,
            availability=self._availability,
            metrics=metrics,
        )
        self._ready = False
        self._told = False
        self._looked = False

    @property
    def has_looked(self) -> bool:
        """Has it tried to see which vectors there are? Before, a question would be ranked by its words only."""
        return self._looked or self._filler.has_compared

    def has_read(self, texts: Texts) -> bool:
        """Has every text its vector that can have one?"""
        return self._filler.settled(texts)

    async def near(self, question: str, texts: Texts, *, normalise: Callable[[str], str]) -> Near | None:
        """What is near to the question; None while model, database or vectors are not there."""
        asked = normalise(masked(question))
        length = self._filler.dimensions
        if not (self._ready and asked and length and self._availability.open):
            return None
        scale = self._embedder.scale
        try:
            vector = await self._embedder.question(asked)
            if len(vector) != length:
                raise EmbeddingsFailed(f"{len(vector)} dimensions, {length} before")
            found = await self._nearest(vector, above=scale.near)
        except EmbeddingsFailed as error:
            self._metrics.embeddings("question", "failed")
            self._availability.failed(error)
            return None
        except (SQLAlchemyError, OSError) as error:
            self._metrics.embeddings("question", "no_database")
            log.warning("dense.no_database", topic=self._topic, error=type(error).__name__)
            return None
        self._metrics.embeddings("question", "ok")
        self._availability.worked()
        nearness = {one: scale.nearness(similarity) for one, similarity in found.items()}
        return Near(nearness=nearness, unread=self._filler.unread(texts))

    async def _nearest(self, vector: Vector, *, above: float) -> Mapping[str, float]:
        # With many vectors that takes milliseconds: other requests go on meanwhile.
        held = await asyncio.to_thread(self._filler.held.nearest, vector, above=above, limit=LIMIT)
        if held is not None:
            return held
        async with self._sessions() as session:
            return await self._store.nearest(session, vector, above=above, limit=LIMIT)

    @contextlib.asynccontextmanager
    async def running(self, texts: Callable[[], Texts | None]) -> AsyncIterator[None]:
        """Fills vectors in the background and answers until the block ends. `texts`: None before they are read."""
        async with self._embedder.running(), looping(lambda: self._fill(texts()), name=f"{self._topic}-dense"):
            yield
        self._ready = False

    async def _fill(self, texts: Texts | None) -> float:
        try:
            return await self._step(texts)
        except NoVectors as error:
            self._tell(error)
            self._looked = True
            return PREPARE_EVERY_SECONDS
        except (SQLAlchemyError, OSError) as error:
            log.warning("dense.not_filled", topic=self._topic, error=type(error).__name__)
        except Exception:
            # A filler that died would leave new texts without vectors for good, and nobody would see it.
            log.exception("dense.fill_crashed", topic=self._topic)
        finally:
            # Whatever kept it from looking, words do without it.
            self._looked = self._looked or texts is not None
        return LOOK_EVERY_SECONDS

    async def _step(self, texts: Texts | None) -> float:
        """Does what is next; how long to wait after it, in seconds."""
        if not self._ready:
            await prepare(self._sessions)
            self._ready = True
        if texts is None:
            return START_EVERY_SECONDS
        return 0.0 if await self._filler.step(texts) else LOOK_EVERY_SECONDS

    def _tell(self, error: NoVectors) -> None:
        """Once: nothing gets worse by it."""
        if not self._told:
            log.error("dense.no_pgvector", topic=self._topic, reason=str(error), ranking="words only")
            self._told = True
