"""What has a citizen booked, and which halls are there?"""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import Hall
from actions.base import BackedAction
from actions.clock import CITY_ZONE
from actions.memory import Event
from actions.naming import HALL_WORDS, by_distance, named_hall
from actions.parts import Parts
from actions.said import Said, said
from actions.steps.mine import COMING
from actions.subject import subject
from actions.wording import STATES, appointment_words

NEAREST = 3
#: A district's name may stand beside the word for a hall.
AREA_SIGNS = 3


class ListAppointments(BackedAction):
    """The citizen's coming appointments."""

    def name(self) -> str:
        return "action_list_appointments"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        now = self.parts.clock.now()
        all_of_them = await self.parts.backends.appointments(str(tracker.sender_id))
        mine = [one for one in all_of_them if one.state in COMING and one.starts_at > now]
        if not mine:
            dispatcher.utter_message(response="utter_no_appointments")
            return []
        today = now.astimezone(CITY_ZONE).date()
        lines = [
            f"· {appointment_words(one, today)}，预约码{one.code}，{STATES[one.state]}"
            for one in sorted(mine, key=lambda one: one.starts_at)
        ]
        dispatcher.utter_message(response="utter_appointments", appointments="\n".join(lines))
        return []


class ShowHalls(BackedAction):
    """The halls: the nearest ones where the citizen's position is known, the named one, else all."""

    def name(self) -> str:
        return "action_show_halls"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        await tell_halls(self.parts, dispatcher, said(tracker))
        return []


async def tell_halls(parts: Parts, dispatcher: CollectingDispatcher, message: Said) -> None:
    """Tells of the halls that a message is about."""
    halls = await parts.backends.halls()
    latitude, longitude = _number(message.value("latitude")), _number(message.value("longitude"))
    near = by_distance(halls, latitude, longitude) if latitude is not None and longitude is not None else []
    if near:
        lines = [f"{_hall(hall)}\n  距您约{kilometres:.1f}公里" for hall, kilometres in near[:NEAREST]]
        dispatcher.utter_message(response="utter_nearest_halls", halls="\n".join(lines))
        return
    if not halls:
        dispatcher.utter_message(response="utter_no_halls", hotline=parts.settings.hotline)
        return
    named = named_hall(message.text, halls)
    lines = [_hall(one) for one in ([named] if named else halls)]
    dispatcher.utter_message(response="utter_hall" if named else "utter_halls", halls="\n".join(lines))


def is_about_halls(message: Said) -> bool:
    """Whether a question names a hall and nothing else: 江北大厅几点上班."""
    return bool(HALL_WORDS.search(message.text)) and len(subject(HALL_WORDS.sub(" ", message.unasked))) <= AREA_SIGNS


def _hall(hall: Hall) -> str:
    facts = (hall.address, hall.hours_text, hall.phone)
    return "\n  ".join([f"· {hall.name}", *(one for one in facts if one)])


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None
