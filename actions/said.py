"""What did the citizen just say? The latest message as Rasa understood it, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.gets import HOW_LONG, HOW_MUCH, INSTEAD_OF, gets, without

ASPECT_PREFIX = "says_"
ASK_PREFIX = "ask_"
FALLBACK = "nlu_fallback"
LEVEL_TEXT = "level_text"

#: What can be asked of a service item, in the order in which it is offered.
ASPECTS = (
    "materials",
    "time_limit",
    "fee",
    "place",
    "hours",
    "conditions",
    "flow",
    "online",
    "trips",
    "phone",
    "complaint_phone",
    "department",
    "appointment",
    "courier",
    "result",
    "audience",
    "basis",
)
#: Their names where the backend gives none.
TITLES = {
    "materials": "申请材料",
    "time_limit": "办理时限",
    "fee": "收费",
    "place": "办理地点",
    "hours": "办理时间",
    "conditions": "受理条件",
    "flow": "办理流程",
    "online": "网上办理",
    "trips": "到现场次数",
    "phone": "咨询电话",
    "complaint_phone": "监督投诉电话",
    "department": "办理部门",
    "appointment": "预约",
    "courier": "邮寄",
    "result": "办理结果",
    "audience": "服务对象",
    "basis": "设定依据",
    HOW_LONG: "能领多久",
    HOW_MUCH: "数额是多少",
}
#: Below this the intent is a guess; words for an aspect then count more.
TRUSTED = 0.4
#: A guess below that is still better than to tell nothing of what was asked.
GUESSED = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A piece of the message that a pattern recognised."""

    name: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One message."""

    #: In half width and simplified characters, so that what we look for in it is found; as long as what was written.
    text: str
    intent: str
    confidence: float
    found: tuple[Found, ...]
    message_id: str
    citizen_id: str
    #: The likeliest intent behind a fallback, with its confidence.
    guess: str = ""
    guess_confidence: float = 0.0
    #: As it was written: names are kept so, and staff read it so.
    written: str = ""

    def value(self, name: str) -> str | None:
        """The first recognised piece of that name."""
        return next((one.value for one in self.found if one.name == name), None)

    @property
    def meant(self) -> str:
        """The intent, or the likeliest one behind a fallback."""
        return self.guess or self.intent

    @property
    def aspects(self) -> tuple[str, ...]:
        """What is asked of an item, in the order in which it was said; several where several are asked."""
        cues = self.cues
        named = [cue.name[len(ASPECT_PREFIX) :] for cue in cues]
        aspect = self.intent.removeprefix(ASK_PREFIX)
        if self.intent.startswith(ASK_PREFIX) and aspect in ASPECTS and aspect not in named:
            # Two readings of one phrase: the classifier saw the whole sentence, the pattern a few signs.
            named = [aspect, *named] if self.confidence >= TRUSTED and len(named) != 1 else named or [aspect]
        guess = self.guess.removeprefix(ASK_PREFIX)
        if not named and guess in ASPECTS and self.guess_confidence >= GUESSED:
            named = [guess]
        got = gets(self.text)
        if got:
            named = [got, *(one for one in named if one not in INSTEAD_OF[got])]
        return tuple(dict.fromkeys(named))

    @property
    def unasked(self) -> str:
        """The message without the words for what is asked: what is left names the item."""
        kept = list(without(self.text))
        for cue in self.cues:
            kept[cue.start : cue.end] = " " * (cue.end - cue.start)
        return "".join(kept)

    @property
    def cues(self) -> list[Found]:
        """Words for an aspect, the longest where they overlap, in the order of the text."""
        cues = [one for one in self.found if one.name.startswith(ASPECT_PREFIX) and one.end > one.start]
        kept: list[Found] = []
        for cue in sorted(cues, key=lambda one: (one.start - one.end, one.start)):
            if all(cue.end <= other.start or cue.start >= other.end for other in kept):
                kept.append(cue)
        return sorted(kept, key=lambda one: one.start)


def _words(message: Mapping[str, Any], name: str) -> str:
    """What was said in words; a menu's click or a position comes as a payload and says none."""
    text = str(message.get(name) or "").strip()
    return "" if text.startswith("/") else text


def said(tracker: Any) -> Said:
    """Reads a tracker's latest message."""
    message: Mapping[str, Any] = tracker.latest_message or {}
    intent = message.get("intent") or {}
    ranked = [one for one in message.get("intent_ranking") or [] if one.get("name") != FALLBACK]
    guess = ranked[0] if intent.get("name") == FALLBACK and ranked else {}
    found = tuple(
        Found(name=one["entity"], value=str(one["value"]), start=int(one.get("start", 0)), end=int(one.get("end", 0)))
        for one in message.get("entities") or []
    )
    return Said(
        # The assistant's own reading (bot/rasa/classifier.py); without it what was written has to do.
        text=_words(message, LEVEL_TEXT) or _words(message, "text"),
        written=_words(message, "text"),
        intent=str(intent.get("name") or ""),
        confidence=float(intent.get("confidence") or 0.0),
        found=found,
        message_id=str((message.get("metadata") or {}).get("message_id") or message.get("message_id") or ""),
        citizen_id=str(tracker.sender_id),
        guess=str(guess.get("name") or ""),
        guess_confidence=float(guess.get("confidence") or 0.0),
    )
