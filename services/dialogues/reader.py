"""How are conversations found and read? By SQL of our own on the bot's tables, which we only read.

See docs/decisions/0030-console-reads-messages.md. The assistant's events may be missing: Rasa makes their table at its
first start.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock
from services.db import Sessions
from services.dialogues.types import Answer, Said, Turn, Understood, Wanted

#: Turns of one page of a conversation.
TURNS = 30
#: A search for less than this looks through the newest messages only.
SHORTEST_GRAM = 2

#: The window has the index (received_at, seq); `text_grams` has one of its own (migration 0031).
FIND = """
    SELECT seq, citizen_id, told, state, received_at, settled_at FROM inbox
    WHERE told IS NOT NULL AND citizen_id IS NOT NULL {conditions}
    ORDER BY received_at DESC, seq DESC LIMIT :limit
"""
#: The same of the newest messages alone: whatever many citizens say is there, and needs no index of words, by which
#: all of their messages would be read and sorted.
FIND_NEWEST = """
    SELECT seq, citizen_id, told, state, received_at, settled_at FROM (
        SELECT * FROM inbox WHERE told IS NOT NULL AND citizen_id IS NOT NULL {window}
        ORDER BY received_at DESC, seq DESC LIMIT :newest
    ) AS newest
    WHERE true {conditions}
    ORDER BY received_at DESC, seq DESC LIMIT :limit
"""
#: Messages that are looked through before the index of words is asked.
NEWEST = 10_000
OF_CITIZEN = text("""
    SELECT message_id, seq, citizen_id, told, state, received_at, settled_at FROM inbox
    WHERE citizen_id = :citizen_id AND told IS NOT NULL AND seq < :below
    ORDER BY seq DESC LIMIT :limit
""")
ANSWERS = text("""
    SELECT message_id, content, state, created_at FROM outbox
    WHERE message_id = ANY(:messages) ORDER BY seq, position
""")
UNASKED = text("""
    SELECT message_id, content, state, created_at FROM outbox
    WHERE citizen_id = :citizen_id AND message_id IS NULL AND created_at >= :since AND created_at < :until
    ORDER BY created_at DESC LIMIT :limit
""")
EVENTS = text("""
    SELECT id, type_name, message_id, data FROM rasa_events
    WHERE sender_id = :sender AND type_name IN ('user', 'action', 'bot') AND id >= (
        SELECT min(id) FROM rasa_events WHERE sender_id = :sender AND message_id = ANY(:messages)
    ) ORDER BY id LIMIT :limit
""")
#: Events of one turn at most; a turn has about six.
EVENTS_OF_TURN = 60
IDLE_ACTIONS = frozenset({"action_listen", "action_session_start"})


class Dialogues:
    """Conversations of one database."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def find(self, wanted: Wanted) -> Sequence[Said]:
        """Messages of citizens, the newest first."""
        window, values = _window(wanted)
        conditions, more = _conditions(wanted)
        values |= {**more, "limit": wanted.limit}
        async with self._sessions() as session:
            if wanted.text:
                newest = FIND_NEWEST.format(window=window, conditions=conditions)
                rows = (await session.execute(text(newest), {**values, "newest": NEWEST})).all()
                if len(rows) == wanted.limit:
                    return [_said(row) for row in rows]
                conditions += _GRAMS if len(wanted.text) >= SHORTEST_GRAM else ""
            found = await session.execute(text(FIND.format(conditions=window + conditions)), values)
            return [_said(row) for row in found]

    async def turns(self, citizen_id: UUID, *, below: int | None = None) -> tuple[list[Turn], int | None]:
        """A page of a conversation in the order in which it was held, and where the page before it ends.

        The newest page where `below` (a message's number) is None.
        """
        async with self._sessions() as session:
            values = {"citizen_id": citizen_id, "below": below or 2**62, "limit": TURNS + 1}
            rows = (await session.execute(OF_CITIZEN, values)).all()
            shown = rows[:TURNS]
            messages = [row.message_id for row in shown]
            answers = (await session.execute(ANSWERS, {"messages": messages})).all()
            understood = await _understood(session, citizen_id, messages)
            until = rows[0].received_at if below is not None and rows else self._clock.now()
            since = shown[-1].received_at if shown else until
            span = {"citizen_id": citizen_id, "since": since, "until": until, "limit": TURNS}
            unasked = (await session.execute(UNASKED, span)).all()
        found = [
            Turn(
                said=_said(row),
                understood=understood.get(row.message_id),
                answers=[_answer(one) for one in answers if one.message_id == row.message_id],
            )
            for row in shown
        ]
        found += [Turn(said=None, understood=None, answers=[_answer(row)]) for row in unasked]
        found.sort(key=lambda turn: turn.said.received_at if turn.said else turn.answers[0].created_at)
        return found, shown[-1].seq if len(rows) > TURNS else None


