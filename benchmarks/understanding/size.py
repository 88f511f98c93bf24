"""How does the search stand 100,000 items and answers? Real ones, varied over districts; a process for each size."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.understanding.backends import Server
from services.catalogue.models import CatalogueItem
from services.catalogue.service import TOPIC as CATALOGUE
from services.faq.models import FaqRow
from services.faq.service import TOPIC as FAQ

ROOT = Path(__file__).resolve().parents[2]
#: How many of each; what the files hold is the first size.
LARGE = 100_000
#: Names of districts that do not exist.
DISTRICTS = [first + second + "区" for first in "东西南北上下内外新" for second in "溪桥岭湾坪"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """What is varied."""

    topic: str
    table: str
    columns: Sequence[str]
    #: Column -> SQL of its value in the district `d.name` with the number `d.number`; others stay as they are.
    varied: Mapping[str, str]


ITEMS = Kind(
    topic=CATALOGUE,
    table=CatalogueItem.__tablename__,
    columns=[column.name for column in CatalogueItem.__table__.columns],
    varied={
        "task_code": "r.task_code || '-' || d.number",
        "dept_name": "d.name || r.dept_name",
        "district": "d.name",
        "area_code": "(980000 + d.number)::text",
    },
)
ENTRIES = Kind(
    topic=FAQ,
    table=FaqRow.__tablename__,
    columns=[column.name for column in FaqRow.__table__.columns],
    varied={"id": "r.id || '-' || d.number", "question": "d.name || r.question"},
)


async def vary(session: AsyncSession, kind: Kind, size: int) -> int:
    """Adds a row for each row and district until there are so many, or no more districts; gives how many there are."""
    values = ", ".join(kind.varied.get(column, f'r."{column}"') for column in kind.columns)
    # One is called similar, which is a word of SQL.
    names = ", ".join(f'"{column}"' for column in kind.columns)
    await session.execute(
        text(f"""
            INSERT INTO {kind.table} ({names})
            SELECT {values} FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS d (name, number)
            CROSS JOIN {kind.table} AS r ORDER BY d.number, 1
            LIMIT greatest(:size - (SELECT count(*) FROM {kind.table}), 0)
        """),  # noqa: S608 (names of our own tables and columns)
        {"names": DISTRICTS, "size": size},
    )
    return await session.scalar(text(f"SELECT count(*) FROM {kind.table}")) or 0  # noqa: S608


async def measure_size(
    server: Server, kind: Kind, files: Sequence[Path], questions: Sequence[str], advance: Callable[[], None]
) -> dict[str, Any]:
    """The figures of a process with what the files hold, and of one with `LARGE`, by how many there are."""
    results: dict[str, Any] = {}
    filled = server.catalogue_rows if kind is ITEMS else server.faq_rows
    async with filled(f"size_{kind.topic}", files) as context:
        for size in (0, LARGE):
            async with context.sessions.begin() as session:
                count = await vary(session, kind, size)
            results[str(count)] = await _in_process(context.settings.database_url, kind, questions)
            advance()
    return results


async def _in_process(database_url: str, kind: Kind, questions: Sequence[str]) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.understanding.sized", kind.topic),
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(json.dumps(questions).encode())
    if process.returncode != 0:
        raise RuntimeError(f"the process with {kind.topic} ended with {process.returncode}; the lines above say why")
    # The last line; what was logged stands before it.
    result: dict[str, Any] = json.loads(said.decode().splitlines()[-1])
    return result
