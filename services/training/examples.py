"""What does the assistant learn from? Examples: taken in from a release, edited by staff, written out for training."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.db import Sessions
from services.errors import Conflict, NotFound
from services.importing.delivery import Delivery, Entry
from services.importing.report import Report
from services.importing.table import STAFF_FEED, ImportedTable, imported_row
from services.search import revisions
from services.training import rasa_yaml
from services.training.errors import BadData
from services.training.models import ExampleRow
from services.training.types import Example, ExamplePage, IntentSize, NewExample, Problem

TOPIC = "training"
TABLE = ImportedTable(ExampleRow, key="id", name="text")
#: Fewer examples than these teach an intent badly.
FEWEST = 20

log = structlog.stdlib.get_logger(__name__)


class ExampleNotFound(NotFound):
    """There is no such example."""

    type = "example-not-found"


class ExampleKnown(Conflict):
    """The intent has this sentence already."""

    type = "example-known"


class ExampleService:
    """The training examples on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def take_in(self, delivery: Delivery[Example], report: Report, *, retire: bool = True) -> None:
        """Writes a release's examples. What staff edited stays as they left it, as long as the release says of it what
        it said before."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            revision = await revisions.next_revision(session, TOPIC, now)
            remaining = await TABLE.but_withdrawn(session, delivery, report)
            await TABLE.take_in(session, remaining, report, revision=revision, now=now, retire=retire)
        log.info("training.examples_imported", added=report.added, updated=report.updated, gone=len(report.gone))

    async def all(self) -> list[Example]:
        """Everything that a training learns from, in a fixed order."""
        order = (ExampleRow.topic, ExampleRow.intent, ExampleRow.created_at, ExampleRow.id)
        async with self._sessions() as session:
            rows = await session.scalars(select(ExampleRow).where(ExampleRow.retired_at.is_(None)).order_by(*order))
            return [_example(row) for row in rows]

    async def page(self, wanted: ExamplePage) -> list[Example]:
        """Examples by id, after the given one."""
        query = select(ExampleRow).where(ExampleRow.retired_at.is_(None), ExampleRow.id > wanted.after)
        if wanted.intent:
            query = query.where(ExampleRow.intent == wanted.intent)
        if wanted.words:
            query = query.where(ExampleRow.text.contains(wanted.words, autoescape=True))
        async with self._sessions() as session:
            return [_example(row) for row in await session.scalars(query.order_by(ExampleRow.id).limit(wanted.limit))]

    async def intents(self) -> list[IntentSize]:
        """Every intent with the number of its examples."""
        query = (
            select(ExampleRow.intent, func.min(ExampleRow.topic), func.count())
            .where(ExampleRow.retired_at.is_(None))
            .group_by(ExampleRow.intent)
            .order_by(ExampleRow.intent)
        )
        async with self._sessions() as session:
            return [
                IntentSize(intent=intent, topic=topic, examples=count)
                for intent, topic, count in await session.execute(query)
            ]

    async def add(self, new: NewExample, *, actor: Actor | None = None) -> Example:
        """Adds a sentence to an intent that exists; raises BadData and ExampleKnown."""
        async with self._sessions.begin() as session:
            example = Example(
                id=rasa_yaml.example_id(new.intent, new.text),
                topic=await self._topic_of(session, new.intent),
                intent=new.intent,
                text=_checked(new.text),
                source=new.source,
                changed_by=new.by,
            )
            row = await session.get(ExampleRow, example.id)
            if row is not None and row.retired_at is None:
                raise ExampleKnown
            await self._write(session, example, known=row)
            self._note(session, actor, "examples.added", after=example)
        return example

    async def edit(self, example_id: str, new: NewExample, *, actor: Actor | None = None) -> Example:
        """Changes a sentence, or moves it to another intent; raises ExampleNotFound and BadData."""
        async with self._sessions.begin() as session:
            row = await session.get(ExampleRow, example_id, with_for_update=True)
            if row is None or row.retired_at is not None:
                raise ExampleNotFound
            example = Example(
                id=example_id,
                topic=await self._topic_of(session, new.intent),
                intent=new.intent,
                text=_checked(new.text),
                source=new.source or row.source,
                changed_by=new.by,
            )
            before = _example(row)
            await self._write(session, example, known=row)
            self._note(session, actor, "examples.edited", before=before, after=example)
        return example

    async def remove(self, example_id: str, *, by: str, actor: Actor | None = None) -> None:
        """Takes a sentence out; it can be added again. Raises ExampleNotFound."""
        async with self._sessions.begin() as session:
            row = await session.get(ExampleRow, example_id, with_for_update=True)
            if row is None or row.retired_at is not None:
                raise ExampleNotFound
            now = self._clock.now()
            self._note(session, actor, "examples.removed", before=_example(row))
            row.retired_at, row.updated_at, row.changed_by, row.feed = now, now, by, STAFF_FEED
            row.revision = await revisions.next_revision(session, TOPIC, now)

    async def problems(self) -> list[Problem]:
        """Sentences that belong to two intents, and intents with too few examples."""
        wordings: dict[str, set[str]] = defaultdict(set)
        sizes: dict[str, int] = defaultdict(int)
        for example in await self.all():
            wordings[rasa_yaml.plain(example.text)].add(example.intent)
            sizes[example.intent] += 1
        doubled = [
            Problem(kind="two-intents", about=text, intents=sorted(intents), count=0)
            for text, intents in wordings.items()
            if len(intents) > 1
        ]
        small = [
            Problem(kind="too-few", about=intent, intents=[intent], count=count)
            for intent, count in sorted(sizes.items())
            if count < FEWEST
        ]
        return doubled + small

    async def example(self, example_id: str) -> Example:
        """Raises ExampleNotFound."""
        async with self._sessions() as session:
            row = await session.get(ExampleRow, example_id)
            if row is None or row.retired_at is not None:
                raise ExampleNotFound
            return _example(row)

    def _note(
        self,
        session: AsyncSession,
        actor: Actor | None,
        action: str,
        *,
        before: Example | None = None,
        after: Example | None = None,
    ) -> None:
        """Into the audit log, where somebody of the staff does it."""
        one = after or before
        if actor is not None and one is not None:
            subject = Subject(kind="example", id=one.id)
            record(session, actor, action, subject, now=self._clock.now(), before=before, after=after)

    async def check_intent(self, intent: str) -> None:
        """Raises BadData where there is no such intent."""
        async with self._sessions() as session:
            await self._topic_of(session, intent)

    async def _topic_of(self, session: AsyncSession, intent: str) -> str:
        """A new intent needs rules too, so only a release brings one."""
        query = select(ExampleRow.topic).where(ExampleRow.intent == intent).order_by(ExampleRow.id).limit(1)
        topic = await session.scalar(query)
        if topic is None:
            raise BadData(f"there is no intent {intent}")
        return topic

    async def _write(self, session: AsyncSession, example: Example, *, known: ExampleRow | None) -> None:
        now = self._clock.now()
        revision = await revisions.next_revision(session, TOPIC, now)
        # The hash stays that of the release: an import then sees nothing new, and leaves the edit alone.
        content_hash = known.content_hash if known else ""
        entry = Entry(key=example.id, value=example, feed=STAFF_FEED, content_hash=content_hash)
        await TABLE.upsert(session, [imported_row(entry, revision, now)])


def read_release(folder: Path) -> tuple[Delivery[Example], Report]:
    """The examples of a release's folder; raises BadData naming the first bad one."""
    report = Report()
    delivery = rasa_yaml.read_folder(folder, report)
    if report.bad:
        bad = report.bad[0]
        raise BadData(f"{bad.place}: {bad.reason} ({len(report.bad)} bad in all)")
    return delivery, report


def digest_of(examples: Sequence[Example]) -> str:
    """The same for the same sentences of the same intents."""
    said = sorted((one.topic, one.intent, one.text) for one in examples)
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()


def _checked(text: str) -> str:
    problem = rasa_yaml.markup_problem(text)
    if problem:
        raise BadData(f"text: {problem}")
    if "\n" in text or not rasa_yaml.plain(text).strip():
        raise BadData("text: one sentence on one line")
    return text.strip()


def _example(row: ExampleRow) -> Example:
    return msgspec.convert(row, Example, from_attributes=True)
