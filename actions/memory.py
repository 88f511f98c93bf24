"""What is the conversation about right now? The item in hand and the options on the table, kept in slots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rasa_sdk.events import SlotSet

from actions.options import Option, options_of

#: After this an item is no longer in hand: the citizen is asked instead.
IN_HAND = timedelta(minutes=30)

#: What `offer` holds right after subjects were followed or left: "还有公积金" then means that one too.
MORE = "more_subjects"

Event = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemInHand:
    """The service item last spoken of."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerInHand:
    """The staff's answer last told."""

    entry: str
    question: str


def item_in_hand(tracker: Any, now: datetime) -> ItemInHand | None:
    """The item that a question without a subject is about; None where none was named or it was too long ago."""
    code, spoken_at = tracker.get_slot("item_code"), tracker.get_slot("item_spoken_at")
    if not code or not spoken_at or now - datetime.fromisoformat(spoken_at) > IN_HAND:
        return None
    return ItemInHand(code=code, name=tracker.get_slot("item_name") or "")


def take_in_hand(code: str | None, name: str | None, now: datetime) -> list[Event]:
    """From now on, a question without a subject is about this item."""
    item = [SlotSet("item_code", code), SlotSet("item_name", name), SlotSet("item_spoken_at", now.isoformat())]
    return [*item, SlotSet("answer_told", None)]


def answer_in_hand(tracker: Any, now: datetime) -> AnswerInHand | None:
    """The answer that "那要多久" goes on about; None where none was told, or an item was spoken of since."""
    kept = tracker.get_slot("answer_told")
    if not kept or now - datetime.fromisoformat(kept["at"]) > IN_HAND:
        return None
    return AnswerInHand(entry=kept["entry"], question=kept["question"])


def take_answer(entry: str, question: str, item: ItemInHand | None, now: datetime) -> list[Event]:
    """From now on this answer is spoken of, and the item to which it belongs; whatever item was before no longer is."""
    code, name = (item.code, item.name) if item else (None, None)
    kept = {"entry": entry, "question": question, "at": now.isoformat()}
    return [*take_in_hand(code, name, now), SlotSet("answer_told", kept)]


def let_go() -> list[Event]:
    """The citizen wants to talk of something else."""
    kept = (
        "item_code",
        "item_name",
        "item_spoken_at",
        "answer_told",
        "asked_aspects",
        "options",
        "offer",
        "unanswered",
    )
    return [SlotSet(name, None) for name in kept]


def shown(options: Sequence[Option]) -> list[Event]:
    """These options are on the table now, and no others."""
    return [SlotSet("options", [one.plain() for one in options] or None)]


def on_table(tracker: Any, *kinds: str) -> list[Option]:
    """The options last shown, if they are of these kinds (of any, where none is named)."""
    options = options_of(tracker.get_slot("options"))
    return options if not kinds or all(one.kind in kinds for one in options) else []


def aspects_waiting(tracker: Any) -> tuple[str, ...]:
    """What was asked while it was not yet known about which item."""
    return tuple(tracker.get_slot("asked_aspects") or ())
