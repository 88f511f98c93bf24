"""What is an FAQ entry, a search result, an unanswered question and the news of its answer?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from services.importing.delivery import Delivered

EntryId = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$")]
Wording = Annotated[str, Meta(min_length=1, max_length=500)]
Short = Annotated[str, Meta(max_length=200)]


class FaqEntry(Delivered, frozen=True, kw_only=True):
    """One question with its answer."""

    added_later: ClassVar[tuple[str, ...]] = ("valid_from", "owner")

    id: EntryId
    question: Wording
    #: The same question in other words.
    similar: Annotated[list[Wording], Meta(max_length=200)] = msgspec.field(default_factory=list)
    answer: Annotated[str, Meta(min_length=1, max_length=10_000)]
    department: Short = ""
    source_url: Annotated[str, Meta(max_length=2_000)] = ""
    #: First day on which the answer holds; None: at once.
    valid_from: date | None = None
    #: Last day on which the answer holds; None: until it is changed.
    valid_until: date | None = None
    #: Who looks after it: the login of an account, or a name.
    owner: Short = ""
    topics: Annotated[list[Short], Meta(max_length=50)] = msgspec.field(default_factory=list)
    #: The service item that the answer is about.
    task_code: Annotated[str, Meta(max_length=64)] = ""

    def __post_init__(self) -> None:
        """Raises ValueError, which msgspec tells as a ValidationError."""
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise ValueError("valid_from is after valid_until")


class HeldEntry(FaqEntry, frozen=True, kw_only=True):
    """An entry that holds today."""

    #: When this answer was written: told along, it says later which one somebody got.
    written_at: datetime


Verdict = Literal["sure", "offer", "none"]


class FaqHit(msgspec.Struct, frozen=True, kw_only=True):
    """One entry found."""

    id: str
    question: str
    answer: str
    department: str
    source: str
    source_url: str
    valid_from: date | None
    valid_until: date | None
    topics: list[str]
    task_code: str
    written_at: datetime
    score: Annotated[float, Meta(ge=0, le=1)]


class FaqResult(msgspec.Struct, frozen=True, kw_only=True):
    """`sure`: the first answers the question. `offer`: one of these may be meant. `none`: nothing like it is here."""

    verdict: Verdict
    hits: list[FaqHit]


class FaqSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Query of a search."""

    q: Annotated[str, Meta(min_length=1, max_length=500)]
    limit: Annotated[int, Meta(ge=1, le=10)] = 3


class UnansweredQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """What nobody could answer; the caller has removed identifiers from it."""

    question: Annotated[str, Meta(min_length=1, max_length=500)]
    #: The nearest entry, where there was one.
    best_id: Annotated[str, Meta(max_length=100)] | None = None
    best_score: Annotated[float, Meta(ge=0, le=1)] | None = None


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """A question without an answer, however often it was asked."""

    question: str
    count: int
    first_asked_at: datetime
    last_asked_at: datetime
    best_id: str | None
    best_score: float | None
    #: So many citizens want to be told once it is answered.
    waiting: int = 0


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a question that nobody could answer."""

    #: The citizen may be told once it is answered; not where staff have said that it is nothing for us.
    may_wait: bool


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """A citizen wants to be told once this question is answered, as it was recorded."""

    question: Annotated[str, Meta(min_length=1, max_length=500)]


class AnswerNews(msgspec.Struct, frozen=True, kw_only=True):
    """A citizen's question has been answered; until it is marked as delivered, nobody else gets this to tell."""

    news_id: UUID
    citizen_id: UUID
    #: In the citizen's own words.
    asked: str
    answer: FaqEntry
    #: When this answer was written.
    written_at: datetime
    answered_at: datetime


class ToldVersion(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it was told for some time."""

    written_at: datetime | None
    #: Its number in the history; None for what an import brought and nobody has changed since.
    version: int | None
    times: int
    citizens: int
    first_at: datetime
    last_at: datetime


class ToldSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Which tellings of an answer are meant; what is absent asks for nothing."""

    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    #: Only of the answer that was written at this instant.
    written_at: Annotated[datetime, Meta(tz=True)] | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Who was told an answer, as far as it is still known."""

    citizens: int
    versions: list[ToldVersion]


class Correction(ToldSpan, frozen=True, kw_only=True):
    """A notice to who was told an answer; a second person approves it."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    body: Annotated[str, Meta(min_length=1, max_length=5000)]
    due_at: Annotated[datetime, Meta(tz=True)]
    author: Annotated[str, Meta(min_length=1, max_length=64)]
    department: Short = ""


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """The correction as a notice that waits for its approval."""

    notice: int
    citizens: int


class UnansweredList(msgspec.Struct, frozen=True, kw_only=True):
    """Query of the list of unanswered questions."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How much the FAQ holds, and since when."""

    #: Entries that citizens can get today.
    entries: int
    #: Entries withheld because their day is past.
    expired: int
    #: Entries withheld because their day is still to come.
    upcoming: int
    #: Different questions without an answer.
    unanswered: int
    updated_at: datetime | None
