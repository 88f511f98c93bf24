"""Which of my appointments? The only one there is, or the one that is named by day, code or number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from actions.answers import Appointment
from actions.clock import CITY_ZONE
from actions.dates import When
from actions.forms import Turn, before_change
from actions.options import Option
from actions.wording import appointment_words

APPOINTMENT = "appointment"
#: "取消预约" after a booking may mean an earlier one; "这个预约" does not.
_ANY_OF_THEM = re.compile(r"(?<!这个)(?<!那个)(?<!这次)预约")
COMING = frozenset({"reserved", "confirmed"})


class MineStep:
    """One of the citizen's coming appointments."""

    def __init__(self, slot: str, *, question: str) -> None:
        self.slot = slot
        self._question = question

    async def read(self, turn: Turn) -> None:
        if turn.values[self.slot] is not None:
            return
        mine = coming(await turn.parts.backends.appointments(turn.message.citizen_id), turn)
        if not mine:
            turn.tell("utter_no_appointments")
            turn.end()
            return
        option = turn.picked(APPOINTMENT)
        chosen = next((one for one in mine if option and one.code == option.value), None)
        chosen = chosen or named(mine, turn) or _spoken_of(mine, turn)
        if chosen is None and len(mine) == 1:
            chosen = mine[0]
        if chosen:
            turn.take(self.slot, kept(chosen, turn))

    async def ask(self, turn: Turn) -> None:
        mine = coming(await turn.parts.backends.appointments(turn.message.citizen_id), turn)
        today = turn.now.date()
        options = [Option(kind=APPOINTMENT, value=one.code, title=appointment_words(one, today)) for one in mine]
        turn.ask(self._question, options)


def coming(appointments: Sequence[Appointment], turn: Turn) -> list[Appointment]:
    """Those still to come, the next first."""
    ahead = [one for one in appointments if one.state in COMING and one.starts_at > turn.now]
    return sorted(ahead, key=lambda one: one.starts_at)


def named(mine: Sequence[Appointment], turn: Turn) -> Appointment | None:
    """The only appointment that the message names by code, service, hall or day."""
    text = turn.message.text
    # "把周三的改成周五": the day before the change is the appointment's, and "改成周五" names none.
    when: When = turn.parts.dates.read(before_change(text), turn.now)
    tests = (
        lambda one: one.code in text.upper(),
        lambda one: one.service_name in text,
        lambda one: one.hall_name in text,
        lambda one: when.day is not None and one.starts_at.astimezone(CITY_ZONE).date() == when.day,
    )
    for test in tests:
        found = [one for one in mine if test(one)]
        if len(found) == 1:
            return found[0]
    return None


def _spoken_of(mine: Sequence[Appointment], turn: Turn) -> Appointment | None:
    """The one that was shown or chosen just before, where it was only one."""
    options = turn.options if turn.requested is None else []
    if len(options) != 1 or options[0].kind != APPOINTMENT or _ANY_OF_THEM.search(turn.message.text):
        return None
    return next((one for one in mine if one.code == options[0].value), None)


def kept(appointment: Appointment, turn: Turn) -> dict[str, Any]:
    """An appointment as a form keeps it."""
    return {
        "code": appointment.code,
        "hall": appointment.hall_code,
        "service": appointment.service_code,
        "what": appointment_words(appointment, turn.now.date()),
    }
