"""Which processes hold an index of a topic, and how far has each read? Every process writes it down, SQL reads it."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.db import Sessions
from services.search.models import SearchReader, SearchRevision

#: A process writes when it has read something new, and otherwise this often: a row in ten seconds is cheap.
WRITE_EVERY_SECONDS = 10.0
#: Who has not written for so long does not answer any more, or hangs.
SILENT_AFTER = timedelta(seconds=45)
#: And after so long the row goes: the process was killed, or its machine taken away.
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """One running process; a machine may run several."""

    id: UUID
    machine: str
    pid: int

    @classmethod
    def this(cls) -> Process:
        """The one that asks; every call is another reader."""
        return cls(id=uuid4(), machine=socket.gethostname()[:200], pid=os.getpid())


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """One process's index of one topic."""

    machine: str
    pid: int
    #: Up to which revision it has read, and how many documents that made.
    revision: int
    documents: int
    #: When the process began to read, when its index last changed, and when it last wrote that it is there.
    since: datetime
    read_at: datetime
    seen_at: datetime
    #: How many revisions it lacks.
    behind: int
    is_silent: bool


class Presence:
    """Writes for one process; reads for all. Times are the database's: machines' clocks differ."""

    def __init__(self, *, sessions: Sessions, process: Process) -> None:
        self._sessions = sessions
        self._process = process
        #: Topic -> revision that was written, and when by this process's own counter.
        self._written: dict[str, tuple[int, float]] = {}

    async def report(self, topic: str, revision: int, documents: int) -> None:
        """Says how far the index has read; does nothing where that was said a moment ago."""
        known, at = self._written.get(topic, (-1, 0.0))
        if known == revision and time.monotonic() - at < WRITE_EVERY_SECONDS:
            return
        first = insert(SearchReader).values(
            topic=topic,
            process_id=self._process.id,
            machine=self._process.machine,
            pid=self._process.pid,
            revision=revision,
            documents=documents,
            since=func.now(),
            read_at=func.now(),
            seen_at=func.now(),
        )
        now = {"revision": revision, "documents": documents, "seen_at": func.now()}
        if known != revision:
            now["read_at"] = func.now()
        async with self._sessions.begin() as session:
            await session.execute(
                first.on_conflict_do_update(index_elements=[SearchReader.topic, SearchReader.process_id], set_=now)
            )
            await session.execute(delete(SearchReader).where(SearchReader.seen_at < func.now() - FORGOTTEN_AFTER))
        self._written[topic] = (revision, time.monotonic())

    async def leave(self, topic: str) -> None:
        """Says that the process reads no more."""
        self._written.pop(topic, None)
        mine = (SearchReader.topic == topic, SearchReader.process_id == self._process.id)
        async with self._sessions.begin() as session:
            await session.execute(delete(SearchReader).where(*mine))

    async def readers(self, topic: str) -> Sequence[Reader]:
        """Every process by machine."""
        newest = select(SearchRevision.revision).where(SearchRevision.topic == topic).scalar_subquery()
        silent = SearchReader.seen_at < func.now() - SILENT_AFTER
        behind = func.greatest(func.coalesce(newest, 0) - SearchReader.revision, 0)
        query = (
            select(SearchReader, behind, silent)
            .where(SearchReader.topic == topic)
            .order_by(SearchReader.machine, SearchReader.pid, SearchReader.since)
        )
        async with self._sessions() as session:
            return [_reader(row, lacks, is_silent) for row, lacks, is_silent in await session.execute(query)]


def _reader(row: SearchReader, behind: int, is_silent: bool) -> Reader:  # noqa: FBT001
    return Reader(
        machine=row.machine,
        pid=row.pid,
        revision=row.revision,
        documents=row.documents,
        since=row.since,
        read_at=row.read_at,
        seen_at=row.seen_at,
        behind=behind,
        is_silent=is_silent,
    )
