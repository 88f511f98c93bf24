"""Does docs/architecture.md say of every table how long its rows are kept?"""

from __future__ import annotations

import re
from pathlib import Path

from migrations.models import metadata

PAGE = Path(__file__).resolve().parents[3] / "docs" / "architecture.md"
#: Made where they are needed rather than by migrations: Rasa's events, the vectors, the jobs.
OTHERS = {"rasa_events", "text_vectors", "procrastinate_jobs"}


def test_every_table_has_its_place_in_the_list_once() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## What is kept, and for how long")[1].split("\n## ")[0]
    rows = [line.split("|")[2] for line in section.splitlines() if line.startswith("| ")][1:]
    named = [name for cell in rows for name in re.findall(r"`([a-z_]+)`", cell)]
    assert sorted(named) == sorted({*metadata.tables} | OTHERS)
