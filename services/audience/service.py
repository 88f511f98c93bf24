"""Which followers meet a notice's rules? Each rule is a query of the topic that knows, all of them one statement.

A page of a million followers costs what it reads: the condition stands in the statement that reads the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Label, Select, and_, exists, not_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from services.appointments import queries as appointments
from services.audience.values import ValueSource
from services.citizens import queries as citizens
from services.citizens.service import CitizenService
from services.citizens.tags import known as tag_list
from services.citizens.types import Citizen
from services.clock import CITY_ZONE, Clock
from services.db import Sessions
from services.notices import queries as notices
from services.notices.audience import (
    EVERYBODY,
    EVERYWHERE,
    ActiveRule,
    AppointmentRule,
    CaseRule,
    ListRule,
    Names,
    Rule,
    Span,
    TagRule,
    Values,
    Whom,
)
from services.notices.consents import agreed
from services.notices.monthly import had_them
from services.progress import queries as cases
from services.subscriptions import queries as subscriptions

#: Items of cases that are offered to be chosen by name.
MOST_TASKS = 100


class AudienceService:
    """The registry of citizens, asked by rules."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._citizens = CitizenService(sessions=sessions, clock=clock)
        self._values = ValueSource(sessions=sessions, clock=clock)

    async def followers(self, after: UUID | None, limit: int, whom: Whom = EVERYBODY) -> Sequence[Citizen]:
        """The next followers who meet the rules, in the order of citizen_id."""
        return await self._citizens.followers(after, limit, such=lambda citizen: self.meets(citizen, whom))

    async def count_followers(self, whom: Whom = EVERYBODY) -> int:
        """How many followers meet the rules now."""
        return await self._citizens.count_followers(such=lambda citizen: self.meets(citizen, whom))

    async def resolve_many(self, citizen_ids: Sequence[UUID]) -> Sequence[Citizen]:
        """Those of these citizens whom there ever were."""
        return await self._citizens.resolve_many(citizen_ids)

    async def left(self, citizen_ids: Sequence[UUID]) -> frozenset[UUID]:
        """Those of these citizens who want no notices any more."""
        async with self._sessions() as session:
            return frozenset(await session.scalars(subscriptions.leavers(among=citizen_ids)))

    async def among(self, citizen_ids: Sequence[UUID], whom: Whom) -> frozenset[UUID]:
        """Those of these citizens who meet the rules."""
        query = select(citizens.CITIZEN).where(citizens.CITIZEN.in_(citizen_ids), self.meets(citizens.CITIZEN, whom))
        async with self._sessions() as session:
            return frozenset(await session.scalars(query))

    async def values(self, citizen_ids: Sequence[UUID], whom: Whom) -> Mapping[UUID, Values]:
        """What a notice may say of each of these citizens."""
        return await self._values.of(citizen_ids, whom)

    async def names(self) -> Names:
        """What can be chosen, and what it is called."""
        async with self._sessions() as session:
            topics, districts = await subscriptions.names(session)
            services, halls = await appointments.names(session)
            tags = await tag_list(session)
            return Names(
                tags={row.tag: row.name for row, _ in tags},
                tag_sizes={row.tag: members for row, members in tags},
                topics=topics,
                districts=districts,
                services=services,
                halls=halls,
                case_states=await cases.state_names(session),
                tasks=await cases.task_names(session, MOST_TASKS),
            )

    async def last_of(self, after: UUID | None, count: int) -> UUID | None:
        """The last of the next `count` followers, whatever the rules say; None where there are not so many."""
        async with self._sessions() as session:
            return (await session.scalars(citizens.last_of(after, count))).one_or_none()

    def chosen(self, whom: Whom, span: Span) -> Select[tuple[UUID, str]]:
        """The followers in that span of citizen_ids who meet the rules, each with the channel. Each rule is asked for
        the span alone: a million followers in a hundred spans cost what the rules' tables cost once."""
        followers = citizens.followers_between(span.after, span.upto)
        return followers.where(self.meets(citizens.CITIZEN, whom, span))

    def meets(self, citizen: InstrumentedAttribute[UUID], whom: Whom, span: Span = EVERYWHERE) -> ColumnElement[bool]:
        """The condition under which the citizen in that column, who lies in that span, meets the rules."""
        rules = whom.rules
        conditions: list[ColumnElement[bool]] = []
        if whom.only_leavers:
            conditions.append(citizen.in_(_within(subscriptions.leavers(), span)))
        elif not whom.leavers:
            conditions.append(_not_among(citizen, _within(subscriptions.leavers(), span)))
        if rules.include:
            meant = [_within(_who(rule, whom), span) for rule in rules.include]
            conditions += [citizen.in_(union_all(*meant))] if rules.match == "any" else map(citizen.in_, meant)
        conditions += [_not_among(citizen, _within(_who(rule, whom), span)) for rule in rules.exclude]
        return and_(true(), *conditions, *_reached(citizen, whom))


def _within(others: Select[tuple[UUID]], span: Span) -> Select[tuple[UUID]]:
    """Those of them who lie in that span."""
    (column,) = others.selected_columns
    inside = others if span.after is None else others.where(_plain(column) > span.after)
    return inside if span.upto is None else inside.where(_plain(column) <= span.upto)


def _plain(column: ColumnElement[UUID]) -> ColumnElement[UUID]:
    """A column that got another name, itself."""
    return column.element if isinstance(column, Label) else column


def _reached(citizen: InstrumentedAttribute[UUID], whom: Whom) -> Iterator[ColumnElement[bool]]:
    """What narrows an audience down to those whom a route reaches."""
    if whom.addressed:
        yield citizen.in_(citizens.addressed())
    if whom.heard_since is not None:
        yield citizen.in_(citizens.heard_since(whom.heard_since))
    if whom.agreed:
        yield citizen.in_(agreed())
    if whom.fewer_since is not None:
        yield _not_among(citizen, had_them(whom.fewer_since))


def _not_among(citizen: InstrumentedAttribute[UUID], others: Select[tuple[UUID]]) -> ColumnElement[bool]:
    """As NOT EXISTS, which PostgreSQL joins: NOT IN, and INs tied by OR, it looks up one by one in a list as long as
    the others' once that is larger than its working memory."""
    found = others.subquery()
    (column,) = found.columns
    return not_(exists().where(column == citizen))


def _who(rule: Rule, whom: Whom) -> Select[tuple[UUID]]:
    """The citizens whom one rule means."""
    if isinstance(rule, ActiveRule):
        return citizens.active_since(rule.since, CITY_ZONE)
    if isinstance(rule, CaseRule):
        return cases.told_of(task_codes=rule.task_codes, states=rule.states)
    if isinstance(rule, AppointmentRule):
        return appointments.expected(
            services=rule.service_codes, halls=rule.hall_codes, first=rule.first, last=rule.last
        )
    if isinstance(rule, TagRule):
        return citizens.tagged(rule.codes)
    if isinstance(rule, ListRule):
        return notices.listed(whom.notice_id)
    return subscriptions.followers_of(rule.codes)
