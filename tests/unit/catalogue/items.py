"""Small items for tests."""

from __future__ import annotations

from typing import Any

import msgspec

from services.catalogue.types import Item

BASE: dict[str, Any] = {
    "task_code": "T1",
    "task_name": "居住证申领",
    "dept_name": "云江市公安局",
    "area_code": "990000",
    "district": "云江市",
}


def item(**fields: Any) -> Item:
    """An item with these fields beside the required ones."""
    return msgspec.convert({**BASE, **fields}, Item)
