"""How long must somebody wait who guessed wrong, and which step is which? Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from math import ceil

WINDOW = timedelta(hours=1)
ID_TAIL = 6
#: Letters and digits that a query code must have.
CODE_LEAST = 4


def seconds_to_wait(attempts: Sequence[datetime], limit: int, now: datetime) -> int:
    """Whole seconds until another attempt is allowed, 0 for now, after these wrong ones (in order of time)."""
    recent = [moment for moment in attempts if moment > now - WINDOW]
    if len(recent) < limit:
        return 0
    return max(1, ceil((recent[-limit] + WINDOW - now).total_seconds()))


def typed_code(text: str) -> str:
    """A number or a code as it is compared: full-width as plain, upper case, letters, digits and - only."""
    return "".join(
        letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum() or letter == "-"
    )


def id_tail(id_number: str) -> str:
    """The part of an ID number that opens a case."""
    return typed_code(id_number)[-ID_TAIL:]


def step_key(process_name: str, event_name: str, started_at: datetime | None) -> str:
    """The name of a step that its backend gave none: the same step reported again must be found again."""
    start = started_at.timestamp() if started_at else ""
    return hashlib.sha256(f"{process_name}\0{event_name}\0{start}".encode()).hexdigest()[:32]


def as_instant(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """A time without a zone is the city's wall clock."""
    return moment.replace(tzinfo=zone) if moment is not None and moment.tzinfo is None else moment
