"""Is this really from us? A text that the citizen got is compared with the notices that went out."""

from __future__ import annotations

from collections.abc import Sequence

from actions.answers import NoticeVerdict
from actions.errors import Missing
from actions.forms import ANSWERS, BELIEVED, FormAction, Step, Turn

ASKS_GENUINE = "asks_genuine"
#: A notice is longer than a question about one.
SHORTEST_NOTICE = 20
#: Kinds of numbers that the edge has replaced by tokens; in a notice they are the government's own.
NUMBERS = ("mobile", "bank_card", "id_card")

#: What is said of a text that cannot be confirmed.
DENIALS = {
    "changed": "utter_notice_changed",
    "unknown": "utter_notice_unknown",
    "short": "utter_notice_short",
}


class NoticeTextStep:
    """The text as the citizen got it, in one message with the question or after it."""

    slot = "notice_text"

    async def read(self, turn: Turn) -> None:
        text = turn.message.text
        if len(text) < SHORTEST_NOTICE:
            guessed = turn.message.confidence < BELIEVED or turn.message.intent in {*ANSWERS, "verify_notice"}
            if turn.asked_for(self.slot) and guessed and not turn.message.aspects:
                turn.tell("utter_notice_short")
            return
        verdict = await turn.parts.backends.verify_notice(await _with_numbers(turn))
        _tell(turn, verdict)
        if verdict.verdict != "short":
            turn.end()

    async def ask(self, turn: Turn) -> None:
        turn.ask("utter_request_notice_text")


class ValidateNoticeForm(FormAction):
    """The form that asks for the notice's text."""

    @property
    def form(self) -> str:
        return "notice_form"

    @property
    def slots(self) -> Sequence[str]:
        return ("notice_text",)

    @property
    def own_intents(self) -> frozenset[str]:
        return frozenset({"verify_notice"})

    def steps(self, turn: Turn) -> Sequence[Step]:
        return (NoticeTextStep(),)


async def _with_numbers(turn: Turn) -> str:
    """The text with the numbers that it had: a changed telephone number is what a fraud lives on."""
    text = turn.message.written or turn.message.text
    for name in NUMBERS:
        token = turn.message.value(name)
        if token is None:
            continue
        try:
            redeemed = await turn.parts.backends.redeem(turn.message.citizen_id, token)
        except Missing:  # expired: with the token in its place the text will not be confirmed
            continue
        text = text.replace(token, redeemed.value)
    return text


def _tell(turn: Turn, found: NoticeVerdict) -> None:
    day = f"{found.sent_at.year}年{found.sent_at.month}月{found.sent_at.day}日" if found.sent_at else ""
    hotline = turn.parts.settings.hotline
    notice = {"number": str(found.number), "title": found.title, "day": day, "hotline": hotline}
    if found.verdict == "genuine":
        turn.tell("utter_notice_genuine", department=found.department or turn.parts.settings.city_name, **notice)
        if found.withdrawn:
            turn.tell("utter_notice_withdrawn")
    else:
        turn.tell(DENIALS[found.verdict], **notice)
