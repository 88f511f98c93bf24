"""How long must somebody wait who guessed wrong, and which step is which? Pure."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from math import ceil

#: Over each of these spans so many times the limit of wrong tries are let through: who is stopped again waits longer.
SPANS = ((timedelta(hours=1), 1), (timedelta(days=1), 2), (timedelta(days=30), 4))
#: Wrong tries that count no more.
FORGOTTEN_AFTER = SPANS[-1][0]
#: Wrong tries against one case by whoever does not know it: so many times the limit.
CROWD = 10
#: One's own wrong tries at a case after which one is taken for a guesser there: those share one limit.
MISTAKES = 2
#: Who has opened a case is known there for so long.
KNOWN_FOR = timedelta(days=365)
ID_TAIL = 6
#: Letters and digits that a query code must have.
CODE_LEAST = 4


def seconds_to_wait(attempts: Sequence[datetime], limit: int, now: datetime) -> int:
    """Whole seconds until another attempt is allowed, 0 for now, after these wrong ones (in order of time)."""
    return max(_seconds_of(attempts, limit * times, span, now) for span, times in SPANS)


def most_counted(limit: int) -> int:
    """How many of the latest wrong attempts decide about another one."""
    return limit * max(times for _, times in SPANS)


def _seconds_of(attempts: Sequence[datetime], limit: int, span: timedelta, now: datetime) -> int:
    recent = [moment for moment in attempts if moment > now - span]
    if len(recent) < limit:
        return 0
    return max(1, ceil((recent[-limit] + span - now).total_seconds()))


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
