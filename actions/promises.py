"""Who is told once a question is answered that the assistant could not answer? Offered, and taken down on a yes."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import BackedAction
from actions.errors import Clash, Missing, TooMany
from actions.memory import MORE, Event

#: What `offer` holds while a yes would mean: tell me the answer.
PROMISE = "promise"
#: The last question that nobody could answer; it may be asked for later than a yes may.
UNANSWERED = "unanswered"


def offer_to_tell(say: CollectingDispatcher, question: str, *, quiet: bool) -> list[Event]:
    """Offers to tell the answer once there is one. Inside a form a yes is the form's: only the words for it count."""
    say.utter_message(response="utter_offer_answer")
    kept = [SlotSet("unanswered", question)]
    return kept if quiet else [*kept, SlotSet("offer", {"kind": PROMISE})]


def no_longer_offered(tracker: Any) -> list[Event]:
    """Something else is talked of: a yes does not mean the earlier question any more, nor "还有公积金" a subject."""
    offer = tracker.get_slot("offer") or {}
    return [SlotSet("offer", None)] if offer.get("kind") in {PROMISE, MORE} else []


async def promise(action: BackedAction, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
    """Takes down that the citizen wants to be told."""
    question = tracker.get_slot("unanswered")
    if not question:
        dispatcher.utter_message(response="utter_promise_which")
        return []
    try:
        await action.parts.backends.promise_answer(str(tracker.sender_id), question)
    except Missing:
        dispatcher.utter_message(response="utter_promise_settled")
    except (Clash, TooMany):
        dispatcher.utter_message(response="utter_promise_too_many", hotline=action.parts.settings.hotline)
        return no_longer_offered(tracker)
    else:
        dispatcher.utter_message(response="utter_promised", question=question)
    return [SlotSet("unanswered", None), *no_longer_offered(tracker)]
