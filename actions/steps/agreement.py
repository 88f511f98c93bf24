"""Yes or no? The last step of a form that changes something: a summary that is confirmed, corrected or left."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

from actions.forms import Turn
from actions.options import Option

AGREE, CHANGE, LEAVE = "agree", "change", "leave"
KIND = "agreement"
_TAIL = r"(?:吧|了|啊|呀|哈|的|，.*)?[。！!]?$"
_YES = re.compile(
    r"^(?:嗯+|恩+|好+的?|是的?|对+的?|可以的?|行|没错|没问题|无误|正确|提交|同意|ok|OK|就这样|要|就这个|"
    r"确认(?:无误|预约|提交|取消|修改|改期)?|确定(?:取消|预约)?|取消)" + _TAIL
)
_NO = re.compile(
    r"^(?:不|不是|不对|不行|不确认|错了?|有误|先不要?|不要|改一下|修改|要改|我要改|需要改)(?:吧|了|啊)?[。！!]?$"
)

Do = Callable[[Turn], Awaitable[None]]


def says_yes(text: str) -> bool:
    """Whether these are the words of a yes."""
    return bool(_YES.match(text.strip()))


class AgreeStep:
    """Sums up, and does what was agreed to."""

    def __init__(
        self,
        slot: str,
        *,
        sum_up: Callable[[Turn], tuple[str, Mapping[str, str]]],
        titles: Sequence[str],
        do: Do,
    ) -> None:
        self.slot = slot
        self._sum_up, self._titles, self._do = sum_up, titles, do

    async def read(self, turn: Turn) -> None:
        if not turn.asked_for(self.slot) or turn.taken:
            return
        option = turn.picked(KIND)
        answer = option.value if option else self._answer(turn)
        if answer == AGREE:
            await self._do(turn)
        elif answer == CHANGE:
            turn.tell("utter_what_to_change")
            turn.hold = True
        elif answer == LEAVE:
            turn.tell("utter_stopped")
            turn.end()

    async def ask(self, turn: Turn) -> None:
        response, values = self._sum_up(turn)
        kinds = (AGREE, CHANGE, LEAVE) if len(self._titles) == 3 else (AGREE, LEAVE)
        options = [Option(kind=KIND, value=kind, title=title) for kind, title in zip(kinds, self._titles, strict=True)]
        turn.ask(response, options, **values)

    def _answer(self, turn: Turn) -> str | None:
        text, intent = turn.message.text.strip(), turn.message.intent
        if _NO.match(text) or intent == "deny":
            return CHANGE if len(self._titles) == 3 else LEAVE
        return AGREE if _YES.match(text) or (intent == "affirm" and turn.message.confidence >= 0.6) else None
