"""A delivery holds each entry once, and says which rows it left out and why."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from services.faq.types import FaqEntry
from services.importing.delivery import Delivered, Delivery, Kind, content_hash, read_delivery
from services.importing.report import Report
from services.importing.values import converted


class Thing(Delivered, frozen=True, kw_only=True):
    id: str
    size: int = 0


THINGS: Kind[Thing] = Kind(
    key="id",
    key_names=("id",),
    read=lambda row: converted(row, Thing),
    known=lambda row: Thing.__struct_fields__,
    source_is_feed=True,
)


def read(tmp_path: Path, *rows: Any, source: str = "") -> tuple[Delivery[Thing], Report]:
    path = tmp_path / "things.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = Report()
    return read_delivery(THINGS, [path], report, source=source), report


def test_good_rows_load_beside_bad_ones(tmp_path: Path) -> None:
    delivery, report = read(tmp_path, {"id": "a"}, {"id": "b", "size": "big"}, [1], {"id": "c"})
    assert [entry.key for entry in delivery.entries] == ["a", "c"]
    assert [(bad.place, bad.field) for bad in report.bad] == [("things.jsonl:2", "size"), ("things.jsonl:3", "")]
    assert report.exit_code == 1


def test_a_bad_rows_key_is_not_gone(tmp_path: Path) -> None:
    delivery, _ = read(tmp_path, {"id": "b", "size": "big"})
    assert delivery.mentioned == {"b"}


def test_an_equal_row_is_a_repetition(tmp_path: Path) -> None:
    delivery, report = read(tmp_path, {"id": "a", "size": 1}, {"size": 1, "id": "a"})
    assert (len(delivery.entries), report.repeated, report.bad) == (1, 1, [])


def test_a_different_row_of_the_same_key_is_an_error_that_names_the_first(tmp_path: Path) -> None:
    delivery, report = read(tmp_path, {"id": "a", "size": 1}, {"id": "a", "size": 2})
    assert [entry.value.size for entry in delivery.entries] == [1]
    assert (report.bad[0].field, report.bad[0].reason) == ("id", "a was given before, differently, at things.jsonl:1")


def test_unknown_fields_are_counted_and_not_fatal(tmp_path: Path) -> None:
    delivery, report = read(tmp_path, {"id": "a", "colour": "red"}, {"id": "b", "colour": "blue"})
    assert len(delivery.entries) == 2
    assert report.ignored_fields == {"colour": 2}


def test_the_feed_is_the_given_source_or_the_rows_or_the_files_name(tmp_path: Path) -> None:
    rows = {"id": "a"}, {"id": "b", "source": "city"}
    assert [entry.feed for entry in read(tmp_path, *rows)[0].entries] == ["things", "city"]
    given, _ = read(tmp_path, *rows, source="national")
    assert [(entry.feed, entry.value.source) for entry in given.entries] == [
        ("national", "national"),
        ("national", "city"),
    ]


def test_what_an_old_file_brings_is_the_same_to_a_release_that_knows_more_fields() -> None:
    entry = FaqEntry(
        id="a",
        question="问",
        similar=["怎么问"],
        answer="答",
        department="局",
        source="文",
        valid_until=date(2026, 12, 31),
        topics=["t"],
        task_code="c",
    )

    assert content_hash(entry, "city") == "e1d33bb7ea995881ff892b3387abf6d7", "as the first release computed it"
    assert content_hash(replace(entry, owner="lisi"), "city") != content_hash(entry, "city")


def test_the_hash_tells_equal_from_changed(tmp_path: Path) -> None:
    def of(size: int) -> str:
        return read(tmp_path, {"id": "a", "size": size})[0].entries[0].content_hash

    assert of(1) == of(1) != of(2)


def test_progress_counts_every_row(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "a"}\n{"id": 1}\n', encoding="utf-8")
    seen: list[int] = []
    read_delivery(THINGS, [path], Report(), progress=seen.append)
    assert sum(seen) == 2
