"""How is a delivered row read as a service item? Our own format, and the national platform's dump."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.catalogue import dump, situations
from services.catalogue.types import Item
from services.importing.delivery import Kind
from services.importing.values import BadRowError, converted


def _read(row: Mapping[str, Any]) -> Item:
    item = _from_dump(row) if dump.is_dump(row) else converted(row, Item)
    wrong = situations.fault(item)
    if wrong is not None:
        raise BadRowError(*wrong)
    return item


def _known(row: Mapping[str, Any]) -> Collection[str]:
    return dump.KNOWN if dump.is_dump(row) else Item.__struct_fields__


def _from_dump(row: Mapping[str, Any]) -> Item:
    try:
        return converted(dump.from_dump(row), Item)
    except BadRowError as error:
        name, bracket, rest = error.field.partition("[")
        raise BadRowError(dump.DUMP_NAMES.get(name, name) + bracket + rest, error.reason) from error


ITEMS: Kind[Item] = Kind(
    key="task_code", key_names=("task_code", "TASK_CODE"), read=_read, known=_known, source_is_feed=True
)
