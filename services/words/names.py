"""Where do the names come from? Out of a city's folder, for a release, or the database, for a version of today."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalogue.named import NamedItem, named_items
from services.faq.named import NamedEntry, named_entries
from services.words.rules import Names

# The same rules in C, some ten times as fast; a few platforms have no wheel with them.
_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


async def names_of_database(session: AsyncSession) -> Names:
    """As the catalogue and the FAQ are now."""
    names = Names()
    async for item in named_items(session):
        _add_item(names, item)
    async for entry in named_entries(session):
        _add_entry(names, entry)
    return names


def names_of_folder(folder: Path) -> Names:
    """Of a folder like data/city; raises OSError, YAMLError and ValidationError."""
    names = Names()
    for item in _rows(folder / "items", list[NamedItem]):
        _add_item(names, item)
    for entry in _rows(folder / "faq", list[NamedEntry]):
        _add_entry(names, entry)
    return names


def _rows(folder: Path, kind: type[list[Any]]) -> list[Any]:
    files = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml"))]
    return [row for text in files for row in msgspec.convert(yaml.load(text, Loader=_LOADER), kind)]  # noqa: S506


def _add_item(names: Names, item: NamedItem) -> None:
    _count(names.offices, item.dept_name)
    things = {item.task_name, item.catalog_name, item.sub_catalog_name, item.task_handle_item, item.result_name}
    for thing in things | {*item.aliases} | {one.material_name for one in item.material}:
        _count(names.things, thing)
    if item.district and item.district not in names.districts:
        names.districts.append(item.district)


def _add_entry(names: Names, entry: NamedEntry) -> None:
    _count(names.offices, entry.department)
    names.asked.append([entry.question, *entry.similar])


def _count(counts: dict[str, int], name: str) -> None:
    if name:
        counts[name] = counts.get(name, 0) + 1
