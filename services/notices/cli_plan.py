"""Which fields of a notice, and which list, stand on the command line? As the service takes them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any

import msgspec

from services.cli import Context
from services.clock import CITY_ZONE
from services.notices import cli_texts
from services.notices.errors import BadNotice
from services.notices.intake import read_citizens, read_instant, read_quiet_hours
from services.notices.list_texts import bad_line
from services.notices.values import OwnList


def plan(arguments: argparse.Namespace, now: datetime) -> dict[str, Any]:
    """The given fields of a notice by their names in the API."""
    fields = {
        "title": arguments.title,
        "body": arguments.text,
        "url": arguments.url,
        "department": arguments.department,
        "source_document": arguments.source,
        "attachments": _attachments(arguments.attach),
        "route": arguments.route,
        "late_policy": arguments.late,
        "late_after_seconds": None if arguments.late_after is None else arguments.late_after * 60,
        "due_at": now if arguments.at == "now" else _instant(arguments.at),
        "expires_at": _instant(arguments.expires),
        "emergency": arguments.emergency or None,
        "recurrence": arguments.repeat,
        "recurrence_zone": arguments.repeat_zone,
        "recurrence_ends_at": _instant(arguments.repeat_until),
    }
    if arguments.quiet is not None:
        fields["quiet_from"], fields["quiet_until"] = _quiet(arguments.quiet)
    return {name: value for name, value in fields.items() if value is not None}


def _attachments(written: list[str] | None) -> list[dict[str, str]] | None:
    """`名称=链接` each; one empty one takes all of them away."""
    if written is None:
        return None
    pairs = [value.partition("=") for value in written if value]
    return [{"name": name.strip(), "url": url.strip()} for name, _, url in pairs]


def _instant(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return read_instant(value, CITY_ZONE)
    except ValueError as error:
        raise BadNotice(cli_texts.bad_time(value)) from error


def _quiet(value: str) -> tuple[time, time]:
    try:
        return read_quiet_hours(value)
    except ValueError as error:
        raise BadNotice(cli_texts.bad_quiet(value)) from error


def checked(values: Mapping[str, Any], kind: Any) -> Any:
    """The values as that type; raises BadNotice."""
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise BadNotice(str(error)) from error


def list_of(path: Path | None, context: Context) -> OwnList | None:
    """The list in the file; None, and each bad line named, when some of it cannot be used."""
    if path is None:
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            read = read_citizens(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise BadNotice(cli_texts.unreadable(str(path), type(error).__name__)) from error
    for bad in read.bad:
        context.out.print(bad_line(bad.line, bad.value, bad.reason), style="red", markup=False)
    return None if read.bad else read.own_list
