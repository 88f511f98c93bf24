"""Where do conversations live? In PostgreSQL, in a table of our own; a failure is never papered over with memory.

Rasa wraps every store in one that swallows errors and goes on with an empty conversation. `failures` is how the input
channel learns that this happened in its own request.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa.folding import folded

METADATA = sa.MetaData()
EVENTS = sa.Table(
    "rasa_events",
    METADATA,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("sender_id", sa.Text, nullable=False),
    sa.Column("type_name", sa.Text, nullable=False),
    #: The edge's id of the message, on a citizen's utterance only.
    sa.Column("message_id", sa.Text),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index("ix_rasa_events_sender_id", "sender_id", "id"),
    sa.Index("ix_rasa_events_at", "at"),
)
# For tables made before there was this index.
MESSAGE_INDEX = sa.text(
    "CREATE INDEX IF NOT EXISTS ix_rasa_events_message_id ON rasa_events (message_id) WHERE message_id IS NOT NULL"
)
#: Rows that repeat earlier ones where a long session was folded (bot/rasa/folding.py); for Rasa's eyes only.
FOLDED = "folded"
ALL = sa.text("""
    SELECT data FROM rasa_events WHERE sender_id = :sender_id AND type_name <> 'folded' ORDER BY id
""")
# Of the latest session, which begins with the row of its start.
SESSION = sa.text("""
    SELECT data FROM rasa_events WHERE sender_id = :sender_id AND id >= coalesce(
        (SELECT max(id) FROM rasa_events WHERE sender_id = :sender_id AND type_name = 'session_started'), 0)
    ORDER BY id
""")
KNOWN = sa.text("""
    SELECT count(*) FROM rasa_events WHERE sender_id = :sender_id AND id >= coalesce(
        (SELECT max(id) FROM rasa_events WHERE sender_id = :sender_id AND type_name = 'session_started'), 0)
""")
APPEND = sa.text("""
    INSERT INTO rasa_events (sender_id, type_name, message_id, data)
    SELECT :sender_id, type_name, message_id, data
    FROM ROWS FROM (
        jsonb_to_recordset(CAST(:rows AS jsonb)) AS (type_name text, message_id text, data text)
    ) WITH ORDINALITY AS new (type_name, message_id, data, place)
    ORDER BY place
""")
# The utterance with this message id, and what followed it up to the next one.
EXCHANGE = sa.text("""
    WITH said AS (
        SELECT max(id) AS id FROM rasa_events WHERE sender_id = :sender_id AND message_id = :message_id
    ), later AS (
        SELECT min(e.id) AS id FROM rasa_events e, said
        WHERE e.sender_id = :sender_id AND e.id > said.id AND e.type_name = 'user'
    )
    SELECT e.data FROM rasa_events e, said, later
    WHERE e.sender_id = :sender_id AND e.id >= said.id AND (later.id IS NULL OR e.id < later.id)
        AND e.type_name <> 'folded'
    ORDER BY e.id
