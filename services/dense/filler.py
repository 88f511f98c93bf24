"""How do texts get their vectors? In the background, in batches; what is true stands in rows, so a kill loses nothing.

A batch is claimed and committed, sent without a transaction open, and kept. A process that dies in between leaves a
claim that runs out; a vector that arrives twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.db import Sessions
from services.dense.availability import Availability
from services.dense.embedder import Embedder, EmbeddingsFailed, EmbeddingsRefused, Vector
from services.dense.held import HeldVectors
from services.dense.store import Kept, VectorStore
from services.dense.types import Texts
from services.metrics import Metrics
from services.search.revisions import held_revision

#: Vectors read from the database at a time.
HELD_AT_A_TIME = 2_000

log = structlog.stdlib.get_logger(__name__)


class Filler:
    """Fills one topic's store, and knows how far that is."""

    def __init__(
        self,
        *,
        topic: str,
        sessions: Sessions,
        store: VectorStore,
        embedder: Embedder,
        availability: Availability,
        metrics: Metrics,
    ) -> None:
        self._topic = topic
        self._sessions = sessions
        self._store = store
        self._embedder = embedder
        self._availability = availability
        self._metrics = metrics
        self._batch = embedder.batch
        #: What was compared with the store, what of it is to be done, and what is done wholly.
        self._seen: Texts | None = None
        self._pending: list[str] = []
        self._settled: Texts | None = None
        self._filled: set[str] = set()
        self._unread: tuple[Texts, frozenset[str]] | None = None
        #: The length of the vectors kept; None where there are none.
        self.dimensions: int | None = None
        #: The vectors of what is filled, as far as this process knows, where they fit.
        self.held = HeldVectors()

    @property
    def has_compared(self) -> bool:
        """Does it know which vectors there are? Making those that are missing may take minutes."""
        return self._seen is not None

    def settled(self, texts: Texts) -> bool:
        """Has every text its vector that can have one?"""
        return texts is self._settled

    def unread(self, texts: Texts) -> frozenset[str]:
        """Those without a vector, as far as this process knows."""
        if self._unread is None or self._unread[0] is not texts:
            self._unread = (texts, frozenset(texts.by_hash.keys() - self._filled))
        return self._unread[1]

    async def step(self, texts: Texts) -> bool:
        """Fills one batch where there is one; True while there is more to do. Raises what the database raises."""
        if texts is self._settled or not self._availability.open:
            return False
        if texts is not self._seen or not self._pending:
            await self._compare(texts)
        if not self._pending:
            await self._settle(texts)
            return False
        batch = self._pending[: self._batch]
        async with self._sessions.begin() as session:
            claimed = await self._store.claim(session, batch)
        self._pending = self._pending[len(batch) :]
        # What another process is at is looked for again when the rest is done.
        return await self._fill({one: texts.by_hash[one] for one in claimed}) if claimed else bool(self._pending)

    async def _compare(self, texts: Texts) -> None:
        async with self._sessions() as session:
            kept = await self._store.kept(session)
            await self._hold(session, kept)
        self._seen, self._filled, self._unread = texts, set(kept.filled), None
        self.dimensions = kept.dimensions
        self._pending = [one for one in texts.by_hash if one not in kept.filled and one not in kept.refused]
        self._metrics.embeddings_waiting(self._topic, len(self._pending))

    async def _hold(self, session: AsyncSession, kept: Kept) -> None:
        """Gets what is not at hand; nothing where all together do not fit."""
        fits = self.held.fits(len(kept.filled), kept.dimensions or 0)
        self.held.keep(kept.filled if fits else ())
        lacking = self.held.lacking(kept.filled) if fits else []
        for start in range(0, len(lacking), HELD_AT_A_TIME):
            self.held.add(await self._store.vectors(session, lacking[start : start + HELD_AT_A_TIME]))

    async def _settle(self, texts: Texts) -> None:
        """Everything has its vector. What is no longer said goes, unless other texts have come meanwhile."""
        async with self._sessions.begin() as session:
            if await held_revision(session, self._topic) != texts.revision:
                return
            await self._store.forget(session, texts.by_hash.keys())
        self._settled = texts
        log.info("dense.filled", topic=self._topic, texts=len(texts.by_hash))

    async def _fill(self, wanted: Mapping[str, str]) -> bool:
        try:
            vectors = await self._embedder.texts(list(wanted.values()))
            await self._keep(dict(zip(wanted, vectors, strict=True)))
        except EmbeddingsRefused as error:
            return await self._refused(wanted, error)
        except EmbeddingsFailed as error:
            self._metrics.embeddings("text", "failed")
            self._availability.failed(error)
            async with self._sessions.begin() as session:
                await self._store.release(session, wanted, for_good=False)
            return False
        self._filled.update(wanted)
        self._unread = None
        self._metrics.embeddings("text", "ok")
        self._metrics.embeddings_waiting(self._topic, len(self._pending))
        self._availability.worked()
        self._batch = min(self._batch * 2, self._embedder.batch)
        return True

    async def _keep(self, vectors: Mapping[str, Vector]) -> None:
        length = len(next(iter(vectors.values())))
        if self.dimensions is not None and length != self.dimensions:
            raise EmbeddingsFailed(f"{length} dimensions, {self.dimensions} before: another model has another name")
        async with self._sessions.begin() as session:
            await self._store.save(session, vectors)
        self.dimensions = length
        if self.held.fits(len(self._filled) + len(vectors), length):
            self.held.add({one: vectors[one] for one in self.held.lacking(vectors)})
        else:
            self.held.keep(())

    async def _refused(self, wanted: Mapping[str, str], error: EmbeddingsRefused) -> bool:
        """One text may spoil a batch: it is tried alone, and set aside when it is refused alone."""
        self._metrics.embeddings("text", "refused")
        alone = len(wanted) == 1
        if alone:
            log.error("dense.text_refused", topic=self._topic, text=next(iter(wanted.values())), reason=error.reason)
        async with self._sessions.begin() as session:
            await self._store.release(session, wanted, for_good=alone)
        self._batch = 1
        return True
