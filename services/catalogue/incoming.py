"""What does a delivery of items hold? Rows of either format read, checked and made ready, the bad ones named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from services.catalogue import dump
from services.catalogue.types import Item
from services.importing import BadRow, BadRowError, Report, Row, cleaned, converted, read_rows, unknown_fields


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One good item."""

    item: Item
    #: What delivers it.
    feed: str
    content_hash: str


@dataclass(kw_only=True, slots=True)
class Delivery:
    """Everything that the given files hold."""

    entries: list[Entry] = field(default_factory=list)
    #: Codes that the files name, in bad rows too: those are not gone.
    mentioned: set[str] = field(default_factory=set)
    feeds: set[str] = field(default_factory=set)


def read_delivery(
    paths: Sequence[Path], report: Report, *, source: str = "", progress: Callable[[int], None] = lambda _: None
) -> Delivery:
    """Reads files of service items. `source` names the feed where the rows do not; `progress`: rows just read."""
    delivery = Delivery()
    places: dict[str, tuple[str, str]] = {}
    for path in paths:
        for row in read_rows(path, report):
            progress(1)
            try:
                entry = _entry(row, report, source=source, stem=path.stem, mentioned=delivery.mentioned)
                _take(delivery, entry, row, places, report)
            except BadRowError as error:
                report.bad.append(BadRow(place=row.place, field=error.field, reason=error.reason))
    return delivery


def _entry(row: Row, report: Report, *, source: str, stem: str, mentioned: set[str]) -> Entry:
    if not isinstance(row.value, dict):
        raise BadRowError("", f"expected an object with fields, got {type(row.value).__name__}")
    value = cleaned(row.value)
    in_dump = dump.is_dump(value)
    code = value.get("TASK_CODE" if in_dump else "task_code")
    if isinstance(code, str):
        mentioned.add(code)
    known = dump.KNOWN if in_dump else Item.__struct_fields__
    report.ignored_fields.update(unknown_fields(value, known))
    item = _from_dump(value) if in_dump else converted(value, Item)
    if source and not item.source:
        item = msgspec.structs.replace(item, source=source)
    feed = source or item.source or stem
    return Entry(item=item, feed=feed, content_hash=_content_hash(item, feed))


def _from_dump(value: dict[str, Any]) -> Item:
    try:
        return converted(dump.from_dump(value), Item)
    except BadRowError as error:
        name, _, rest = error.field.partition("[")
        name = dump.DUMP_NAMES.get(name, name)
        raise BadRowError(name + ("[" + rest if rest else ""), error.reason) from error


def _take(delivery: Delivery, entry: Entry, row: Row, places: dict[str, tuple[str, str]], report: Report) -> None:
    """Adds the entry, once: the first of a code counts, an equal one is a repetition, a different one is an error."""
    code = entry.item.task_code
    if code in places:
        place, content_hash = places[code]
        if content_hash != entry.content_hash:
            raise BadRowError("task_code", f"{code} was given before, differently, at {place}")
        report.repeated += 1
        return
    places[code] = (row.place, entry.content_hash)
    delivery.entries.append(entry)
    delivery.feeds.add(entry.feed)


def _content_hash(item: Item, feed: str) -> str:
    content = msgspec.json.encode([feed, item], order="deterministic")
    return hashlib.blake2b(content, digest_size=16).hexdigest()