""")
#: Two processes that start together must not both create the table.
CREATE_LOCK = 7_205_759

_failures: ContextVar[list[Exception] | None] = ContextVar("tracker_store_failures", default=None)


@contextlib.contextmanager
def failures() -> Iterator[list[Exception]]:
    """Collects what went wrong in the store while the block runs, in this task only."""
    collected: list[Exception] = []
    token = _failures.set(collected)
    try:
        yield collected
    finally:
        _failures.reset(token)


class PostgresTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Events of conversations as rows; reads the latest session only, and off the event loop."""

    def __init__(
        self, domain: Domain, host: str | None = None, event_broker: EventBroker | None = None, **kwargs: Any
    ) -> None:
        if not host or not host.startswith("postgresql"):
            raise ValueError("endpoints.yml: tracker_store.url must be the address of a PostgreSQL database")
        # Each statement is a transaction of its own, and no connection is asked before whether it still lives: a turn
        # has three trips to the server instead of a dozen. After a restart of the database the first turn fails, every
        # connection is made anew, and the edge asks again.
        self._engine = sa.create_engine(
            host,
            pool_size=int(kwargs.pop("pool_size", 4)),
            max_overflow=4,
            isolation_level="AUTOCOMMIT",
            connect_args={"connect_timeout": 5, "application_name": "zhengqiao-rasa"},
        )
        with self._engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(CREATE_LOCK)))
            METADATA.create_all(connection)
            connection.execute(MESSAGE_INDEX)
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Appends what is new since the conversation was read."""
        await self.stream_events(tracker)
        with _noted():
            await asyncio.to_thread(self._append, tracker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The latest session of a conversation, without what is folded of it."""
        with _noted():
            events = await asyncio.to_thread(self._read, sender_id)
            short = folded(events, self.domain)
            if short is not None:
                await asyncio.to_thread(self._fold, sender_id, short)
                events = short
        return self._tracker(sender_id, events)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All sessions of a conversation."""
        with _noted():
            events = await asyncio.to_thread(self._read_all, conversation_id)
        return self._tracker(conversation_id, events)

    async def keys(self) -> Iterable[str]:
        """Every conversation there is."""
        with _noted():
            return await asyncio.to_thread(self._senders)

    async def replies_to(self, sender_id: str, message_id: str) -> list[dict[str, Any]]:
        """The answered utterance with this message id and what followed it, up to the next utterance; [] if none."""
        return await asyncio.to_thread(self._exchange, sender_id, message_id)

    async def forget(self, sender_id: str) -> int:
        """Deletes a conversation; tells how many events that were."""
        return await asyncio.to_thread(self._delete, sender_id)

    def _tracker(self, sender_id: str, events: list[dict[str, Any]]) -> DialogueStateTracker | None:
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

    def _read(self, sender_id: str) -> list[dict[str, Any]]:
        return self._events(SESSION, sender_id=sender_id)

    def _read_all(self, sender_id: str) -> list[dict[str, Any]]:
        return self._events(ALL, sender_id=sender_id)

    def _exchange(self, sender_id: str, message_id: str) -> list[dict[str, Any]]:
        return self._events(EXCHANGE, sender_id=sender_id, message_id=message_id)

    def _events(self, query: sa.TextClause, **values: str) -> list[dict[str, Any]]:
        with self._engine.connect() as connection:
            return [json.loads(row) for row in connection.scalars(query, values)]

    def _append(self, tracker: DialogueStateTracker) -> None:
        """Only this conversation's turn writes to it: the edge sends the next message after the last answer."""
        with self._engine.connect() as connection:
            known = connection.scalar(KNOWN, {"sender_id": tracker.sender_id}) or 0
            rows = [_row(event.as_dict()) for event in list(tracker.events)[known:]]
            if rows:
                connection.execute(APPEND, {"sender_id": tracker.sender_id, "rows": json.dumps(rows)})

    def _fold(self, sender_id: str, events: list[dict[str, Any]]) -> None:
        """Writes the events as the session that is read from now on."""
        beginning, *others = [_row(event) for event in events]
        rows = [beginning, *({**row, "type_name": FOLDED, "message_id": None} for row in others)]
        with self._engine.connect() as connection:
            connection.execute(APPEND, {"sender_id": sender_id, "rows": json.dumps(rows)})

    def _senders(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.scalars(sa.select(EVENTS.c.sender_id).distinct()))

    def _delete(self, sender_id: str) -> int:
        with self._engine.begin() as connection:
            return connection.execute(sa.delete(EVENTS).where(EVENTS.c.sender_id == sender_id)).rowcount


def _row(event: dict[str, Any]) -> dict[str, Any]:
    utterance = event.get("event") == "user"
    return {
        "type_name": event["event"],
        "message_id": (event.get("metadata") or {}).get("message_id") if utterance else None,
        "data": json.dumps(event, ensure_ascii=False).replace("\\u0000", ""),
    }


@contextlib.contextmanager
def _noted() -> Iterator[None]:
    """Lets the error pass, but not unseen."""
    try:
        yield
    except Exception as error:
        collected = _failures.get()
        if collected is not None:
            collected.append(error)
        raise
