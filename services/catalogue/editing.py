"""How do staff change the catalogue? List, edit an item, try an import and then do it; every change is audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.catalogue import desk_repository as repository
from services.catalogue import situations
from services.catalogue.desk_repository import Feed, Wanted
from services.catalogue.models import CatalogueItem
from services.catalogue.repository import ITEMS_TABLE
from services.catalogue.service import TOPIC, CatalogueService, ItemNotFound
from services.catalogue.types import Item
from services.clock import Clock
from services.db import Sessions
from services.errors import BadRequest, Conflict
from services.importing.delivery import Delivery, Entry, Progress, content_hash, silent
from services.importing.report import Report
from services.importing.table import imported_row
from services.search import revisions

#: Changed items that a trial names one by one.
NAMED = 200
_FIELDS = Item.__struct_fields__


class ItemOutdated(Conflict):
    """Somebody else, or an import, has changed the item since the page was shown."""

    type = "item-outdated"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskItem:
    """One item with all that staff know of it."""

    item: Item
    in_force: bool
    feed: str
    #: The search revision that wrote it.
    revision: int
    updated_at: datetime
    #: Was it changed here since it was imported?
    edited: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedItem:
    """What an import would do to one item."""

    task_code: str
    task_name: str
    is_new: bool
    #: Names of fields that differ; none where it only comes back into force.
    fields: Sequence[str]
    #: Would it write over what staff have changed here?
    edited: bool


@dataclass(kw_only=True)
class Trial:
    """What an import did, or would do."""

    report: Report
    #: The first of the new and changed items.
    changed: list[ChangedItem] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncState:
    """How far the imports are."""

    #: The database's revision, and when it was written.
    revision: int
    changed_at: datetime | None
    feeds: Sequence[Feed]


class _NotWritten(Exception):
    """Rolls a trial back."""


class CatalogueDesk:
    """The staff's side of the catalogue."""

    def __init__(self, *, sessions: Sessions, clock: Clock, catalogue: CatalogueService) -> None:
        self._sessions = sessions
        self._clock = clock
        self._catalogue = catalogue

    async def page(self, wanted: Wanted) -> Sequence[repository.Listed]:
        """Items by code."""
        async with self._sessions() as session:
            return await repository.page(session, wanted)

    async def item(self, task_code: str) -> DeskItem:
        """One item, in force or not; raises ItemNotFound."""
        async with self._sessions() as session:
            row = await session.get(CatalogueItem, task_code)
        if row is None:
            raise ItemNotFound
        return _desk_item(row)

    async def area_codes(self, district: str, *, but: str) -> Sequence[str]:
        """Which area codes the other items of that district have; none for items without a district."""
        if not district:
            return []
        async with self._sessions() as session:
            return await repository.area_codes(session, district, but=but)

    async def save(self, actor: Actor, item: Item, *, base: int) -> bool:
        """Writes the item; citizens get it within two seconds. False: nothing was different.

        `base`: the revision of the item on which the page was written. Raises ItemNotFound, ItemOutdated, BadRequest.
        """
        wrong = situations.fault(item)
        if wrong is not None:
            raise BadRequest(f"{wrong[0]}: {wrong[1]}")
        now = self._clock.now()
        async with self._sessions.begin() as session:
            row = await session.get(CatalogueItem, item.task_code)
            if row is not None and _item(row) == item:
                return False
            # Writers of the topic pass one at a time from here on.
            revision = await revisions.next_revision(session, TOPIC, now)
            row = await session.get(CatalogueItem, item.task_code, with_for_update=True, populate_existing=True)
            if row is None:
                raise ItemNotFound
            known = _item(row)
            if row.revision != base:
                raise ItemOutdated
            # Feed and hash stay the import's: the same file again leaves the edit alone.
            entry = Entry(key=item.task_code, value=item, feed=row.feed, content_hash=row.content_hash)
            values = imported_row(entry, revision, now)
            await ITEMS_TABLE.upsert(session, [{**values, "retired_at": row.retired_at}])
            record(session, actor, "catalogue.edited", _subject(item.task_code), now=now, before=known, after=item)
        self._catalogue.outdate()
        return True

    async def try_out(self, delivery: Delivery[Item], report: Report, *, retire: bool) -> Trial:
        """What an import of this would do; nothing is written."""
        trial = Trial(report=report)
        try:
            async with self._sessions.begin() as session:
                await self._write(session, delivery, trial, retire=retire)
                raise _NotWritten
        except _NotWritten:
            return trial

    async def take_in(
        self, actor: Actor, delivery: Delivery[Item], report: Report, *, retire: bool, progress: Progress = silent
    ) -> Trial:
        """Does it in one transaction, and writes down who did. `progress`: rows just dealt with."""
        trial = Trial(report=report)
        async with self._sessions.begin() as session:
            await self._write(session, delivery, trial, retire=retire, progress=progress)
            done = {"added": report.added, "updated": report.updated, "bad": len(report.bad)}
            gone = {"gone": len(report.gone), "retired": report.retired, "feeds": sorted(delivery.feeds)}
            subject = Subject(kind="catalogue", id="import")
            record(session, actor, "catalogue.imported", subject, now=self._clock.now(), after={**done, **gone})
        self._catalogue.outdate()
        return trial

    async def _write(
        self,
        session: AsyncSession,
        delivery: Delivery[Item],
        trial: Trial,
        *,
        retire: bool,
        progress: Progress = silent,
    ) -> None:
        now = self._clock.now()
        revision = await revisions.next_revision(session, TOPIC, now)
        trial.changed = await _changes(session, delivery)
        await ITEMS_TABLE.take_in(
            session, delivery, trial.report, revision=revision, now=now, retire=retire, progress=progress
        )

    async def sync(self) -> SyncState:
        """How far the imports are; who has read how far, `Presence.readers` says."""
        async with self._sessions() as session:
            return SyncState(
                revision=await revisions.current_revision(session, TOPIC),
                changed_at=await revisions.changed_at(session, TOPIC),
                feeds=await repository.feeds(session),
            )


async def _changes(session: AsyncSession, delivery: Delivery[Item]) -> list[ChangedItem]:
    """The first of the entries that are new or differ from what was imported."""
    hashes = await repository.hashes(session)
    differing = [entry for entry in delivery.entries if hashes.get(entry.key) != (entry.content_hash, True)][:NAMED]
    rows = {row.task_code: row for row in await repository.rows(session, [entry.key for entry in differing])}
    return [_changed(entry, rows.get(entry.key)) for entry in differing]


def _changed(entry: Entry[Item], row: CatalogueItem | None) -> ChangedItem:
    item = entry.value
    known = _item(row) if row is not None else None
    fields = [name for name in _FIELDS if known is not None and getattr(known, name) != getattr(item, name)]
    edited = row is not None and _desk_item(row).edited
    return ChangedItem(
        task_code=item.task_code, task_name=item.task_name, is_new=row is None, fields=fields, edited=edited
    )


def _desk_item(row: CatalogueItem) -> DeskItem:
    item = _item(row)
    return DeskItem(
        item=item,
        in_force=row.retired_at is None and row.task_state == "1",
        feed=row.feed,
        revision=row.revision,
        updated_at=row.updated_at,
        edited=content_hash(item, row.feed) != row.content_hash,
    )


def _item(row: CatalogueItem) -> Item:
    return msgspec.convert({name: getattr(row, name) for name in _FIELDS}, Item)


def _subject(task_code: str) -> Subject:
    return Subject(kind="item", id=task_code)
