"""How is a delivered row read as an FAQ entry?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.faq.types import FaqEntry
from services.importing.delivery import Kind
from services.importing.values import converted


def _read(row: Mapping[str, Any]) -> FaqEntry:
    return converted(row, FaqEntry)


def _known(row: Mapping[str, Any]) -> Collection[str]:
    return FaqEntry.__struct_fields__


ENTRIES: Kind[FaqEntry] = Kind(key="id", key_names=("id",), read=_read, known=_known, source_is_feed=False)
