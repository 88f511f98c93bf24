"""How is a delivery written so that doing it twice changes nothing? SQL for any table with the import's columns."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import BigInteger, Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, QueryableAttribute, mapped_column

from services.importing.delivery import Delivered, Delivery, Entry, Progress, silent
from services.importing.report import Gone, Report

#: Rows a statement writes at a time; PostgreSQL takes 65,535 parameters.
BATCH = 500
#: Rows read at a time, where all are read.
PAGE = 1_000


class ImportedColumns:
    """Columns of every table that deliveries fill."""

    #: Which delivery brings the row: what a later delivery of the same feed lacks is gone.
    feed: Mapped[str] = mapped_column(index=True)
    #: Of the entry as imported; an equal one is left alone.
    content_hash: Mapped[str]
    #: The search revision that wrote the row.
    revision: Mapped[int] = mapped_column(BigInteger, index=True)
    #: Since when it is no longer in force.
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


M = TypeVar("M", bound=ImportedColumns)
S = TypeVar("S", bound=Delivered)


#: The feed of what staff wrote, changed or withdrew here.
STAFF_FEED = "staff"


class ImportedTable(Generic[M]):
    """One such table: its model, and the names of the columns with the key and with what people call the row."""

    def __init__(self, model: type[M], *, key: str, name: str) -> None:
        self._model = model
        self._key: Any = getattr(model, key)
        self._name: Any = getattr(model, name)

    async def changed_since(
        self, session: AsyncSession, revision: int, columns: Sequence[QueryableAttribute[Any]]
    ) -> AsyncGenerator[Sequence[Row[Any]], None]:
        """These columns of every row that a later revision wrote, in force or not, page by page.

        Who may be cut off in the middle closes it: the database's cursor stays open until then.
        """
        query = select(*columns).where(self._model.revision > revision).execution_options(yield_per=PAGE)
        found = await session.stream(query)
        try:
            async for page in found.partitions():
                yield page
        finally:
            await found.close()

    async def but_withdrawn(self, session: AsyncSession, delivery: Delivery[S], report: Report) -> Delivery[S]:
        """The delivery without what staff withdrew: no delivery brings that back. It is reported as unchanged."""
        query = select(self._key).where(self._model.retired_at.is_not(None), self._model.feed == STAFF_FEED)
        withdrawn = set(await session.scalars(query))
        kept = [entry for entry in delivery.entries if entry.key not in withdrawn]
        report.unchanged += len(delivery.entries) - len(kept)
        return replace(delivery, entries=kept)

    async def take_in(
        self,
        session: AsyncSession,
        delivery: Delivery[S],
        report: Report,
        *,
        revision: int,
        now: datetime,
        retire: bool,
        progress: Progress = silent,
    ) -> None:
        """Writes what is new or changed and reports it. `progress`: entries just dealt with."""
        changed = await self._changed(session, delivery.entries, report)
        progress(len(delivery.entries) - len(changed))
        for start in range(0, len(changed), BATCH):
            batch = changed[start : start + BATCH]
            await self.upsert(session, [imported_row(entry, revision, now) for entry in batch])
            progress(len(batch))
        held = await self._of_feeds(session, delivery.feeds)
        gone = [Gone(key=key, name=name) for key, name in held.items() if key not in delivery.mentioned]
        report.gone += gone
        # A row that could not be read may be one that seems gone: nothing is retired on a guess.
        report.retire_withheld = retire and bool(gone) and bool(report.bad)
        if retire and gone and not report.bad:
            await self.retire(session, [one.key for one in gone], revision, now)
            report.retired = True

    async def upsert(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
        """Writes whole rows; of one that is there only its key and `created_at` stay."""
        statement = insert(self._model)
        replaced = {
            column.name: statement.excluded[column.name]
            for column in self._model.__table__.columns  # type: ignore[attr-defined]
            if column.name not in {self._key.key, "created_at"}
        }
        await session.execute(statement.on_conflict_do_update(index_elements=[self._key], set_=replaced), list(rows))

    async def retire(self, session: AsyncSession, keys: Sequence[str], revision: int, now: datetime) -> None:
        """Marks rows as no longer in force."""
        await session.execute(
            update(self._model).where(self._key.in_(keys)).values(retired_at=now, revision=revision, updated_at=now)
        )

    async def _changed(self, session: AsyncSession, entries: Iterable[Entry[S]], report: Report) -> list[Entry[S]]:
        rows = await session.execute(select(self._key, self._model.content_hash, self._model.retired_at))
        known = {key: (content_hash, retired_at) for key, content_hash, retired_at in rows}
        changed = []
        for entry in entries:
            content_hash, retired_at = known.get(entry.key, ("", None))
            if content_hash == entry.content_hash and retired_at is None:
                report.unchanged += 1
                continue
            report.updated += bool(content_hash)
            report.added += not content_hash
            changed.append(entry)
        return changed

    async def _of_feeds(self, session: AsyncSession, feeds: Iterable[str]) -> dict[str, str]:
        """Keys and names of the rows of these feeds that are not retired."""
        rows = await session.execute(
            select(self._key, self._name)
            .where(self._model.feed.in_(list(feeds)), self._model.retired_at.is_(None))
            .order_by(self._key)
        )
        return {key: name for key, name in rows}  # noqa: C416 -- a result has keys(), which dict() would call


def imported_row(entry: Entry[S], revision: int, now: datetime) -> dict[str, Any]:
    """The entry as a table row, in force."""
    # Dates stay dates: the driver knows them.
    value = msgspec.to_builtins(entry.value, builtin_types=(datetime, date))
    return {
        **value,
        "feed": entry.feed,
        "content_hash": entry.content_hash,
        "revision": revision,
        "retired_at": None,
        "created_at": now,
        "updated_at": now,
    }
