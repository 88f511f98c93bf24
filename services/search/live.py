"""How does an index stay what the database says, on every machine, without a restart? Look, read the news, swap."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from services.background import looping
from services.db import Sessions
from services.dense.ranking import DenseRanking
from services.dense.types import Texts
from services.errors import Unavailable
from services.search.builder import IndexBuilder, load_language
from services.search.index import Document, Language, Match, P, Reading, TextIndex
from services.search.presence import Presence
from services.search.revisions import current_revision
from services.search.space import Tuning
from services.search.verdict import Thresholds, decide, load_thresholds

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


#: Reads what changed after a revision, a part at a time: all of a large catalogue at once would need much room.
Load = Callable[[AsyncSession, int], AsyncGenerator[Changes[P], None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found(Generic[P]):
    """What a search found, and by which thresholds it is to be judged."""

    matches: Sequence[Match[P]]
    thresholds: Thresholds
    #: How near in meaning the nearest text is, 0..1; None where that was not asked, or not of every text.
    nearest: float | None = None


class LiveIndex(Generic[P]):
    """One topic's index. Works by itself; `watching` keeps it warm, so that no question waits for a rebuild."""

    def __init__(
        self,
        *,
        topic: str,
        sessions: Sessions,
        language: SharedLanguage,
        tuning: Tuning,
        load: Load[P],
        dense: DenseRanking | None = None,
        presence: Presence | None = None,
    ) -> None:
        self._topic = topic
        self._sessions = sessions
        self._language = language
        self._tuning = tuning
        self._load = load
        self._thresholds = load_thresholds(topic)
        self._dense = dense
        self._presence = presence
        self._texts: Texts | None = None
        self._builder: IndexBuilder[P] | None = None
        self._index: TextIndex[P] | None = None
        self._revision = 0
        self._looked_at = 0.0
        self._watched = False
        self._outdated = False
        self._refreshing = asyncio.Lock()

    async def search(self, question: str, limit: int, *, also: Sequence[str] = ()) -> Found[P]:
        """The best documents first; raises Unavailable before the first load."""
        index = await self.current()
        # Some milliseconds of processor time: other requests go on meanwhile.
        reading, by_words = await asyncio.to_thread(_read, index, question, limit, also)
        found = Found(matches=by_words, thresholds=self._thresholds.words)
        texts = self._texts
        if self._dense is None or texts is None or _is_plain(by_words, self._thresholds.plain):
            return found
        # What is said in other words: the district's name, which stands in `question` only, says nothing of that.
        asked = also[0] if also else question
        near = await self._dense.near(asked, texts, normalise=self._language.get().normalise)
        if near is None:
            return found
        matches = await asyncio.to_thread(index.rank, reading, limit, near=near)
        return Found(matches=matches, thresholds=self._thresholds.meaning, nearest=near.nearest)

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
        """Would a question be answered at once, and as later ones?"""
        return self._index is not None and (self._dense is None or self._dense.has_looked)

    @property
    def revision(self) -> int:
        """Up to which revision has it read? 0 before the first load."""
        return self._revision

    @property
    def has_read_meanings(self) -> bool:
        """Has the dense ranking, where there is one, a vector of every text?"""
        return self._dense is None or (self._texts is not None and self._dense.has_read(self._texts))

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
                started = time.monotonic()
                builder = await self._known()
                changed = 0
                async with contextlib.aclosing(self._load(session, self._revision)) as reading:
                    async for changes in reading:
                        # Where the database goes away in between, this comes again, which changes nothing.
                        changed += await asyncio.to_thread(_put, builder, changes)
            index = self._index = await asyncio.to_thread(builder.build)
            self._revision, self._looked_at = revision, time.monotonic()
            self._texts = Texts(revision=revision, by_hash=index.texts)
            log.info(
                "index.built",
                topic=self._topic,
                revision=revision,
                documents=len(index),
                changed=changed,
                seconds=round(time.monotonic() - started, 3),
            )

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Looks for news in the background, and keeps vectors complete, until the block ends."""
        dense = self._dense.running(lambda: self._texts) if self._dense else contextlib.nullcontext()
        async with looping(self._look, name=f"{self._topic}-index"):
            self._watched = True
            try:
                async with dense:
                    yield
            finally:
                self._watched = False
        await self._leave()

    async def _look(self) -> float:
        try:
            await self.refresh()
            if self._presence is not None and self._index is not None:
                await self._presence.report(self._topic, self._revision, len(self._index))
        except (SQLAlchemyError, OSError) as error:
            log.warning("index.not_refreshed", topic=self._topic, error=type(error).__name__)
        except Exception:
            # A watcher that died would leave the index stale for good, and nobody would see it.
            log.exception("index.refresh_crashed", topic=self._topic)
        return LOOK_EVERY_SECONDS

    async def _leave(self) -> None:
        if self._presence is None:
            return
        try:
            await self._presence.leave(self._topic)
        except (SQLAlchemyError, OSError) as error:
            # The row goes by itself after a while.
            log.warning("index.not_left", topic=self._topic, error=type(error).__name__)

    async def _known(self) -> IndexBuilder[P]:
        """What has been read so far."""
        if self._builder is None:
            self._builder = IndexBuilder(await asyncio.to_thread(self._language.get), self._tuning)
        return self._builder


def _put(builder: IndexBuilder[P], changes: Changes[P]) -> int:
    """How many documents became other ones."""
    for key in changes.removed:
        builder.remove(key)
    for document in changes.put:
        builder.put(document)
    return len(changes.put) + len(changes.removed)


def _read(index: TextIndex[P], question: str, limit: int, also: Sequence[str]) -> tuple[Reading, Sequence[Match[P]]]:
    reading = index.read(question, also=also)
    return reading, index.rank(reading, limit)


def _is_plain(matches: Sequence[Match[P]], thresholds: Thresholds) -> bool:
    """Do the words alone say which one is meant? The same name in another district is no doubt about the name."""
    best_of = {match.family: match for match in reversed(matches)}
    return decide(sorted(best_of.values(), key=lambda match: -match.score), thresholds) == "sure"
