"""How does a citizen give a visit back? Which one, agreed to, cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actions.errors import BackendDown, Refusal
from actions.forms import FormAction, Step, Turn
from actions.steps.agreement import AgreeStep
from actions.steps.mine import MineStep

TITLES = ("确认取消", "先不取消")


class ValidateCancellingForm(FormAction):
    """The form that cancels an appointment."""

    @property
    def form(self) -> str:
        return "cancelling_form"

    @property
    def slots(self) -> Sequence[str]:
        return ("cancelling_code", "cancelling_done")

    @property
    def own_intents(self) -> frozenset[str]:
        return frozenset({"cancel_appointment"})

    @property
    def cancels(self) -> bool:
        """Here "取消" is the wish, not the way out."""
        return True

    def steps(self, turn: Turn) -> Sequence[Step]:
        return (
            MineStep("cancelling_code", question="utter_request_cancelling_code"),
            AgreeStep("cancelling_done", sum_up=_summary, titles=TITLES, do=_cancel),
        )


def _summary(turn: Turn) -> tuple[str, Mapping[str, str]]:
    return "utter_confirm_cancelling", {"what": turn.values["cancelling_code"]["what"]}


async def _cancel(turn: Turn) -> None:
    kept = turn.values["cancelling_code"]
    try:
        await turn.parts.backends.cancel(kept["code"], turn.message.citizen_id)
    except BackendDown:
        turn.tell("utter_not_submitted", hotline=turn.parts.settings.hotline)
    except Refusal:
        turn.tell("utter_cannot_cancel", hotline=turn.parts.settings.hotline)
        turn.end()
    else:
        turn.tell("utter_cancelled", what=kept["what"])
        turn.end()
