"""What did staff type: which instant, which citizens? Pure; bad lines are named, never dropped silently."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from uuid import UUID

#: Names of the column that may stand in the first line.
HEADINGS = frozenset({"citizen_id", "citizen", "id", "市民编号"})


@dataclass(frozen=True, kw_only=True, slots=True)
class BadLine:
    """One line of a list that cannot be used."""

    line: int
    value: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CitizenList:
    """A list as read: every citizen once, in the order of the file."""

    citizens: tuple[UUID, ...]
    bad: tuple[BadLine, ...]


def read_citizens(lines: Iterable[str]) -> CitizenList:
    """Reads the first column of a CSV; the heading is optional, empty lines do not matter."""
    found: dict[UUID, int] = {}
    bad: list[BadLine] = []
    reader = csv.reader(line.replace("\x00", "") for line in lines)
    for cells in reader:
        number = reader.line_num
        value = cells[0].strip().lstrip("\ufeff") if cells else ""
        if not value or (number == 1 and value.lower() in HEADINGS):
            continue
        try:
            citizen = UUID(value)
        except ValueError:
            bad.append(BadLine(line=number, value=value[:64], reason="not_a_citizen_id"))
            continue
        if citizen in found:
            bad.append(BadLine(line=number, value=value[:64], reason=f"same_as_line_{found[citizen]}"))
            continue
        found[citizen] = number
    return CitizenList(citizens=tuple(found), bad=tuple(bad))


def read_instant(text: str, zone: tzinfo) -> datetime:
    """`2026-11-24 09:00` by the city's clock, or ISO 8601 with its own zone; raises ValueError."""
    instant = datetime.fromisoformat(text.strip().replace("Z", "+00:00").replace("：", ":").replace("/", "-"))
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)


def read_quiet_hours(text: str) -> tuple[time, time]:
    """`22:00-07:00`; raises ValueError."""
    begin, _, end = text.replace("：", ":").replace("—", "-").partition("-")
    return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
