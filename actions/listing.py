"""What has a citizen booked, and which halls are there?"""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answers import Hall
from actions.base import BackedAction
from actions.clock import CITY_ZONE
from actions.memory import Event, on_table, shown
from actions.naming import HALL_WORDS, SHORTEST, by_distance, named_hall
from actions.options import Option, picked
from actions.parts import Parts
from actions.said import Said, said
from actions.steps.mine import APPOINTMENT, COMING
from actions.steps.places import HALL
from actions.subject import subject
from actions.subscriptions import in_form
from actions.wording import STATES, appointment_words

NEAREST = 3
#: A district's name may stand beside the word for a hall.
AREA_SIGNS = 3
#: What may be asked on about a hall.
OF_HALLS = frozenset({"hours", "place", "phone"})
_CHANGES = re.compile(
    r"改到|改成|改为|改在|改个?时间|改期|改天|改一下|换到|换成|换个时间|换一?天|推迟|延后|提前|挪|往后|往前|想改|能改"
)
#: A change is wished for and nothing else is said: "改到下周四", also where nothing is on the table.
_ONLY_CHANGES = re.compile(
    r"^(?:那|就|我|想|要|能不能|可以|帮我|请|麻烦|把?时间|给我|还是|[，,\s])*(?:改|换|挪|推迟|延后?|提前)(?:到|成|为|在|至)"
)
_GIVES_BACK = re.compile(r"取消|退[了掉号]|不去了|去不了|不要了|不约了|来不了")


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
        mine.sort(key=lambda one: one.starts_at)
        options = [Option(kind=APPOINTMENT, value=one.code, title=appointment_words(one, today)) for one in mine]
        lines = [
            f"{f'{number}.' if len(mine) > 1 else '·'} {option.title}，预约码{one.code}，{STATES[one.state]}"
            for number, (option, one) in enumerate(zip(options, mine, strict=True), start=1)
        ]
        dispatcher.utter_message(response="utter_appointments", appointments="\n".join(lines))
        return [] if in_form(tracker) else shown(options)


def form_for_listed(parts: Parts, tracker: Tracker, message: Said) -> str | None:
    """The form that "改到下周四" or "第二个不去了" starts after a list of appointments; None for anything else."""
    if in_form(tracker):
        return None
    listed = on_table(tracker, APPOINTMENT)
    if listed and _GIVES_BACK.search(message.text):
        return "cancelling_form"
    if listed and _CHANGES.search(message.text):
        return "moving_form"
    alone = _ONLY_CHANGES.match(message.text)
    return "moving_form" if alone and parts.dates.read(message.text, parts.clock.now()).anything else None


def choose_listed(dispatcher: CollectingDispatcher, tracker: Tracker, message: Said) -> list[Event] | None:
    """One of the listed appointments was chosen by number: what to do with it is asked; None where none was."""
    option = picked(message.text, on_table(tracker, APPOINTMENT))
    if option is None:
        return None
    dispatcher.utter_message(response="utter_appointment_chosen", what=option.title)
    return shown([option])


class ShowHalls(BackedAction):
    """The halls: the nearest ones where the citizen's position is known, the named one, else all."""

    def name(self) -> str:
        return "action_show_halls"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
        events = await tell_halls(self.parts, dispatcher, said(tracker))
        return [] if in_form(tracker) else events


def hall_told(tracker: Tracker, message: Said) -> str | None:
    """The name of the hall just told of, where "周六开不开" goes on about it, or of another one; else None."""
    told = [] if in_form(tracker) else on_table(tracker, HALL)
    district = message.value("district")
    if told and district and len(subject(message.unasked.replace(district, " "))) < SHORTEST:
        return district
    goes_on = message.aspects and set(message.aspects) <= OF_HALLS and len(subject(message.unasked)) < SHORTEST
    return told[0].title if len(told) == 1 and goes_on else None


async def tell_halls(
    parts: Parts, dispatcher: CollectingDispatcher, message: Said, *, name: str | None = None
) -> list[Event]:
    """Tells of the halls that a message is about; `name`: the one that was told of before."""
    halls = await parts.backends.halls()
    latitude, longitude = _number(message.value("latitude")), _number(message.value("longitude"))
    near = by_distance(halls, latitude, longitude) if latitude is not None and longitude is not None else []
    if near:
        lines = [f"{_hall(hall)}\n  距您约{kilometres:.1f}公里" for hall, kilometres in near[:NEAREST]]
        dispatcher.utter_message(response="utter_nearest_halls", halls="\n".join(lines))
        return shown([])
    if not halls:
        dispatcher.utter_message(response="utter_no_halls", hotline=parts.settings.hotline)
        return []
    named = named_hall(name or message.text, halls)
    lines = [_hall(one) for one in ([named] if named else halls)]
    dispatcher.utter_message(response="utter_hall" if named else "utter_halls", halls="\n".join(lines))
    return shown([Option(kind=HALL, value=named.hall_code, title=named.name)] if named else [])


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
