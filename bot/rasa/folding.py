"""How does a conversation stay quick however long it is? What was said long ago is folded into what it has left behind.

Rasa goes through every event of the session at each step of a turn: at turn 200 a turn cost ten times as much as the
first. So a long session begins anew in place, with the same slots and its last turns; the events themselves stay in the
table, for whoever reads conversations, and are only not read by Rasa any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

Event = dict[str, Any]

#: Events of a session, from which on it is folded: some 30 turns.
MOST_EVENTS = 200
#: Turns that stay as they are.
KEPT_TURNS = 5


def folded(events: Sequence[Event], domain: Domain) -> list[Event] | None:
    """The session's events with the early ones folded; None where it is short, or stands in the middle of something."""
    if len(events) <= MOST_EVENTS or events[-1].get("name") != ACTION_LISTEN_NAME:
        return None
    cut = _cut(events)
    if not 0 < cut <= len(events) - 1 or cut < MOST_EVENTS // 2:
        return None
    early = DialogueStateTracker.from_dict("", list(events[:cut]), domain.slots)
    at = float(events[cut - 1]["timestamp"])
    values = {
        name: slot.value for name, slot in sorted(early.slots.items()) if slot.has_been_set and slot.value is not None
    }
    left = [SessionStarted(timestamp=at), *(SlotSet(name, value, timestamp=at) for name, value in values.items())]
    # Rasa takes what a citizen says for an answer to its listening: that comes right before the first turn that stays.
    return [*(event.as_dict() for event in left), events[cut - 1], *events[cut:]]


def _cut(events: Sequence[Event]) -> int:
    """Where the part begins that stays: some turns before the end, and not after an open form has begun."""
    turns = [place for place, event in enumerate(events) if event["event"] == "user"]
    if len(turns) <= KEPT_TURNS:
        return 0
    cut = turns[-KEPT_TURNS]
    open_since: int | None = None
    for place, event in enumerate(events):
        if event["event"] == "active_loop":
            open_since = None if not event.get("name") else place if open_since is None else open_since
    if open_since is not None and open_since < cut:
        cut = max((turn for turn in turns if turn < open_since), default=0)
    return cut
