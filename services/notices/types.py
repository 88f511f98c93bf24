"""What do the notices' HTTP API and command line take? Every input has its limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from services.clock import CITY_ZONE
from services.notices.audience import AudienceRules
from services.notices.personal import MOST_CHARACTERS, MOST_COLUMNS
from services.notices.pictures import MOST_BYTES
from services.notices.rules import LatePolicy, MassForm, NoticeState

StaffName = Annotated[str, Meta(min_length=1, max_length=64)]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
Body = Annotated[str, Meta(min_length=1, max_length=5000)]
Url = Annotated[str, Meta(max_length=1000)]
Line = Annotated[str, Meta(max_length=200)]
Instant = Annotated[datetime, Meta(tz=True)]
#: A time of day by the city's clock, without a zone of its own.
WallClock = Annotated[time, Meta(tz=False)]
Pattern = Annotated[str, Meta(max_length=100)]
ZoneName = Annotated[str, Meta(min_length=1, max_length=64)]
LateSeconds = Annotated[int, Meta(ge=60, le=604_800)]
#: What staff may choose; the program itself has one more, for trials.
ChosenRoute = Literal["template", "subscription", "customer", "mass"]
Digest = Annotated[str, Meta(max_length=200)]
#: As `POST /covers` gives it.
CoverId = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
#: Longer lists come in by the command line, from a file.
Citizens = Annotated[list[UUID], Meta(max_length=10_000)]
#: What a column of a list is called, and what it says of one citizen.
Column = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^[^{}\x00-\x1f\x7f]+$")]
Cell = Annotated[str, Meta(max_length=MOST_CHARACTERS, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Listed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One citizen on a notice's own list, with what its columns say."""

    citizen_id: UUID
    values: Annotated[dict[Column, Cell], Meta(max_length=MOST_COLUMNS)] = {}


#: The same list with columns, which a text may ask for: {金额}.
Recipients = Annotated[list[Listed], Meta(max_length=10_000)]


class Attachment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that lies somewhere on the web."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    url: Annotated[str, Meta(min_length=8, max_length=300, pattern=r"^https?://\S+$")]


Attachments = Annotated[list[Attachment], Meta(max_length=5)]


class NoticeDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new notice. Texts are checked against the route's limits as well."""

    title: Title
    body: Body
    due_at: Instant
    author: StaffName
    url: Url = ""
    department: Line = ""
    source_document: Line = ""
    #: Below the text, each with its name and its link.
    attachments: Attachments = []
    route: ChosenRoute = "template"
    #: How a mass message looks: a text, or news with a cover that opens an article.
    mass_form: MassForm = "text"
    #: Of news: below the title; empty: the beginning of the text.
    digest: Digest = ""
    #: Of news: the picture on the card.
    cover: CoverId | None = None
    late_policy: LatePolicy = "ask"
    #: From so many seconds after its time on, a notice is late.
    late_after_seconds: LateSeconds = 900
    expires_at: Instant | None = None
    quiet_from: WallClock | None = None
    quiet_until: WallClock | None = None
    emergency: bool = False
    #: Five cron fields at which it comes again after `due_at`; empty: it goes out once.
    recurrence: Pattern = ""
    recurrence_zone: ZoneName = CITY_ZONE.key
    #: No time after this; needed where it recurs.
    recurrence_ends_at: Instant | None = None
    #: Who gets it: every follower where there are no rules and no list.
    audience_rules: AudienceRules = AudienceRules()
    #: The notice's own list. Where no rule speaks of it, it takes the place of the followers.
    citizens: Citizens | None = None
    #: The same with columns; one of the two.
    recipients: Recipients | None = None


def plain(attachments: Sequence[Attachment] | UnsetType) -> list[dict[str, str]] | UnsetType:
    """As a table keeps them."""
    return attachments if attachments is UNSET else [{"name": one.name, "url": one.url} for one in attachments]


#: Fields of an edit that are no columns of the notice.
KEPT_APART = frozenset({"staff", "audience_rules", "citizens", "recipients"})


class NoticeEdit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; what is absent stays."""

    staff: StaffName
    title: Title | UnsetType = UNSET
    body: Body | UnsetType = UNSET
    due_at: Instant | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    department: Line | UnsetType = UNSET
    source_document: Line | UnsetType = UNSET
    attachments: Attachments | UnsetType = UNSET
    route: ChosenRoute | UnsetType = UNSET
    mass_form: MassForm | UnsetType = UNSET
    digest: Digest | UnsetType = UNSET
    cover: CoverId | UnsetType | None = UNSET
    late_policy: LatePolicy | UnsetType = UNSET
    late_after_seconds: LateSeconds | UnsetType = UNSET
    expires_at: Instant | UnsetType | None = UNSET
    quiet_from: WallClock | UnsetType | None = UNSET
    quiet_until: WallClock | UnsetType | None = UNSET
    emergency: bool | UnsetType = UNSET
    recurrence: Pattern | UnsetType = UNSET
    recurrence_zone: ZoneName | UnsetType = UNSET
    recurrence_ends_at: Instant | UnsetType | None = UNSET
    audience_rules: AudienceRules | UnsetType = UNSET
    #: None: the notice has no list any more.
    citizens: Citizens | UnsetType | None = UNSET
    recipients: Recipients | UnsetType = UNSET

    def given(self) -> dict[str, object]:
        """The fields to change, by name."""
        values = msgspec.structs.asdict(self)
        values["attachments"] = plain(values["attachments"])
        return {name: value for name, value in values.items() if name not in KEPT_APART and value is not UNSET}


class NewList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notice's own list as a CSV, as it is uploaded in the console; a longer one comes in there."""

    staff: StaffName
    csv: Annotated[str, Meta(min_length=1, max_length=1_000_000)]


class NewCover(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture in base64; a larger one comes in by the console or the command line."""

    staff: StaffName
    content: Annotated[bytes, Meta(min_length=1, max_length=MOST_BYTES)]


class StaffAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who does it."""

    staff: StaffName


class Approval(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who approves, and which version they read; 0 where the caller does not say."""

    staff: StaffName
    version: Annotated[int, Meta(ge=0)] = 0


class Resolution(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff decided about rows in doubt: they did arrive, or they are to be sent again."""

    staff: StaffName
    decision: Literal["sent", "again"]
    #: How they know; it stays in the audit trail.
    why: Line = ""
    #: None: all of them.
    citizens: Citizens | None = None


class NewTester(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to see notices beforehand, and who says so."""

    staff: StaffName
    citizen_id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=64)]


class ListQuery(Struct, frozen=True, kw_only=True):
    """Which notices to list."""

    state: NoticeState | Literal[""] = ""
    #: Only those below this number; the last page's smallest.
    before: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class FailuresQuery(Struct, frozen=True, kw_only=True):
    """Which page of the failures."""

    after: UUID | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000)] = 1000


class Forwarded(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that somebody got and wonders about."""

    text: Annotated[str, Meta(min_length=1, max_length=4000)]


class FieldsQuestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be asked of an audience that no notice has yet?"""

    audience_rules: AudienceRules
