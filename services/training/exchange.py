"""What becomes of the sentences that staff bring as Rasa's YAML? Added, marked anew, known, or left out with a reason.

The database is the master: nothing that it has is taken out because a file lacks it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.db import Sessions
from services.importing.delivery import Entry
from services.importing.table import STAFF_FEED, imported_row
from services.search import revisions
from services.training import marks
from services.training.examples import TABLE, TOPIC
from services.training.marks import BadMarks
from services.training.models import ExampleRow, HeldOutRow
from services.training.rasa_yaml import Said, example_id
from services.training.types import Example
from services.training.vocabulary import Vocabulary

#: Sentences of one import.
MOST = 20_000
FromFile = Literal["marks", "sentence", "unknown-intent", "held-out"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A sentence that cannot be used."""

    said: Said
    fault: FromFile
    #: What is wrong with its marks.
    marks: BadMarks | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """A sentence that is new, or is marked otherwise than it was."""

    example: Example
    #: How it was written; empty for a new one.
    before: str
    #: Other intents that have the same sentence.
    also: Sequence[str]


@dataclass(kw_only=True)
class Exchanged:
    """What an import did, or would do."""

    brought: list[Brought] = field(default_factory=list)
    same: int = 0
    #: Sentences that the files have more than once.
    repeated: int = 0
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def added(self) -> int:
        return sum(not one.before for one in self.brought)

    @property
    def changed(self) -> int:
        return len(self.brought) - self.added


class ExampleExchange:
    """Imports of examples on one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock, vocabulary: Vocabulary) -> None:
        self._sessions = sessions
        self._clock = clock
        self._vocabulary = vocabulary

    async def try_out(self, sentences: Sequence[Said]) -> Exchanged:
        """What an import of these would do; nothing is written."""
        async with self._sessions() as session:
            return await self._decided(session, sentences, by="")

    async def take_in(self, actor: Actor, sentences: Sequence[Said]) -> Exchanged:
        """Does it, as one change, and writes down who did. Repeated, it changes nothing."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            # Writers of the topic pass one at a time from here on: what is decided on is what is written upon.
            revision = await revisions.next_revision(session, TOPIC, now)
            outcome = await self._decided(session, sentences, by=actor.login)
            await _write(session, [one.example for one in outcome.brought], revision, now)
            done = {"added": outcome.added, "edited": outcome.changed, "left_out": len(outcome.left_out)}
            subject = Subject(kind="example", id="import")
            record(session, actor, "examples.imported", subject, now=now, after=done)
        return outcome

    async def _decided(self, session: AsyncSession, sentences: Sequence[Said], *, by: str) -> Exchanged:
        rows = (await session.scalars(select(ExampleRow))).all()
        held_out = set(await session.scalars(select(HeldOutRow.question)))
        known = _Known(rows, self._vocabulary.entities, held_out, now=self._clock.now(), by=by)
        outcome, seen = Exchanged(), set[tuple[str, str]]()
        for said in sentences:
            left_out = known.refused(said)
            if left_out is not None:
                outcome.left_out.append(left_out)
                continue
            sentence = (said.intent, marks.plain(said.text))
            if sentence in seen:
                outcome.repeated += 1
                continue
            seen.add(sentence)
            brought = known.brought(said)
            if brought is None:
                outcome.same += 1
            else:
                outcome.brought.append(brought)
        return outcome


class _Known:
    """The examples as they are while an import is decided on."""

    def __init__(
        self,
        rows: Iterable[ExampleRow],
        entities: Collection[str],
        held_out: Collection[str],
        *,
        now: datetime,
        by: str,
    ) -> None:
        self._entities, self._held_out, self._now, self._by = entities, held_out, now, by
        self._ids: dict[str, ExampleRow] = {}
        #: Only a release brings a new intent, with its rules; one whose examples were all removed is still there.
        self._topics: dict[str, str] = {}
        self._live: dict[tuple[str, str], ExampleRow] = {}
        self._intents: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            self._ids[row.id] = row
            self._topics.setdefault(row.intent, row.topic)
            if row.retired_at is None:
                plain = marks.plain(row.text)
                self._live[row.intent, plain] = row
                self._intents[plain].add(row.intent)

    def refused(self, said: Said) -> LeftOut | None:
        """Why the sentence cannot be used; None where it can."""
        if said.intent not in self._topics:
            return LeftOut(said=said, fault="unknown-intent")
        try:
            marked = marks.read(said.text)
            marks.check(marked, self._entities)
        except BadMarks as error:
            return LeftOut(said=said, fault="marks", marks=error)
        if not marked.text.strip() or len(said.text) > marks.LONGEST or "\0" in said.text:
            return LeftOut(said=said, fault="sentence")
        if marked.text in self._held_out:
            return LeftOut(said=said, fault="held-out")
        return None

    def brought(self, said: Said) -> Brought | None:
        """The sentence as it would be written; None where it is there as it is."""
        plain = marks.plain(said.text)
        row = self._live.get((said.intent, plain))
        if row is not None and row.text == said.text:
            return None
        example = Example(
            id=row.id if row else self._new_id(said),
            topic=self._topics[said.intent],
            intent=said.intent,
            text=said.text,
            source=row.source if row else "",
            changed_by=self._by,
        )
        also = sorted(self._intents[plain] - {said.intent})
        return Brought(example=example, before=row.text if row else "", also=also)

    def _new_id(self, said: Said) -> str:
        """As a release would call it, which brings a removed one back; another where an edit has taken that name."""
        named = example_id(said.intent, said.text)
        taken = self._ids.get(named)
        if taken is None or taken.retired_at is not None:
            return named
        return example_id(said.intent, f"{said.text}\0{self._now.isoformat()}")


async def _write(session: AsyncSession, examples: Sequence[Example], revision: int, now: datetime) -> None:
    rows = {row.id: row for row in await session.scalars(select(ExampleRow))}
    # The hash stays that of the release: its import then sees nothing new, and leaves the edit alone.
    entries = [
        Entry(
            key=one.id,
            value=one,
            feed=STAFF_FEED,
            content_hash=rows[one.id].content_hash if one.id in rows else "",
        )
        for one in examples
    ]
    if entries:
        await TABLE.upsert(session, [imported_row(entry, revision, now) for entry in entries])


def in_order(brought: Sequence[Brought]) -> list[Brought]:
    """What changes before what is new, since that is what somebody has to look at."""
    return sorted(brought, key=lambda one: (not one.before, one.example.intent))
