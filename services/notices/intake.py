"""What did staff type: which instant, which citizens? Pure; bad lines are named, never dropped silently."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from uuid import UUID

from services.notices.personal import MOST_CHARACTERS, MOST_COLUMNS, PLACE
from services.notices.values import OwnList

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
    #: What the heading calls the other columns, and what each line says there; an empty cell is left out.
    columns: tuple[str, ...] = ()
    rows: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)

    @property
    def own_list(self) -> OwnList:
        """As a notice takes it."""
        return OwnList(rows=self.rows, columns=self.columns)


def read_citizens(lines: Iterable[str]) -> CitizenList:
    """Reads a CSV: a citizen in the first column, and where a heading names more columns, what they say of the citizen.
    Empty lines do not matter."""
    rows: dict[UUID, dict[str, str]] = {}
    places: dict[UUID, int] = {}
    bad: list[BadLine] = []
    columns: tuple[str, ...] = ()
    reader = csv.reader(line.replace("\x00", "") for line in lines)
    for cells in reader:
        number = reader.line_num
        value = cells[0].strip().lstrip("\ufeff") if cells else ""
        if number == 1 and value.lower() in HEADINGS:
            columns = tuple(cell.strip() for cell in cells[1:])
            bad += [BadLine(line=number, value=name[:64], reason=reason) for name, reason in _bad_headings(columns)]
            continue
        if not value:
            continue
        citizen, reason = _citizen(value, places)
        told = {name: cell.strip() for name, cell in zip(columns, cells[1:], strict=False) if cell.strip()}
        reason = reason or next((found for cell in told.items() if (found := _bad_cell(*cell))), "")
        if citizen is None or reason:
            bad.append(BadLine(line=number, value=value[:64], reason=reason))
            continue
        rows[citizen], places[citizen] = told, number
    return CitizenList(citizens=tuple(rows), bad=tuple(bad), columns=columns, rows=rows)


def _citizen(value: str, places: Mapping[UUID, int]) -> tuple[UUID | None, str]:
    try:
        citizen = UUID(value)
    except ValueError:
        return None, "not_a_citizen_id"
    return citizen, f"same_as_line_{places[citizen]}" if citizen in places else ""


def _bad_headings(columns: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Columns that a text could not ask for."""
    if len(columns) > MOST_COLUMNS:
        yield str(len(columns)), "too_many_columns"
    for place, name in enumerate(columns):
        if PLACE.fullmatch(f"{{{name}}}") is None or not _shows(name):
            yield name, "bad_column"
        elif name in columns[:place]:
            yield name, "column_twice"


def _bad_cell(column: str, cell: str) -> str:
    if len(cell) > MOST_CHARACTERS:
        return f"cell_too_long:{column}"
    return "" if _shows(cell) else f"cell_unprintable:{column}"


def _shows(text: str) -> bool:
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in text)


def read_instant(text: str, zone: tzinfo) -> datetime:
    """`2026-11-24 09:00` by the city's clock, or ISO 8601 with its own zone; raises ValueError."""
    instant = datetime.fromisoformat(text.strip().replace("Z", "+00:00").replace("：", ":").replace("/", "-"))
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=zone)


def read_quiet_hours(text: str) -> tuple[time, time]:
    """`22:00-07:00`; raises ValueError."""
    begin, _, end = text.replace("：", ":").replace("—", "-").partition("-")
    return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())
