"""What do the figures say? Hours, days, and what was asked most; kept up to date by whoever serves pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from services.background import looping
from services.clock import Clock, local
from services.db import Sessions
from services.figures import rollup, rules
from services.figures.models import HourRow, TopicRow

log = structlog.stdlib.get_logger(__name__)

EVERY_SECONDS = 60.0
Kind = Literal["intent", "item", "question"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """The figures of one hour, or of several as one."""

    hour: datetime
    messages: int
    failed: int
    turns: int
    unsure: int
    unknown: int
    #: Milliseconds; None where nothing was answered.
    p50: int | None
    p95: int | None

    @property
    def answered_share(self) -> float | None:
        """Of what was said, how much was answered: with neither a question back nor "there is no answer"."""
        return (self.turns - self.unsure - self.unknown) / self.turns if self.turns else None

    @property
    def unsure_share(self) -> float | None:
        return self.unsure / self.turns if self.turns else None

    @property
    def unknown_share(self) -> float | None:
        return self.unknown / self.turns if self.turns else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """How often something was asked for."""

    name: str
    count: int


class Figures:
    """The figures on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def hours(self, since: datetime, until: datetime) -> list[Hour]:
        """The hours in which there was something, oldest first."""
        async with self._sessions() as session:
            rows = await session.scalars(
                select(HourRow).where(HourRow.hour >= since, HourRow.hour < until).order_by(HourRow.hour)
            )
            return [_joined(row.hour, [row]) for row in rows]

    async def days(self, since: datetime, until: datetime) -> list[Hour]:
        """The days, by the city's clock, in which there was something, oldest first; each named by its first hour."""
        async with self._sessions() as session:
            rows = await session.scalars(
                select(HourRow).where(HourRow.hour >= since, HourRow.hour < until).order_by(HourRow.hour)
            )
            days = {day: list(of_day) for day, of_day in groupby(rows, key=lambda row: local(row.hour).date())}
        return [_joined(of_day[0].hour, of_day) for of_day in days.values()]

    async def total(self, since: datetime, until: datetime) -> Hour:
        """All hours of the span as one."""
        async with self._sessions() as session:
            rows = (await session.scalars(select(HourRow).where(HourRow.hour >= since, HourRow.hour < until))).all()
        return _joined(since, rows)

    async def top(self, kind: Kind, since: datetime, until: datetime, *, limit: int = 10) -> list[Topic]:
        """What was asked for most."""
        count = func.sum(TopicRow.count)
        query = (
            select(TopicRow.name, count)
            .where(TopicRow.hour >= since, TopicRow.hour < until, TopicRow.kind == kind)
            .group_by(TopicRow.name)
            .order_by(count.desc(), TopicRow.name)
            .limit(limit)
        )
        async with self._sessions() as session:
            return [Topic(name=name, count=int(number)) for name, number in await session.execute(query)]

    async def roll(self) -> None:
        """Brings the figures up to date, an hour in a transaction."""
        done = False
        while not done:
            async with self._sessions.begin() as session:
                done = await rollup.roll(session, self._clock.now())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keeps the figures up to date until the block ends."""
        async with looping(self._roll, name="figures"):
            yield

    async def _roll(self) -> float:
        try:
            await self.roll()
        except (SQLAlchemyError, OSError) as error:  # the next minute tries again
            log.warning("figures.not_rolled", error=type(error).__name__)
        return EVERY_SECONDS


def _joined(hour: datetime, rows: Sequence[HourRow]) -> Hour:
    latencies = rules.added([row.latencies for row in rows])
    return Hour(
        hour=hour,
        messages=sum(row.messages for row in rows),
        failed=sum(row.failed for row in rows),
        turns=sum(row.turns for row in rows),
        unsure=sum(row.unsure for row in rows),
        unknown=sum(row.unknown for row in rows),
        p50=rules.percentile(latencies, 0.5),
        p95=rules.percentile(latencies, 0.95),
    )
