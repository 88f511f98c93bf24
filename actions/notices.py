"""Is this really from us? A text that the citizen got is compared with the notices that went out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.answering import Answers
from actions.answers import NoticeVerdict
from actions.errors import Missing
from actions.forms import ANSWERS, BELIEVED, FormAction, Step, Turn
from actions.memory import answer_in_hand, item_in_hand
from actions.said import Said
from actions.subject import subject
from actions.telling import NAMES

ASKS_GENUINE = "asks_genuine"
#: A notice is longer than a question about one.
SHORTEST_NOTICE = 20
#: What is said of something that came as a message; a story that is only doubted has none of it.
_OF_A_NOTICE = re.compile(
    r"通知|公告|通告|短信|信息|消息|链接|网址|http|转发|转给我|转来|发给我|发来|群里|群发|朋友圈|文件|帖子|"
    r"【|官方发|你们发|政府发|诈骗|骗子|骗人|真伪|辟谣|谣言|发我|转我|收到|"
    r"点击|点开|转账|汇款|验证码|冻结|停用|逾期|中奖|扫码|异常|特此|市民|各位"
)
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
        # Who was asked for the text sends it; who begins with "真的假的" may doubt anything.
        doubts_else = turn.requested is None and not _OF_A_NOTICE.search(text)
        if len(text) < SHORTEST_NOTICE:
            if doubts_else and await _doubted(turn):
                turn.end()
                return
            guessed = turn.message.confidence < BELIEVED or turn.message.intent in {*ANSWERS, "verify_notice"}
            if turn.asked_for(self.slot) and guessed and not turn.message.aspects:
                turn.tell("utter_notice_short")
            return
        verdict = await turn.parts.backends.verify_notice(await _with_numbers(turn))
        if doubts_else and verdict.verdict in {"unknown", "short"}:
            # A story with "真的假的" in it asks for the matter that it tells of.
            await _answer(turn)
            turn.end()
            return
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


async def _answer(turn: Turn) -> None:
    turn.extra += await Answers(turn.parts, turn.say, turn.tracker).answer(_without_doubt(turn.message))
    turn.answered = True


async def _doubted(turn: Turn) -> bool:
    """ "真的假的" right after an answer doubts the answer: where it comes from is said. False where none was told."""
    if len(subject(_without_doubt(turn.message).text)) >= NAMES:
        await _answer(turn)
        return True
    told, hand = answer_in_hand(turn.tracker, turn.now), item_in_hand(turn.tracker, turn.now)
    if told or hand:
        hotline = turn.parts.settings.hotline
        turn.tell("utter_told_is_so", about=told.question if told else hand.name if hand else "", hotline=hotline)
    return bool(told or hand)


def _without_doubt(message: Said) -> Said:
    """The story without the words that ask whether it is true."""
    text = message.text
    for one in message.found:
        if one.name == ASKS_GENUINE:
            text = text.replace(text[one.start : one.end], " " * (one.end - one.start))
    return replace(message, text=text)


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
