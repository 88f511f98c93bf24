"""How do files of cases and of code lists come in? Row by row: the good ones load, the bad ones are named."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from services.db import Sessions
from services.errors import BadRequest
from services.importing.report import BadRow, Report
from services.importing.rows import Row, read_rows
from services.importing.values import BadRowError, cleaned, converted
from services.progress.models import CodeRow
from services.progress.service import ProgressService
from services.progress.types import CaseFeed, CodeEntry

#: Names in the tables by which provinces exchange cases -> ours.
EXCHANGE_NAMES: Mapping[str, str] = {
    "applyer_page_code": "id_number",
    "event_start_time": "started_at",
    "event_end_time": "ended_at",
    "handle_explain": "explain",
}
#: Cases in one transaction.
BATCH = 200


async def import_cases(service: ProgressService, path: Path) -> Report:
    """Loads a YAML list, a JSON list or a JSONL file of cases; again changes nothing."""
    report = Report()
    good = iter([pair for row in read_rows(path, report) if (pair := _typed(row, report)) is not None])
    while batch := list(islice(good, BATCH)):
        outcomes = await service.take_cases([case for _, case in batch])
        for (row, _), outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, BadRequest):
                _note_refusal(report, row, outcome)
            elif outcome == "added":
                report.added += 1
            elif outcome == "updated":
                report.updated += 1
            else:
                report.unchanged += 1
    return report


async def import_codes(sessions: Sessions, path: Path) -> Report:
    """Loads code lists; codes that the file does not name stay, since old cases may have them."""
    report = Report()
    entries = [entry for row in read_rows(path, report) if (entry := _entry(row, report)) is not None]
    async with sessions.begin() as session:
        for entry in entries:
            code = await session.get(CodeRow, (entry.list_name, entry.code))
            if code is None:
                session.add(CodeRow(list_name=entry.list_name, code=entry.code, text=entry.text, final=entry.final))
                report.added += 1
                continue
            code.text, code.final = entry.text, entry.final
            if session.is_modified(code):
                report.updated += 1
            else:
                report.unchanged += 1
    return report


def _typed(row: Row, report: Report) -> tuple[Row, CaseFeed] | None:
    try:
        return row, converted(_mapping(cleaned(row.value)), CaseFeed)
    except BadRowError as error:
        report.bad.append(BadRow(place=row.place, field=error.field, reason=error.reason))
        return None


def _entry(row: Row, report: Report) -> CodeEntry | None:
    try:
        return converted(_mapping(cleaned(row.value)), CodeEntry)
    except BadRowError as error:
        report.bad.append(BadRow(place=row.place, field=error.field, reason=error.reason))
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadRowError("", "expected a mapping of fields")
    renamed: Mapping[str, Any] = _renamed(value)
    return renamed


def _renamed(value: Any) -> Any:
    """The value with our names throughout."""
    if isinstance(value, dict):
        return {EXCHANGE_NAMES.get(name, name): _renamed(one) for name, one in value.items()}
    return [_renamed(one) for one in value] if isinstance(value, list) else value


def _note_refusal(report: Report, row: Row, error: BadRequest) -> None:
    """A refusal's text starts with its field."""
    field, _, reason = error.detail.partition(": ")
    report.bad.append(BadRow(place=row.place, field=field, reason=reason or error.detail))
