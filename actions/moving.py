"""How does a citizen move a visit to another time? Which one, the new day and time, agreed to, moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actions.errors import BackendDown, Refusal
from actions.forms import FormAction, Step, Turn
from actions.memory import shown
from actions.options import Option
from actions.steps.agreement import AgreeStep
from actions.steps.mine import APPOINTMENT, MineStep
from actions.steps.times import DayStep, Names, TimeStep, Where, kept_words
from actions.wording import appointment_words

NAMES = Names(day="moving_date", slot="moving_slot", wish="moving_wish")
TITLES = ("确认改期", "再换个时间", "不改了")
#: Refusals after which another time can be chosen; after any other the form is over.
_LOST: Mapping[str, str] = {
    "slot-full": "utter_lost_full",
    "slot-closed": "utter_lost_closed",
    "slot-past": "utter_lost_past",
}


class ValidateMovingForm(FormAction):
    """The form that moves an appointment."""

    @property
    def form(self) -> str:
        return "moving_form"

    @property
    def slots(self) -> Sequence[str]:
        return ("moving_code", "moving_wish", "moving_date", "moving_slot", "moving_done")

    @property
    def own_intents(self) -> frozenset[str]:
        return frozenset({"change_appointment", "book_appointment"})

    def steps(self, turn: Turn) -> Sequence[Step]:
        return (
            MineStep("moving_code", question="utter_request_moving_code"),
            DayStep(NAMES, where),
            TimeStep(NAMES, where),
            AgreeStep("moving_done", sum_up=_summary, titles=TITLES, do=_move),
        )


def where(turn: Turn) -> Where | None:
    """The hall and service of the appointment that is moved."""
    kept = turn.values["moving_code"]
    return Where(hall_code=kept["hall"], service_code=kept["service"]) if kept else None


def _summary(turn: Turn) -> tuple[str, Mapping[str, str]]:
    time = kept_words(turn.values["moving_slot"], turn.now.date())
    return "utter_confirm_moving", {"what": turn.values["moving_code"]["what"], "time": time}


async def _move(turn: Turn) -> None:
    code, slot = turn.values["moving_code"]["code"], turn.values["moving_slot"]["id"]
    try:
        moved = await turn.parts.backends.move(code, turn.message.citizen_id, slot, f"change-{turn.message.message_id}")
    except BackendDown:
        turn.tell("utter_not_submitted", hotline=turn.parts.settings.hotline)
    except Refusal as refusal:
        if refusal.type in _LOST:
            turn.tell(_LOST[refusal.type])
            turn.drop("moving_slot", *(() if refusal.type == "slot-full" else ("moving_date",)))
            return
        turn.tell("utter_cannot_move")
        turn.end()
    else:
        words = appointment_words(moved, turn.now.date())
        turn.tell("utter_moved", what=words, code=moved.code)
        turn.extra += shown([Option(kind=APPOINTMENT, value=moved.code, title=words)])
        turn.end()
