"""What stays known of a conversation after half an hour of silence? The last checklist, which was promised again.

Rasa carries over every slot into a new session or none; options shown an hour ago must not be chosen from by a "2".
"""

from __future__ import annotations

from rasa.core.actions.action import ActionSessionStart
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

KEPT = ("checklist_last",)


def keep_over_sessions() -> None:
    """From now on a new session starts with these slots; that slots are carried over at all, domain.yml says."""

    def kept(tracker: DialogueStateTracker) -> list[SlotSet]:
        return [SlotSet(name, value) for name in KEPT if (value := tracker.get_slot(name)) is not None]

    ActionSessionStart._slot_set_events_from_tracker = staticmethod(kept)
