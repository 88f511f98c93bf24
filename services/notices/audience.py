"""Whom is a notice for? Rules as values: who is in by any or all of them, and who is out by any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute

MOST_RULES = 20
Code = Annotated[str, Meta(min_length=1, max_length=64)]
Codes = Annotated[list[Code], Meta(max_length=50)]
SomeCodes = Annotated[list[Code], Meta(min_length=1, max_length=50)]


class TopicRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="topic", tag_field="kind"):
    """Who follows one of these topics."""

    codes: SomeCodes


class DistrictRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="district", tag_field="kind"):
    """Who follows one of these districts; the codes are area codes."""

    codes: SomeCodes


class ActiveRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="active", tag_field="kind"):
    """Who has written to us since that day of the city."""

    since: dt.date


class CaseRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="case", tag_field="kind"):
    """Who is told of a case: of these items, in these states; an empty list is any."""

    task_codes: Codes = []
    states: Codes = []


class AppointmentRule(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="appointment", tag_field="kind"
):
    """Who has an appointment: for these services, in these halls, on these days; an empty list is any."""

    service_codes: Codes = []
    hall_codes: Codes = []
    first: dt.date | None = None
    last: dt.date | None = None


class TagRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="tag", tag_field="kind"):
    """Who has one of these tags of the platform; the codes are the platform's ids."""

    codes: SomeCodes


class ListRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="list", tag_field="kind"):
    """Who stands on the notice's own list."""


Rule = TopicRule | DistrictRule | ActiveRule | CaseRule | AppointmentRule | TagRule | ListRule
Rules = Annotated[list[Rule], Meta(max_length=MOST_RULES)]


class AudienceRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who gets a notice. Without rules: every follower, or the notice's list where it has one that no rule names."""

    match: Literal["any", "all"] = "any"
    include: Rules = []
    exclude: Rules = []

    @property
    def names_list(self) -> bool:
        """Does a rule speak of the notice's own list?"""
        return any(isinstance(rule, ListRule) for rule in (*self.include, *self.exclude))


def plain(rules: AudienceRules) -> dict[str, Any]:
    """As it is kept in a table."""
    kept: dict[str, Any] = msgspec.to_builtins(rules)
    return kept


def rules_of(kept: Mapping[str, Any]) -> AudienceRules:
    """What a table keeps."""
    return msgspec.convert(kept, AudienceRules)


class AudienceQuestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many would these rules mean? Rules may not speak of a list here: there is no notice yet."""

    audience_rules: AudienceRules
    emergency: bool = False


class AudienceCount(Struct, frozen=True, kw_only=True):
    """How many followers the rules mean now."""

    #: They would get it.
    audience: int
    #: They meet the rules too, but want no notices any more.
    left: int
    #: Of all these followers.
    followers: int
    #: The rules in words.
    lines: list[str]
    summary: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Whom:
    """The rules of one notice, with all that is needed to say who meets them."""

    rules: AudienceRules = field(default_factory=AudienceRules)
    #: Whose list a rule speaks of; None: there is no list.
    notice_id: UUID | None = None
    #: Those who want no notices any more get it, too: an emergency.
    leavers: bool = False
    #: Of those who meet the rules, only who wants no notices any more.
    only_leavers: bool = False
    #: Only who has an address; only who wrote to us since then; only who agreed to subscription notices; only who did
    #: not have a month's mass messages since then.
    addressed: bool = False
    heard_since: dt.datetime | None = None
    agreed: bool = False
    fewer_since: dt.datetime | None = None


EVERYBODY = Whom(leavers=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What the codes in rules are called: code -> name, in the city's order."""

    topics: Mapping[str, str]
    districts: Mapping[str, str]
    services: Mapping[str, str]
    halls: Mapping[str, str]
    case_states: Mapping[str, str]
    #: Items in whose cases followers are told of moves; others can be chosen by their codes.
    tasks: Mapping[str, str] = field(default_factory=dict)
    #: The platform's tags, and how many followers whom we know have each.
    tags: Mapping[str, str] = field(default_factory=dict)
    tag_sizes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Citizens whose ids lie after the one and not after the other; None: no bound."""

    after: UUID | None = None
    upto: UUID | None = None


EVERYWHERE = Span()
#: What is known of one citizen: field -> value.
Values = Mapping[str, str]


class Follower(Protocol):
    """One citizen on one channel."""

    @property
    def citizen_id(self) -> UUID: ...

    @property
    def channel(self) -> str: ...

    @property
    def address(self) -> str | None: ...


class Audience(Protocol):
    """Who can be written to; put together from the topics by `services.audience`."""

    async def followers(self, after: UUID | None, limit: int, whom: Whom = EVERYBODY) -> Sequence[Follower]:
        """The next followers who meet the rules, in the order of citizen_id, those after `after`; fewer than `limit`
        at the end."""
        ...

    async def count_followers(self, whom: Whom = EVERYBODY) -> int:
        """How many followers meet the rules now."""
        ...

    async def resolve_many(self, citizen_ids: Sequence[UUID]) -> Sequence[Follower]:
        """Those of these citizens whom there ever were."""
        ...

    async def left(self, citizen_ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of these citizens who want no notices any more."""
        ...

    async def among(self, citizen_ids: Sequence[UUID], whom: Whom) -> frozenset[UUID]:
        """Those of these citizens who meet the rules."""
        ...

    async def values(self, citizen_ids: Sequence[UUID], whom: Whom) -> Mapping[UUID, Values]:
        """What is known of each of these citizens by the rules and the list that chose them."""
        ...

    async def names(self) -> Names:
        """What can be chosen, and what it is called."""
        ...

    async def last_of(self, after: UUID | None, count: int) -> UUID | None:
        """The last of the next `count` followers, whatever the rules say; None where there are not so many."""
        ...

    def chosen(self, whom: Whom, span: Span) -> Select[tuple[UUID, str]]:
        """The followers in that span who meet the rules, each with the channel, for others to put into theirs."""
        ...

    def meets(self, citizen: InstrumentedAttribute[UUID], whom: Whom) -> ColumnElement[bool]:
        """The condition under which the citizen in that column meets the rules: one statement stays one statement."""
        ...
