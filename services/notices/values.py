"""What passes between the notices and who sends them? Frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.notices.rules import MassForm, RouteName, Row, routes_of


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnList:
    """A notice's own list."""

    #: Citizen -> what the columns of its file say; an empty cell is left out.
    rows: Mapping[UUID, Mapping[str, str]]
    #: In the order of the file.
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, citizens: Iterable[UUID]) -> OwnList:
        """A list that says nothing of anybody."""
        return cls(rows={citizen: {} for citizen in citizens})


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkKey:
    """Names one chunk of one version of one notice."""

    notice_id: UUID
    version: int
    chunk: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """One leased row."""

    citizen_id: UUID
    #: Name of the channel, such as `wechat`.
    channel: str
    attempts: int
    doubts: int
    #: So many workers went away while they attempted it.
    workers_lost: int
    #: So many of the notice's routes refused this citizen: the next one is tried.
    fallen: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An attachment: where it lies and what it is called."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """An approved version, word for word."""

    notice_id: UUID
    number: int
    version: int
    title: str
    body: str
    url: str
    department: str
    source_document: str
    route: RouteName
    due_at: datetime
    emergency: bool = False
    #: What the places in title, text and link ask for; none: it says the same to everybody.
    fields: tuple[str, ...] = ()
    attachments: tuple[Link, ...] = ()
    #: How it looks in a mass message; digest and cover are of news.
    mass_form: MassForm = "text"
    digest: str = ""
    cover: str | None = None

    @property
    def routes(self) -> tuple[RouteName, ...]:
        """Tried for each citizen, one after the other."""
        return routes_of(self.route, emergency=self.emergency)


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """What a worker holds: some hundred leased rows and what to send them."""

    key: ChunkKey
    lease: UUID
    content: Content
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of one recipient's attempt."""

    citizen_id: UUID
    row: Row
    #: The platform's id of the call, where it gave one.
    msg_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Advance:
    """The answer to: these are settled, may I attempt those?"""

    #: The lease is still ours and the notice is still being sent.
    going: bool
    #: Committed as attempting: these must be called now, and no others.
    marked: frozenset[UUID] = field(default_factory=frozenset)
