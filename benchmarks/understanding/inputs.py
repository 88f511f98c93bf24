"""Which inputs are there, and what do they hold? Bad lines are named and passed over; what is missing is said."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(kw_only=True)
class Notes:
    """What a reader of the results has to know about the inputs."""

    missing: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)

    def miss(self, what: str) -> None:
        """Notes once that an input is not there."""
        if what not in self.missing:
            self.missing.append(what)


def read_questions(paths: Sequence[Path], needed: Sequence[str], notes: Notes) -> list[Row]:
    """The questions of JSON-lines files; each line needs a text in every field of `needed`."""
    rows: list[Row] = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                notes.bad.append(f"{path.name}:{number}: not JSON ({error})")
                continue
            lacking = [
                name for name in needed if not (isinstance(row, dict) and isinstance(row.get(name), str) and row[name])
            ]
            if lacking:
                notes.bad.append(f"{path.name}:{number}: no {', '.join(lacking)}")
                continue
            rows.append(row)
    return rows


def found(folder: Path, pattern: str, notes: Notes) -> list[Path]:
    """The folder's files that match; notes when there are none."""
    paths = sorted(folder.glob(pattern))
    if not paths:
        notes.miss(f"{folder.name}/{pattern}")
    return paths


def policies_as_entries(table: Path, target: Path, notes: Notes) -> int:
    """Writes a table of id, docid, question and answer as the FAQ's import takes it; gives how many entries."""
    csv.field_size_limit(10_000_000)
    count = 0
    with table.open(encoding="utf-8", newline="") as source, target.open("w", encoding="utf-8") as entries:
        for number, row in enumerate(csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE), start=2):
            answer, question = (row.get("answer") or "").strip(), (row.get("question") or "").strip()
            if not (row.get("id") and question and answer):
                notes.bad.append(f"{table.name}:{number}: no id, question or answer")
                continue
            entry = {"id": row["id"], "question": question[:500], "answer": answer[:10_000], "source": "policies"}
            entries.write(json.dumps(entry, ensure_ascii=False) + "\n")
            count += 1
    return count


def read_examples(path: Path) -> tuple[list[str], list[str]]:
    """Sentences and their intents, of a JSON list of {"text", "intent"}."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [row["text"] for row in rows], [row["intent"] for row in rows]
