"""Which followers meet a notice's rules? Each rule is a query of the topic that knows, all of them one statement.

A page of a million followers costs what it reads: the condition stands in the statement that reads the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, not_, true, union_all
from sqlalchemy.orm import InstrumentedAttribute

from services.appointments import queries as appointments
from services.audience.values import ValueSource
from services.citizens import queries as citizens
from services.citizens.service import CitizenService
from services.citizens.types import Citizen
from services.clock import CITY_ZONE, Clock
from services.db import Sessions
from services.notices import queries as notices
from services.notices.audience import (
    EVERYBODY,
    ActiveRule,
    AppointmentRule,
    CaseRule,
    ListRule,
    Names,
    Rule,
    Values,
    Whom,
)
from services.notices.consents import agreed
from services.notices.monthly import had_them
from services.progress import queries as cases
from services.subscriptions import queries as subscriptions


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

    async def values(self, citizen_ids: Sequence[UUID], whom: Whom) -> Mapping[UUID, Values]:
        """What a notice may say of each of these citizens."""
        return await self._values.of(citizen_ids, whom)

    async def names(self) -> Names:
        """What can be chosen, and what it is called."""
        async with self._sessions() as session:
            topics, districts = await subscriptions.names(session)
            services, halls = await appointments.names(session)
            return Names(
                topics=topics,
                districts=districts,
                services=services,
                halls=halls,
                case_states=await cases.state_names(session),
            )

    def meets(self, citizen: InstrumentedAttribute[UUID], whom: Whom) -> ColumnElement[bool]:
        """The condition under which the citizen in that column meets the rules."""
        rules = whom.rules
        conditions: list[ColumnElement[bool]] = []
        if whom.only_leavers:
            conditions.append(citizen.in_(subscriptions.leavers()))
        elif not whom.leavers:
            conditions.append(_not_among(citizen, subscriptions.leavers()))
        if rules.include:
            meant = [_who(rule, whom) for rule in rules.include]
            conditions += [citizen.in_(union_all(*meant))] if rules.match == "any" else map(citizen.in_, meant)
        conditions += [_not_among(citizen, _who(rule, whom)) for rule in rules.exclude]
        return and_(true(), *conditions, *_reached(citizen, whom))


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
    if isinstance(rule, ListRule):
        return notices.listed(whom.notice_id)
    return subscriptions.followers_of(rule.codes)
