"""What can be asked of the FAQ? Search, entry, status; edits; and the questions that nobody could answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import date
from typing import Any

import msgspec
import structlog
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock, local
from services.db import Sessions
from services.dense.ranking import DenseRanking
from services.errors import BadRequest, NotFound
from services.faq import beyond, promise_repository, ranking, repository
from services.faq.models import FaqRow
from services.faq.types import FaqEntry, FaqHit, FaqResult, HeldEntry, Recorded, Status, Unanswered, UnansweredQuestion
from services.importing.delivery import Delivery, Entry, Progress, silent
from services.importing.report import Report
from services.importing.table import STAFF_FEED, imported_row
from services.search import revisions
from services.search.index import Document
from services.search.live import Changes, LiveIndex, SharedLanguage
from services.search.normalise import Normaliser
from services.search.presence import Presence

TOPIC = "faq"
log = structlog.stdlib.get_logger(__name__)


class EntryNotFound(NotFound):
    """There is no such entry that holds today."""

    type = "entry-not-found"


class FaqService:
    """The FAQ on one database."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        clock: Clock,
        language: SharedLanguage,
        dense: DenseRanking | None = None,
        beyond_all: Sequence[str] = (),
        presence: Presence | None = None,
    ) -> None:
        """`beyond_all`: questions that no entry is to answer, see `load_beyond`."""
        self._sessions = sessions
        self._clock = clock
        self._normalise = Normaliser()
        self._beyond = beyond.documents(beyond_all)
        self._index: LiveIndex[FaqHit | None] = LiveIndex(
            topic=TOPIC,
            sessions=sessions,
            language=language,
            tuning=ranking.TUNING,
            load=self._changes,
            dense=dense,
            presence=presence,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keeps the index warm, and the vectors complete, until the block ends."""
        async with self._index.watching():
            yield

    def outdate(self) -> None:
        """Something was written: the next search here reads it first, other machines see it within two seconds."""
        self._index.outdate()

    @property
    def is_ready(self) -> bool:
        """Is the index read?"""
        return self._index.is_ready

    @property
    def has_read_meanings(self) -> bool:
        """Has the dense ranking, where there is one, a vector of every question?"""
        return self._index.has_read_meanings

    async def search(self, question: str, *, limit: int = 3) -> FaqResult:
        """Which entries may answer. Where the words are not sure, a dense ranking is asked too, if there is one."""
        found = await self._index.search(question, ranking.LOOKED_AT)
        scored = [
            ranking.Scored(
                hit=msgspec.structs.replace(one.payload, score=one.score),
                score=one.score,
                words=one.words,
                exact=one.exact,
            )
            for one in found.matches
            if one.payload is not None
        ]
        return ranking.result(
            scored,
            today=self._today(),
            limit=limit,
            thresholds=found.thresholds,
            nearest=found.nearest,
            beyond=max((one.score for one in found.matches if one.payload is None), default=0.0),
        )

    async def entry(self, entry_id: str) -> HeldEntry:
        """The entry; raises EntryNotFound, also for one that does not hold today."""
        async with self._sessions() as session:
            row = await repository.find(session, entry_id)
        if row is None or row.retired_at is not None:
            raise EntryNotFound
        if not ranking.is_valid(row.valid_from, row.valid_until, self._today()):
            raise EntryNotFound
        return HeldEntry(**msgspec.structs.asdict(_entry(row)), written_at=row.updated_at)

    async def save(self, entry: FaqEntry) -> FaqEntry:
        """Adds or replaces an entry; live on every machine within two seconds.

        A later import leaves the edit alone as long as the file says what it said before.
        """
        now = self._clock.now()
        async with self._sessions.begin() as session:
            revision = await revisions.next_revision(session, TOPIC, now)
            row = await repository.find(session, entry.id)
            feed, content_hash = (row.feed, row.content_hash) if row else (STAFF_FEED, "")
            written = Entry(key=entry.id, value=entry, feed=feed, content_hash=content_hash)
            await repository.ENTRIES_TABLE.upsert(session, [imported_row(written, revision, now)])
        self._index.outdate()
        return entry

    async def status(self) -> Status:
        """How much there is."""
        async with self._sessions() as session:
            held = await repository.count_held(session, self._today())
            return Status(
                entries=held.valid,
                expired=held.expired,
                upcoming=held.upcoming,
                unanswered=await repository.count_unanswered(session),
                updated_at=await revisions.changed_at(session, TOPIC),
            )

    async def record_unanswered(self, question: UnansweredQuestion) -> Recorded:
        """Counts a question that nobody could answer; raises BadRequest where nothing is left of it."""
        asked = self._normalise(question.question)
        if not asked:
            raise BadRequest("question: there is no word in it")
        async with self._sessions.begin() as session:
            may_wait = await repository.record_unanswered(session, asked, question, self._clock.now())
        return Recorded(may_wait=may_wait)

    async def unanswered(self, *, limit: int = 50) -> list[Unanswered]:
        """What staff should answer, the most asked first."""
        async with self._sessions() as session:
            rows = await repository.unanswered(session, limit)
            return await promise_repository.with_waiting(session, rows)

    async def take_in(
        self, delivery: Delivery[FaqEntry], report: Report, *, retire: bool = False, progress: Progress = silent
    ) -> None:
        """Writes a delivery in one transaction and says in the report what it did. `progress`: entries just written."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            revision = await revisions.next_revision(session, TOPIC, now)
            remaining = await repository.ENTRIES_TABLE.but_withdrawn(session, delivery, report)
            await repository.ENTRIES_TABLE.take_in(
                session, remaining, report, revision=revision, now=now, retire=retire, progress=progress
            )
        self._index.outdate()
        log.info("faq.imported", added=report.added, updated=report.updated, gone=len(report.gone))

    async def _changes(self, session: AsyncSession, revision: int) -> AsyncGenerator[Changes[FaqHit | None], None]:
        """What the index has to learn; the first time, also what no entry answers."""
        if not revision:
            yield Changes(put=self._beyond, removed=())
        reading = repository.ENTRIES_TABLE.changed_since(session, revision, repository.SEARCHED)
        async with aclosing(reading) as pages:
            async for rows in pages:
                yield Changes(
                    put=[_document(row) for row in rows if row.retired_at is None],
                    removed=[row.id for row in rows if row.retired_at is not None],
                )

    def _today(self) -> date:
        return local(self._clock.now()).date()


def _entry(row: FaqRow) -> FaqEntry:
    return msgspec.convert(row, FaqEntry, from_attributes=True)


def _document(row: Row[Any]) -> Document[FaqHit | None]:
    """By which words an entry is found."""
    return Document(
        key=row.id,
        wordings=tuple(dict.fromkeys((row.question, *row.similar))),
        context=tuple(text for text in (row.department,) if text),
        payload=FaqHit(
            id=row.id,
            question=row.question,
            answer=row.answer,
            department=row.department,
            source=row.source,
            source_url=row.source_url,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            topics=row.topics,
            task_code=row.task_code,
            written_at=row.updated_at,
            score=0.0,
        ),
    )
