"""What is a message in a list, and a turn of a conversation as staff read it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One message of a citizen, as the list shows it."""

    seq: int
    citizen_id: UUID
    #: Without identifiers: they are tokens.
    text: str
    #: waiting, answered or failed.
    state: str
    received_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One message of ours."""

    text: str
    #: A link, where it is a card.
    url: str
    #: held, pending, offered, attempting, sent, failed or in_doubt.
    state: str
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """What the assistant made of a message."""

    intent: str
    #: 0 to 1.
    confidence: float
    #: What it did, in order: actions by their names.
    actions: Sequence[str]
    #: Which of its sentences it said: names out of domain.yml.
    utterances: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What a citizen said, what was understood, and what was answered. `said` is None where we spoke unasked."""

    said: Said | None
    understood: Understood | None
    answers: Sequence[Answer]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which messages are looked for; empty fields ask for nothing."""

    text: str = ""
    state: str = ""
    citizen_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    #: (received_at, seq) of the last message of the page before.
    below: tuple[datetime, int] | None = None
    limit: int = 50