def _conditions(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """SQL made of constants only; what was typed goes in as values."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    if wanted.text:
        parts.append("told ILIKE :pattern")
        values |= {"pattern": f"%{wanted.text.translate(_LIKE)}%", "text": wanted.text}
    if wanted.state in _STATES:
        parts.append(_STATES[wanted.state])
    if wanted.citizen_id:
        parts.append("citizen_id = :citizen_id")
        values["citizen_id"] = wanted.citizen_id
    return "".join(f" AND {part}" for part in parts), values


def _window(wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The same of when it was said."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    if wanted.since is not None:
        parts.append("received_at >= :since")
        values["since"] = wanted.since
    if wanted.until is not None:
        parts.append("received_at < :until")
        values["until"] = wanted.until
    if wanted.below is not None:
        parts.append("(received_at, seq) < (:below_at, :below_seq)")
        values["below_at"], values["below_seq"] = wanted.below
    return "".join(f" AND {part}" for part in parts), values


#: State -> SQL: written out, so that the index of failed messages (migration 0059) is known to hold them.
_STATES = {name: f"state = '{name}'" for name in ("waiting", "answered", "failed")}
_GRAMS = " AND text_grams(told) @> text_grams(:text)"
#: A search for `50%` means the sign.
_LIKE = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


async def _understood(session: AsyncSession, citizen_id: UUID, messages: Sequence[UUID]) -> Mapping[UUID, Understood]:
    if not messages or await session.scalar(text("SELECT to_regclass('rasa_events')")) is None:
        return {}
    values = {
        "sender": str(citizen_id),
        "messages": [str(message_id) for message_id in messages],
        "limit": EVENTS_OF_TURN * len(messages),
    }
    return read_events((await session.execute(EVENTS, values)).all())


def read_events(rows: Iterable[Any]) -> dict[UUID, Understood]:
    """What the assistant made of each message, by the message's id; rows in order, from the first message on."""
    found: dict[UUID, Understood] = {}
    current: UUID | None = None
    for row in rows:
        data = json.loads(row.data)
        if row.type_name == "user":
            current = UUID(row.message_id) if row.message_id else None
            if current is not None:
                intent = (data.get("parse_data") or {}).get("intent") or {}
                found[current] = Understood(
                    intent=str(intent.get("name") or ""),
                    confidence=float(intent.get("confidence") or 0.0),
                    actions=(),
                    utterances=(),
                )
        elif current is not None:
            found[current] = _with(found[current], row.type_name, data)
    return found


def _with(one: Understood, kind: str, data: Mapping[str, Any]) -> Understood:
    """The turn with one event more."""
    actions, utterances = list(one.actions), list(one.utterances)
    name = str(data.get("name") or "")
    if kind == "action" and name and name not in IDLE_ACTIONS:
        actions.append(name)
    uttered = str((data.get("metadata") or {}).get("utter_action") or "") if kind == "bot" else ""
    if uttered and uttered not in utterances:
        utterances.append(uttered)
    return Understood(intent=one.intent, confidence=one.confidence, actions=actions, utterances=utterances)


def _said(row: Any) -> Said:
    return Said(
        seq=row.seq,
        citizen_id=row.citizen_id,
        text=row.told,
        state=row.state,
        received_at=row.received_at,
        settled_at=row.settled_at,
    )


def _answer(row: Any) -> Answer:
    shown, url = readable(row.content)
    return Answer(text=shown, url=url, state=row.state, created_at=row.created_at)


def readable(content: Mapping[str, Any]) -> tuple[str, str]:
    """The words of a message as a platform's API takes it, and its link: text, card or template."""
    low = {name.lower(): value for name, value in content.items()}
    if "content" in low:
        return str(low["content"]), ""
    if isinstance(low.get("text"), dict):
        return str(low["text"].get("content", "")), ""
    articles = low.get("articles") or (low.get("news") or {}).get("articles")
    if articles:
        card = {name.lower(): value for name, value in articles[0].items()}
        return f"{card.get('title', '')}\n{card.get('description', '')}".strip(), str(card.get("url", ""))
    template = low.get("template") or {}
    values = [str(field.get("value", "")) for field in (template.get("data") or {}).values()]
    return "\n".join(value for value in values if value), str(template.get("url", ""))
