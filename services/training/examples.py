"""What does the assistant learn from? Examples: taken in from a release, edited by staff, written out for training."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.db import Sessions
from services.importing.delivery import Delivery, Entry
from services.importing.report import Report
from services.importing.table import STAFF_FEED, ImportedTable, imported_row
from services.search import revisions
from services.training import marks, rasa_yaml
from services.training.errors import BadData, ExampleChanged, ExampleKnown, ExampleNotFound, IsHeldOut
from services.training.faults import faults
from services.training.models import ExampleRow, HeldOutRow
from services.training.types import Example, ExamplePage, IntentSize, NewExample, Problem
from services.training.vocabulary import Vocabulary

TOPIC = "training"
TABLE = ImportedTable(ExampleRow, key="id", name="text")
IN_ORDER = (ExampleRow.topic, ExampleRow.intent, ExampleRow.created_at, ExampleRow.id)
#: Sentences moved at once.
MOST_MOVED = 200

log = structlog.stdlib.get_logger(__name__)


class ExampleService:
    """The training examples on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock, vocabulary: Vocabulary) -> None:
        self._sessions = sessions
        self._clock = clock
        self._vocabulary = vocabulary

    @property
    def entities(self) -> Collection[str]:
        """What may be marked in a sentence."""
        return self._vocabulary.entities

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
        fields = (getattr(ExampleRow, name) for name in Example.__struct_fields__)
        query = select(*fields).where(ExampleRow.retired_at.is_(None)).order_by(*IN_ORDER)
        async with self._sessions() as session:
            return [Example(**row) for row in (await session.execute(query)).mappings()]

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
        """Adds a sentence to an intent that exists; raises BadData, ExampleKnown and IsHeldOut."""
        async with self._sessions.begin() as session:
            text = self._checked(new.text)
            row = await self._place_of(session, new.intent, text)
            example = Example(
                id=row.id if row is not None else await self._new_id(session, new.intent, text),
                topic=await self._topic_of(session, new.intent),
                intent=new.intent,
                text=text,
                source=new.source,
                changed_by=new.by,
            )
            await self._check_once(session, example)
            await self._check_not_kept_apart(session, text)
            await self._write(session, example, known=row)
            self._note(session, actor, "examples.added", after=example)
        return example

    async def edit(
        self, example_id: str, new: NewExample, *, seen: Example | None = None, actor: Actor | None = None
    ) -> Example:
        """Changes a sentence, or moves it to another intent; `seen`: what it was when the editor began.

        Raises ExampleNotFound, ExampleChanged, BadData, ExampleKnown and IsHeldOut.
        """
        async with self._sessions.begin() as session:
            row = await self._row(session, example_id)
            if seen is not None and (seen.intent, seen.text) != (row.intent, row.text):
                raise ExampleChanged
            example = Example(
                id=example_id,
                topic=await self._topic_of(session, new.intent),
                intent=new.intent,
                text=self._checked(new.text),
                source=new.source or row.source,
                changed_by=new.by,
            )
            before = _example(row)
            await self._check_once(session, example)
            if marks.plain(example.text) != marks.plain(before.text):
                await self._check_not_kept_apart(session, example.text)
            await self._write(session, example, known=row)
            self._note(session, actor, "examples.edited", before=before, after=example)
        return example

    async def move(self, ids: Sequence[str], intent: str, *, by: str, actor: Actor | None = None) -> int:
        """Gives sentences to another intent, all or none; gives the number of those that were not there yet.

        Raises ExampleNotFound, BadData and ExampleKnown.
        """
        if len(ids) > MOST_MOVED:
            raise BadData(f"at most {MOST_MOVED} sentences at once")
        moved = 0
        async with self._sessions.begin() as session:
            topic = await self._topic_of(session, intent)
            for example_id in sorted(set(ids)):
                row = await self._row(session, example_id)
                before = _example(row)
                if before.intent == intent:
                    continue
                after = msgspec.structs.replace(before, topic=topic, intent=intent, changed_by=by)
                await self._check_once(session, after)
                await self._write(session, after, known=row)
                self._note(session, actor, "examples.edited", before=before, after=after)
                moved += 1
        return moved

    async def _row(self, session: AsyncSession, example_id: str) -> ExampleRow:
        row = await session.get(ExampleRow, example_id, with_for_update=True)
        if row is None or row.retired_at is not None:
            raise ExampleNotFound
        return row

    async def _place_of(self, session: AsyncSession, intent: str, text: str) -> ExampleRow | None:
        """The row that this sentence had before it was taken out."""
        row = await session.get(ExampleRow, rasa_yaml.example_id(intent, text), with_for_update=True)
        return row if row is not None and row.retired_at is not None else None

    async def _new_id(self, session: AsyncSession, intent: str, text: str) -> str:
        """As a release would call it; another one where a sentence that was edited since has that name."""
        named = rasa_yaml.example_id(intent, text)
        taken = await session.get(ExampleRow, named) is not None
        return rasa_yaml.example_id(intent, f"{text}\0{self._clock.now().isoformat()}") if taken else named

    async def _check_once(self, session: AsyncSession, example: Example) -> None:
        """A sentence stands once in its intent, whatever is marked in it."""
        said = marks.plain(example.text)
        same = select(ExampleRow.id).where(
            ExampleRow.intent == example.intent,
            ExampleRow.retired_at.is_(None),
            ExampleRow.id != example.id,
            func.regexp_replace(ExampleRow.text, marks.ENTITY_SQL, r"\1", "g") == said,
        )
        if await session.scalar(same.limit(1)) is not None:
            raise ExampleKnown(said)

    async def _check_not_kept_apart(self, session: AsyncSession, text: str) -> None:
        if await session.get(HeldOutRow, marks.plain(text)) is not None:
            raise IsHeldOut

    async def remove(self, example_id: str, *, by: str, actor: Actor | None = None) -> None:
        """Takes a sentence out; it can be added again. Raises ExampleNotFound."""
        async with self._sessions.begin() as session:
            row = await self._row(session, example_id)
            now = self._clock.now()
            self._note(session, actor, "examples.removed", before=_example(row))
            row.retired_at, row.updated_at, row.changed_by, row.feed = now, now, by, STAFF_FEED
            row.revision = await revisions.next_revision(session, TOPIC, now)

    async def problems(self) -> list[Problem]:
        """What is wrong with the examples as a whole."""
        taught = select(ExampleRow.intent, ExampleRow.text).where(ExampleRow.retired_at.is_(None))
        async with self._sessions() as session:
            held_out = (await session.scalars(select(HeldOutRow.question))).all()
            examples = (await session.execute(taught)).all()
        # In a thread: there may be many thousands, and the others' pages must not wait for them.
        return await asyncio.to_thread(faults, examples, held_out=held_out, vocabulary=self._vocabulary)

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

    def _checked(self, text: str) -> str:
        marked = marks.read(text)
        marks.check(marked, self._vocabulary.entities)
        if "\n" in text or not marked.text.strip():
            raise BadData("text: one sentence on one line")
        return text.strip()

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


def _example(row: ExampleRow) -> Example:
    return msgspec.convert(row, Example, from_attributes=True)
