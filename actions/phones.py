"""Nobody answers the telephone: which other ways are there?"""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import Guide
from actions.base import BackedAction
from actions.errors import BackendError
from actions.memory import Event, item_in_hand
from actions.said import TITLES, said

#: What helps who cannot get through, of what a guide tells.
WAYS = ("hours", "place", "complaint_phone")
_HOTLINE = re.compile(r"12345|热线")


class OtherWays(BackedAction):
    """The hotline, then where and when to go for the item in hand, and where to complain."""

    def name(self) -> str:
        return "action_other_ways"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        hotline = self.parts.settings.hotline
        guide = await self._guide(tracker)
        ways = [f"· {TITLES[one]}：{guide.told(one)}" for one in WAYS if guide.told(one)] if guide else []
        busy = bool(_HOTLINE.search(said(tracker).text))
        dispatcher.utter_message(response="utter_hotline_busy" if busy else "utter_phone_unanswered", hotline=hotline)
        if guide and ways:
            dispatcher.utter_message(response="utter_other_ways", item=guide.task_name, ways="\n".join(ways))
        else:
            dispatcher.utter_message(response="utter_other_ways_halls")
        return []

    async def _guide(self, tracker: Tracker) -> Guide | None:
        hand = item_in_hand(tracker, self.parts.clock.now())
        try:
            return await self.parts.backends.guide(hand.code) if hand else None
        except BackendError:  # the hotline helps without it
            return None
