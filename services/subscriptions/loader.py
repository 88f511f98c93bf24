"""How does the city's file of topics and districts come in? The good rows load, the bad ones are named."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.db import Sessions
from services.importing.report import BadRow, Gone, Report
from services.importing.rows import Row, read_rows
from services.importing.values import BadRowError, cleaned, converted
from services.subscriptions import repository
from services.subscriptions.models import SubjectRow
from services.subscriptions.types import SubjectEntry


async def import_subjects(sessions: Sessions, path: Path, *, retire: bool = False) -> Report:
    """Loads subjects; again changes nothing. Those that the file has no more are reported, and with `retire` no longer
    offered."""
    report = Report()
    entries = _entries(path, report)
    async with sessions.begin() as session:
        for position, entry in enumerate(entries):
            await _store(session, entry, position, report)
        if report.bad:
            report.retire_withheld = retire
        else:
            await _retire(session, entries, report, retire=retire)
    return report


def _entries(path: Path, report: Report) -> list[SubjectEntry]:
    """The file's rows; a code stands for one subject, and a word (name or alias) too: citizens name them by words."""
    entries: list[SubjectEntry] = []
    codes: set[str] = set()
    words: dict[str, str] = {}
    for row in read_rows(path, report):
        try:
            entry = _typed(row)
            if entry.code in codes:
                raise BadRowError("code", f"{entry.code} is there twice")
            for word in (entry.name, *entry.aliases):
                if words.get(word, entry.code) != entry.code:
                    raise BadRowError("aliases", f"{word} names {words[word]} already")
        except BadRowError as error:
            report.bad.append(BadRow(place=row.place, field=error.field, reason=error.reason))
            continue
        codes.add(entry.code)
        words |= dict.fromkeys((entry.name, *entry.aliases), entry.code)
        entries.append(entry)
    return entries


def _typed(row: Row) -> SubjectEntry:
    value = cleaned(row.value)
    if not isinstance(value, dict):
        raise BadRowError("", "expected a mapping of fields")
    return converted(value, SubjectEntry)


async def _store(session: AsyncSession, entry: SubjectEntry, position: int, report: Report) -> None:
    values = {"kind": entry.kind, "name": entry.name, "aliases": entry.aliases, "position": position, "offered": True}
    row = await session.get(SubjectRow, entry.code)
    if row is None:
        session.add(SubjectRow(code=entry.code, **values))
        report.added += 1
        return
    for name, value in values.items():
        setattr(row, name, value)
    if session.is_modified(row):
        report.updated += 1
    else:
        report.unchanged += 1


async def _retire(session: AsyncSession, entries: list[SubjectEntry], report: Report, *, retire: bool) -> None:
    report.retired = retire
    for row in await repository.missing(session, [entry.code for entry in entries]):
        report.gone.append(Gone(key=row.code, name=row.name))
        row.offered = not retire
