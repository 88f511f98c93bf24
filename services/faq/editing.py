"""How do staff change the FAQ? Drafts, publishing with a version for each, withdrawing, going back; all audited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock, local
from services.db import Sessions
from services.faq import desk_repository as repository
from services.faq import promise_repository
from services.faq.desk_types import (
    Change,
    DeskEntry,
    DeskEntryNotFound,
    Draft,
    DraftOutdated,
    OwnDraft,
    Version,
    WordingTaken,
)
from services.faq.models import DraftRow, FaqRow, VersionRow
from services.faq.repository import ENTRIES_TABLE
from services.faq.service import TOPIC, FaqService
from services.faq.types import FaqEntry
from services.importing.delivery import Entry
from services.importing.table import STAFF_FEED, imported_row
from services.search import revisions


class FaqDesk:
    """The staff's side of the FAQ."""

    def __init__(self, *, sessions: Sessions, clock: Clock, faq: FaqService, second_person: bool) -> None:
        """`second_person`: who wrote a draft may not publish it."""
        self._sessions = sessions
        self._clock = clock
        self._faq = faq
        self._second_person = second_person

    async def page(self, wanted: repository.Wanted) -> Sequence[repository.Listed]:
        """Entries and drafts by id."""
        async with self._sessions() as session:
            return await repository.page(session, wanted, local(self._clock.now()).date())

    async def departments(self) -> Sequence[str]:
        """Those that have entries."""
        async with self._sessions() as session:
            return await repository.departments(session)

    async def entry(self, entry_id: str) -> DeskEntry:
        """Raises DeskEntryNotFound."""
        async with self._sessions() as session:
            return await self._entry(session, entry_id)

    async def find(self, entry_id: str) -> DeskEntry | None:
        """The entry; None where there is none yet."""
        try:
            return await self.entry(entry_id)
        except DeskEntryNotFound:
            return None

    async def waiting(self, owners: Sequence[str]) -> tuple[repository.Due, int]:
        """How many answers have expired or soon will, those of these owners apart, and how many drafts wait."""
        async with self._sessions() as session:
            due = await repository.count_due(session, local(self._clock.now()).date(), owners)
            return due, await repository.count_drafts(session)

    async def versions(self, entry_id: str) -> Sequence[Version]:
        """The latest first."""
        async with self._sessions() as session:
            return [_version(row) for row in await repository.versions(session, entry_id)]

    async def taken(self, entry: FaqEntry) -> Sequence[tuple[str, str, str]]:
        """Wordings of this entry that belong to another: wording, the other's id and question."""
        async with self._sessions() as session:
            return await repository.taken(session, entry)

    async def published(self) -> Sequence[FaqEntry]:
        """Everything that is not withdrawn, by id."""
        async with self._sessions() as session:
            rows = await repository.published(session)
        return [msgspec.convert(row, FaqEntry, from_attributes=True) for row in rows]

    async def save_draft(self, actor: Actor, entry: FaqEntry, *, answers: Sequence[str] = ()) -> None:
        """Keeps what was written, and which unanswered questions it answers; citizens see nothing of it."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            before = await repository.draft(session, entry.id)
            base = await repository.latest_version(session, entry.id)
            content = msgspec.to_builtins(entry)
            row = DraftRow(entry_id=entry.id, content=content, base=base, answers=list(answers), by=actor.login, at=now)
            await session.merge(row)
            old = msgspec.convert(before.content, FaqEntry) if before else None
            record(session, actor, "faq.drafted", _subject(entry.id), now=now, before=old, after=entry)

    async def discard_draft(self, actor: Actor, entry_id: str) -> None:
        """Throws the draft away; the audit log keeps what it said."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await repository.draft(session, entry_id)
            if row is None:
                raise DeskEntryNotFound
            await session.delete(row)
            old = msgspec.convert(row.content, FaqEntry)
            record(session, actor, "faq.draft_discarded", _subject(entry_id), now=now, before=old)

    async def publish(self, actor: Actor, entry: FaqEntry, *, base: int, answers: Sequence[str] = ()) -> int:
        """Citizens get this from now on, within two seconds on every machine. `base`: the version it was written upon.

        `answers`: unanswered questions that are answered with it; they are off the list, and who waits for one is
        told. Gives how many that are. Raises DraftOutdated, OwnDraft and WordingTaken.
        """
        if self._second_person:
            await self._check_author(actor, entry)
        taken = await self.taken(entry)
        if taken:
            raise WordingTaken(taken)
        return await self._write(actor, entry, base=base, change="published", action="faq.published", answers=answers)

    async def restore(self, actor: Actor, entry_id: str, version: int) -> None:
        """Publishes an old version again, as a new one. Raises DeskEntryNotFound and WordingTaken."""
        async with self._sessions() as session:
            row = await repository.version(session, entry_id, version)
            base = await repository.latest_version(session, entry_id)
        if row is None:
            raise DeskEntryNotFound
        entry = msgspec.convert(row.content, FaqEntry)
        taken = await self.taken(entry)
        if taken:
            raise WordingTaken(taken)
        await self._write(actor, entry, base=base, change="restored", action="faq.restored")

    async def withdraw(self, actor: Actor, entry_id: str) -> None:
        """Citizens do not get it any more; it can be restored. Raises DeskEntryNotFound."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await repository.locked(session, entry_id)
            if row is None or row.retired_at is not None:
                raise DeskEntryNotFound
            content = msgspec.convert(row, FaqEntry, from_attributes=True)
            latest = await self._first_version(session, row, content)
            revision = await revisions.next_revision(session, TOPIC, now)
            row.retired_at, row.updated_at, row.feed, row.revision = now, now, STAFF_FEED, revision
            session.add(_version_row(content, latest + 1, "withdrawn", by=actor.login, at=now))
            record(session, actor, "faq.withdrawn", _subject(entry_id), now=now, before=content)
        self._faq.outdate()

    async def _check_author(self, actor: Actor, entry: FaqEntry) -> None:
        async with self._sessions() as session:
            draft = await repository.draft(session, entry.id)
        written = msgspec.convert(draft.content, FaqEntry) if draft else None
        if draft is None or draft.by == actor.login or written != entry:
            raise OwnDraft

    async def _write(
        self, actor: Actor, entry: FaqEntry, *, base: int, change: Change, action: str, answers: Sequence[str] = ()
    ) -> int:
        now = self._clock.now()
        async with self._sessions.begin() as session:
            # Two who publish at once are put in a row here, also where the entry is new.
            revision = await revisions.next_revision(session, TOPIC, now)
            row = await repository.locked(session, entry.id)
            before = msgspec.convert(row, FaqEntry, from_attributes=True) if row else None
            known = await repository.latest_version(session, entry.id)
            if known != base:
                raise DraftOutdated
            if row is not None and before is not None:
                known = await self._first_version(session, row, before)
            feed, content_hash = (row.feed, row.content_hash) if row else (STAFF_FEED, "")
            written = Entry(key=entry.id, value=entry, feed=feed, content_hash=content_hash)
            await ENTRIES_TABLE.upsert(session, [imported_row(written, revision, now)])
            session.add(_version_row(entry, known + 1, change, by=actor.login, at=now))
            await repository.drop_draft(session, entry.id)
            # In this very transaction: whoever dies after it has told everybody, or another will.
            to_tell = await promise_repository.answered(session, answers, entry.id, known + 1, now) if answers else 0
            record(session, actor, action, _subject(entry.id), now=now, before=before, after=entry)
        self._faq.outdate()
        return to_tell

    async def _first_version(self, session: AsyncSession, row: FaqRow, content: FaqEntry) -> int:
        """The number of the version that is published; what an import brought becomes one before it is changed."""
        latest = await repository.version(session, row.id, await repository.latest_version(session, row.id))
        if latest is not None and (msgspec.convert(latest.content, FaqEntry) == content or row.retired_at is not None):
            return latest.version
        number = latest.version + 1 if latest else 1
        session.add(_version_row(content, number, "imported", by="", at=row.updated_at))
        return number

    async def _entry(self, session: AsyncSession, entry_id: str) -> DeskEntry:
        row = await session.get(FaqRow, entry_id)
        draft = await repository.draft(session, entry_id)
        if row is None and draft is None:
            raise DeskEntryNotFound
        today = local(self._clock.now()).date()
        return DeskEntry(
            id=entry_id,
            published=msgspec.convert(row, FaqEntry, from_attributes=True) if row else None,
            state=repository.state_of(row, today),
            draft=_draft(draft) if draft else None,
            version=await repository.latest_version(session, entry_id),
        )


def new_entry_id() -> str:
    """For an entry that staff write; imported ones bring theirs."""
    return f"staff-{uuid4().hex[:12]}"


def _version_row(entry: FaqEntry, number: int, change: Change, *, by: str, at: datetime) -> VersionRow:
    content = msgspec.to_builtins(entry)
    return VersionRow(entry_id=entry.id, version=number, content=content, change=change, by=by, at=at)


def _version(row: VersionRow) -> Version:
    return Version(
        version=row.version,
        content=msgspec.convert(row.content, FaqEntry),
        change=row.change,  # type: ignore[arg-type]  # the table allows no other
        by=row.by,
        at=row.at,
    )


def _draft(row: DraftRow) -> Draft:
    content = msgspec.convert(row.content, FaqEntry)
    return Draft(content=content, base=row.base, answers=row.answers, by=row.by, at=row.at)


def _subject(entry_id: str) -> Subject:
    return Subject(kind="faq", id=entry_id)
