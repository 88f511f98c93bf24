"""How does an index stay what the database says, on every machine, without a restart? Look, read the news, swap."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from services.db import Sessions
from services.errors import Unavailable
from services.search.builder import IndexBuilder, load_language
from services.search.index import Document, Language, P, TextIndex, Tuning
from services.search.revisions import current_revision

#: Between two looks at the topic's revision; an edit is live within this and the time of a rebuild.
LOOK_EVERY_SECONDS = 0.5

log = structlog.stdlib.get_logger(__name__)


class SharedLanguage:
    """The dictionaries of one process: read once, by the first thread that needs them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._language: Language | None = None

    def get(self) -> Language:
        """Reads the dictionaries the first time, which takes a second or two: call it in a thread."""
        with self._lock:
            if self._language is None:
                self._language = load_language()
            return self._language


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes(Generic[P]):
    """What became of a topic's documents since a revision."""

    put: Sequence[Document[P]]
    removed: Sequence[str]


#: Reads what changed after a revision.
Load = Callable[[AsyncSession, int], Awaitable[Changes[P]]]


class LiveIndex(Generic[P]):
    """One topic's index. Works by itself; `watching` keeps it warm, so that no question waits for a rebuild."""

    def __init__(
        self, *, topic: str, sessions: Sessions, language: SharedLanguage, tuning: Tuning, load: Load[P]
    ) -> None:
        self._topic = topic
        self._sessions = sessions
        self._language = language
        self._tuning = tuning
        self._load = load
        self._builder: IndexBuilder[P] | None = None
        self._index: TextIndex[P] | None = None
        self._revision = 0
        self._looked_at = 0.0
        self._watched = False
        self._outdated = False
        self._refreshing = asyncio.Lock()

    async def search(self, question: str, limit: int, *, also: Sequence[str] = ()) -> list[tuple[P, float, bool]]:
        """Payload, score and exactness of the best documents first; raises Unavailable before the first load."""
        index = await self.current()
        # Some milliseconds of processor time: other requests go on meanwhile.
        matches = await asyncio.to_thread(index.search, question, limit, also=also)
        return [(match.payload, match.score, match.exact) for match in matches]

    async def current(self) -> TextIndex[P]:
        """The index, fresh to LOOK_EVERY_SECONDS; raises Unavailable where there is none yet and no database."""
        unwatched = not self._watched and time.monotonic() - self._looked_at > LOOK_EVERY_SECONDS
        stale = unwatched or self._outdated
        if self._index is None or stale:
            try:
                await self.refresh()
            except (SQLAlchemyError, OSError) as error:
                # What was true a moment ago answers better than nothing.
                log.warning("index.stale", topic=self._topic, error=type(error).__name__)
        if self._index is None:
            raise Unavailable(f"the {self._topic} index has not been read yet")
        return self._index

    @property
    def is_ready(self) -> bool:
        """Would a question be answered at once?"""
        return self._index is not None

    def outdate(self) -> None:
        """Says that this process has just written: its next search sees that."""
        self._outdated = True

    async def refresh(self) -> None:
        """Takes in what the database has that the index has not; raises what the driver raises."""
        async with self._refreshing:
            self._outdated = False
            async with self._sessions() as session:
                # The number first: rows that are written in between come again next time, which changes nothing.
                revision = await current_revision(session, self._topic)
                if self._index is not None and revision == self._revision:
                    self._looked_at = time.monotonic()
                    return
                changes = await self._load(session, self._revision)
            started = time.monotonic()
            self._index = await asyncio.to_thread(self._rebuilt, changes)
            self._revision, self._looked_at = revision, time.monotonic()
            log.info(
                "index.built",
                topic=self._topic,
                revision=revision,
                documents=len(self._index),
                changed=len(changes.put) + len(changes.removed),
                seconds=round(time.monotonic() - started, 3),
            )

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Looks for news in the background until the block ends."""
        task = asyncio.create_task(self._watch(), name=f"{self._topic}-index")
        self._watched = True
        try:
            yield
        finally:
            self._watched = False
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self) -> None:
        while True:
            try:
                await self.refresh()
            except (SQLAlchemyError, OSError) as error:
                log.warning("index.not_refreshed", topic=self._topic, error=type(error).__name__)
            except Exception:
                # A watcher that died would leave the index stale for good, and nobody would see it.
                log.exception("index.refresh_crashed", topic=self._topic)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _rebuilt(self, changes: Changes[P]) -> TextIndex[P]:
        if self._builder is None:
            self._builder = IndexBuilder(self._language.get(), self._tuning)
        for key in changes.removed:
            self._builder.remove(key)
        for document in changes.put:
            self._builder.put(document)
        return self._builder.build()
