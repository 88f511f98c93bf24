"""What does a delivery hold? Entries of any kind read from files, each once and checked; the bad ones named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import msgspec

from services.importing.leftover import without_reason
from services.importing.report import BadRow, Report
from services.importing.rows import Row, read_rows
from services.importing.values import BadRowError, cleaned, unknown_fields

Progress = Callable[[int], None]


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what deliveries bring."""

    #: Fields that earlier releases did not know: they count in the hash only where they say something, so that what an
    #: old file brings is still the same to us.
    added_later: ClassVar[tuple[str, ...]] = ()

    #: Where this comes from, as citizens are told.
    source: Annotated[str, msgspec.Meta(max_length=200)] = ""


S = TypeVar("S", bound=Delivered)


def silent(rows: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind(Generic[S]):
    """How one kind of entry is read."""

    #: Name of the field that names an entry.
    key: str
    #: Under which names a raw row may give its key.
    key_names: tuple[str, ...]
    #: A cleaned row as the typed entry; raises BadRowError.
    read: Callable[[Mapping[str, Any]], S]
    #: Names that a cleaned row may use.
    known: Callable[[Mapping[str, Any]], Collection[str]]
    #: Does an entry's `source` name the feed? Otherwise it is a citation, and the file's name tells the feed.
    source_is_feed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry(Generic[S]):
    """One good entry."""

    key: str
    value: S
    #: Which delivery brings it.
    feed: str
    content_hash: str


@dataclass(kw_only=True, slots=True)
class Delivery(Generic[S]):
    """Everything that the given files hold."""

    entries: list[Entry[S]] = field(default_factory=list)
    #: Keys that the files name, in bad rows too: those are not gone.
    mentioned: set[str] = field(default_factory=set)
    feeds: set[str] = field(default_factory=set)
    #: Where each key's entry stands, and what it says.
    places: dict[str, tuple[str, str]] = field(default_factory=dict)


def read_delivery(
    kind: Kind[S], paths: Sequence[Path], report: Report, *, source: str = "", progress: Progress = silent
) -> Delivery[S]:
    """Reads files. `source` names the feed, and the source of entries that give none; `progress`: rows just read."""
    delivery: Delivery[S] = Delivery()
    for path in paths:
        for row in read_rows(path, report):
            progress(1)
            try:
                entry = _entry(kind, row, report, source=source, stem=path.stem, mentioned=delivery.mentioned)
                _take(kind.key, delivery, entry, row.place, report)
            except BadRowError as error:
                report.bad.append(BadRow(place=row.place, field=error.field, reason=error.reason, value=row.value))
    return delivery


def content_hash(value: Delivered, feed: str) -> str:
    """Equal for entries that say the same and come from the same feed."""
    said = {
        name: field for name, field in msgspec.structs.asdict(value).items() if field or name not in value.added_later
    }
    content = msgspec.json.encode([feed, said], order="sorted")
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _entry(kind: Kind[S], row: Row, report: Report, *, source: str, stem: str, mentioned: set[str]) -> Entry[S]:
    if not isinstance(row.value, dict):
        raise BadRowError("", f"expected an object with fields, got {type(row.value).__name__}")
    raw = cleaned(without_reason(row.value))
    mentioned.update(raw[name] for name in kind.key_names if isinstance(raw.get(name), str))
    report.ignored_fields.update(unknown_fields(raw, kind.known(raw)))
    value = kind.read(raw)
    feed = source or (value.source if kind.source_is_feed else "") or stem
    if source and not value.source:
        value = msgspec.structs.replace(value, source=source)
    return Entry(key=getattr(value, kind.key), value=value, feed=feed, content_hash=content_hash(value, feed))


def _take(key_name: str, delivery: Delivery[S], entry: Entry[S], place: str, report: Report) -> None:
    """Adds the entry, once: the first of a key counts, an equal one is a repetition, a different one is an error."""
    if entry.key in delivery.places:
        first_place, first_hash = delivery.places[entry.key]
        if first_hash != entry.content_hash:
            raise BadRowError(key_name, f"{entry.key} was given before, differently, at {first_place}")
        report.repeated += 1
        return
    delivery.places[entry.key] = (place, entry.content_hash)
    delivery.entries.append(entry)
    delivery.feeds.add(entry.feed)
