"""How do texts get their vectors? In the background, in batches; what is true stands in rows, so a kill loses nothing.

A batch is claimed and committed, sent without a transaction open, and kept. A process that dies in between leaves a
claim that runs out; a vector that arrives twice changes nothing.
"""

from __future__ import annotations

import structlog

from services.db import Sessions
from services.dense.availability import Availability
from services.dense.client import EmbeddingsClient, EmbeddingsFailed, EmbeddingsRefused, Vector
from services.dense.store import VectorStore, Wanted
from services.metrics import Metrics
from services.search.revisions import current_revision

BATCH = 64
#: Nobody waits for a batch.
BATCH_SECONDS = 30.0

log = structlog.stdlib.get_logger(__name__)


class Filler:
    """Fills one topic's store."""

    def __init__(
        self,
        *,
        topic: str,
        sessions: Sessions,
        store: VectorStore,
        client: EmbeddingsClient,
        availability: Availability,
        metrics: Metrics,
    ) -> None:
        self._topic = topic
        self._sessions = sessions
        self._store = store
        self._client = client
        self._availability = availability
        self._metrics = metrics
        self._batch = BATCH
        self._settled_at = -1

    async def step(self) -> bool:
        """Fills one batch where there is one; True while there is more to do. Raises what the database raises."""
        if not self._availability.open:
            return False
        async with self._sessions.begin() as session:
            revision = await current_revision(session, self._topic)
            if revision == self._settled_at:
                return False
            texts = await self._store.claim(session, self._batch)
        if not texts:
            await self._settle(revision)
            return False
        return await self._fill(texts)

    async def _settle(self, revision: int) -> None:
        """Everything has its vector, or another process is at it: then this is looked at again."""
        async with self._sessions.begin() as session:
            waiting = await self._store.waiting(session)
            if not waiting:
                await self._store.forget(session)
        self._metrics.embeddings_waiting(self._topic, waiting)
        if not waiting:
            self._settled_at = revision

    async def _fill(self, texts: list[Wanted]) -> bool:
        self._metrics.embeddings_waiting(self._topic, len(texts))
        try:
            vectors = await self._client.embed([one.wording for one in texts], seconds=BATCH_SECONDS)
            await self._keep(texts, vectors)
        except EmbeddingsRefused as error:
            return await self._refused(texts, error)
        except EmbeddingsFailed as error:
            self._metrics.embeddings("text", "failed")
            self._availability.failed(error)
            async with self._sessions.begin() as session:
                await self._store.release(session, texts, for_good=False)
            return False
        self._metrics.embeddings("text", "ok")
        self._availability.worked()
        self._batch = min(self._batch * 2, BATCH)
        return True

    async def _keep(self, texts: list[Wanted], vectors: list[Vector]) -> None:
        async with self._sessions.begin() as session:
            length = await self._store.dimensions(session)
            if length is not None and length != len(vectors[0]):
                raise EmbeddingsFailed(f"{len(vectors[0])} dimensions, {length} before: another model has another name")
            await self._store.save(session, texts, vectors)

    async def _refused(self, texts: list[Wanted], error: EmbeddingsRefused) -> bool:
        """One text may spoil a batch: it is tried alone, and set aside when it is refused alone."""
        self._metrics.embeddings("text", "refused")
        alone = len(texts) == 1
        if alone:
            log.error("dense.text_refused", topic=self._topic, key=texts[0].key, reason=error.reason)
        async with self._sessions.begin() as session:
            await self._store.release(session, texts, for_good=alone)
        self._batch = 1
        return True
