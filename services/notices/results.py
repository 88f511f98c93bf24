"""What do the notices' HTTP API and command line give?"""

from __future__ import annotations

from datetime import datetime, time
from typing import Literal
from uuid import UUID

from msgspec import Struct

from services.notices.audience import AudienceRules
from services.notices.rules import LatePolicy, MassForm, NoticeState, RouteName
from services.notices.types import Attachment


class Tester(Struct, frozen=True, kw_only=True):
    """Somebody who sees notices beforehand."""

    citizen_id: UUID
    name: str
    added_by: str
    added_at: datetime


class Cover(Struct, frozen=True, kw_only=True):
    """A picture for news messages."""

    id: str
    format: Literal["jpeg", "png"]
    width: int
    height: int
    bytes: int


class Counters(Struct, frozen=True, kw_only=True):
    """accepted + failed + in_doubt + cancelled + pending = audience; what is under way counts as pending."""

    audience: int = 0
    pending: int = 0
    accepted: int = 0
    failed: int = 0
    in_doubt: int = 0
    cancelled: int = 0
    #: Of the accepted ones, what the platform reported later.
    delivered: int = 0
    blocked: int = 0
    undelivered: int = 0


class Notice(Struct, frozen=True, kw_only=True):
    """A notice as it is now."""

    id: UUID
    number: int
    state: NoticeState
    state_text: str
    reason: str
    title: str
    body: str
    url: str
    department: str
    source_document: str
    attachments: list[Attachment]
    route: RouteName
    mass_form: MassForm
    digest: str
    cover: str | None
    due_at: datetime
    late_policy: LatePolicy
    late_after_seconds: int
    expires_at: datetime | None
    quiet_from: time | None
    quiet_until: time | None
    emergency: bool
    recurrence: str
    recurrence_zone: str
    recurrence_ends_at: datetime | None
    #: It lets a few see this notice beforehand.
    trial_of: UUID | None
    #: Its next time is a notice already, or there is none.
    followed: bool
    #: When it comes again after this time; None: never.
    next_at: datetime | None
    audience_kind: Literal["all", "list"]
    audience_rules: AudienceRules
    list_columns: list[str]
    version: int
    approved_version: int | None
    author: str
    submitted_by: str
    approved_by: str
    created_at: datetime
    updated_at: datetime
    counters: Counters


class Choice(Struct, frozen=True, kw_only=True):
    """Something by which an audience can be chosen."""

    code: str
    name: str
    #: Of a tag: how many followers have it. Else None.
    followers: int | None = None


class Choices(Struct, frozen=True, kw_only=True):
    """By what an audience can be chosen; the codes stand in rules."""

    topics: list[Choice]
    districts: list[Choice]
    tags: list[Choice]
    #: Items of cases, those of most followers; others can be chosen by their codes.
    tasks: list[Choice]
    case_states: list[Choice]
    services: list[Choice]
    halls: list[Choice]


class ReasonCount(Struct, frozen=True, kw_only=True):
    """So many failed, or are in doubt, for one reason."""

    state: Literal["failed", "in_doubt"]
    reason: str
    reason_text: str
    count: int


class Progress(Struct, frozen=True, kw_only=True):
    """How the sending goes."""

    id: UUID
    number: int
    state: NoticeState
    state_text: str
    reason: str
    counters: Counters
    #: What failed and what is in doubt, by reason, the most first; their sums are those of the counters.
    reasons: list[ReasonCount]
    #: The audience is complete.
    frozen: bool
    started_at: datetime | None
    closed_at: datetime | None
    #: Accepted a second over the last full window; 0 when nothing moves.
    rate: float
    #: None when it is not known.
    seconds_left: float | None


class Failure(Struct, frozen=True, kw_only=True):
    """One recipient who did not get it, or of whom nobody knows."""

    citizen_id: UUID
    channel: str
    state: Literal["failed", "in_doubt"]
    reason: str
    reason_text: str
    attempts: int
    settled_at: datetime | None


class FailuresPage(Struct, frozen=True, kw_only=True):
    """One page, as rows and as lines of CSV (with a heading on the first page)."""

    failures: list[Failure]
    csv: str
    #: Give it as `after` for the next page; None at the end.
    next: UUID | None


class Change(Struct, frozen=True, kw_only=True):
    """One line of the audit trail."""

    seq: int
    at: datetime
    by: str
    action: str
    from_state: str
    to_state: str
    version: int
    detail: str


class Verification(Struct, frozen=True, kw_only=True):
    """Did we send it? genuine: word for word where it matters; changed: much like a notice of ours, but not the same;
    unknown: nothing like it was sent lately; short: too little of it to tell."""

    verdict: Literal["genuine", "changed", "unknown", "short"]
    #: Of the notice that it is, or that it resembles.
    number: int | None = None
    title: str = ""
    department: str = ""
    sent_at: datetime | None = None
    #: It was called off or replaced after it had begun to go out.
    withdrawn: bool = False


class Unreachable(Struct, frozen=True, kw_only=True):
    """Citizens of an audience whom a notice will not reach, for one reason."""

    reason: str
    reason_text: str
    count: int
    #: The first of them.
    citizens: list[UUID]


class Reach(Struct, frozen=True, kw_only=True):
    """Who would get a notice, counted now; audience = reachable + everybody in `unreachable`."""

    audience: int
    reachable: int
    unreachable: list[Unreachable]
    #: Calls of the platform that it takes at most.
    calls: int
    #: Calls that the platform allows a day; None where no number is published.
    calls_a_day: int | None
    warnings: list[str]


class Way(Struct, frozen=True, kw_only=True):
    """What one route would do for a notice, counted now."""

    route: RouteName
    route_text: str
    #: This is how it will be sent as it is planned now.
    chosen: bool
    #: Of the audience, as far as it can be known before.
    reachable: int
    #: Calls of the platform that it takes.
    calls: int
    #: Calls that the platform allows a day (None: no number is published), those made today, and what would be left.
    calls_a_day: int | None
    calls_today: int
    calls_left: int | None
    #: What the number stands on, in words.
    note: str


class UsableField(Struct, frozen=True, kw_only=True):
    """What a notice's text may ask for, written {name}."""

    name: str
    source: Literal["case", "appointment", "list"]
    source_text: str
    #: Of one of the audience, masked where it tells who somebody is; empty where nobody has it.
    example: str


class PreviewLine(Struct, frozen=True, kw_only=True):
    """One line on the phone."""

    #: Name of the template's field; empty where the line stands alone.
    field: str
    text: str
    #: So much of it does not fit and is not shown; 0: it is whole.
    cut: int = 0


class Preview(Struct, frozen=True, kw_only=True):
    """A notice as one route shows it."""

    route: RouteName
    route_text: str
    #: This is how it will be sent as it is planned now.
    chosen: bool
    lines: list[PreviewLine]
    #: Where a tap leads; empty: nowhere.
    opens: str
    warnings: list[str]
    #: Where the text is personalised: whose values stand in it.
    example: str = ""
    #: news: a card that opens an article; its lines are title, digest, author and content.
    form: MassForm = "text"
    #: Of news: the picture on the card; None: there is none yet.
    cover: str | None = None
