"""Is a certain thing needed ("要体检不")? What the guide of the item in hand says of it, in the guide's own lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasa_sdk.executor import CollectingDispatcher

from actions.answers import Guide

_BEGINNING = r"^(?:请问|那么?|我|你们|办?这个|还|是不是|到底|一定|现在|[，,\s])*"
_DEALT = r"(?:先|再|另外|提前|单独|去|做|交|带|提供|出示|开|有|参加|准备|拿)*"
_THING = r"(?P<thing>[\u4e00-\u9fff]{2,6}?)"
#: "要体检不", "要不要体检": either the end or the beginning asks.
_ASKED = (
    re.compile(
        rf"{_BEGINNING}(?:需要|必须|要|得|用){_DEALT}{_THING}(?:不要|不用|不|吗|么|嘛|没)[呢啊呀]?[?？。！!\s]*$"
    ),
    re.compile(rf"{_BEGINNING}(?:要不要|需不需要|用不用){_DEALT}{_THING}[呢啊呀]?[?？。！!\s]*$"),
)
#: What this ends in is a deed of somebody, and no thing that a guide could name.
_DEED = re.compile(r"[去来到办等走回吗么嘛不]$|^[办换补]|本人|亲自|什么|哪|多|几")
#: Guides say it otherwise than people do.
_CALLED = {"户口本": "户口簿", "户口薄": "户口簿", "相片": "照片", "房产证": "不动产权", "房本": "不动产权"}
_NUMBERING = re.compile(r"^\s*(?:\d+[.、．)）]|[·•-])\s*")
#: Lines told of a guide.
MOST = 2


def thing_asked(text: str) -> str | None:
    """The thing of which is asked whether it is needed; None where that is not what is asked."""
    found = next(filter(None, (pattern.match(text) for pattern in _ASKED)), None)
    return None if found is None or _DEED.search(found["thing"]) else found["thing"]


def lines_on(guide: Guide, thing: str) -> Sequence[tuple[str, str]]:
    """(title of the section, line) of the guide's lines that name the thing."""
    word = _CALLED.get(thing, thing)
    lines = ((one.title, line) for one in guide.sections if not one.missing for line in one.text.splitlines())
    return [(title, _NUMBERING.sub("", line)) for title, line in lines if word in line][:MOST]


def sentences_on(answer: str, thing: str) -> str:
    """The sentences of one of the staff's answers that name the thing; empty where none does."""
    word = _CALLED.get(thing, thing)
    found = [one for one in re.findall(r"[^。！？\n]+[。！？]?", answer) if word in one]
    return "".join(found[:MOST]).strip()


def tell_detail(say: CollectingDispatcher, guide: Guide, thing: str) -> bool:
    """Tells the lines that name the thing, with where they come from; False where there are none."""
    lines = lines_on(guide, thing)
    for title, line in lines:
        say.utter_message(response="utter_fact", item=guide.task_name, title=title, fact=line)
    if lines:
        say.utter_message(response="utter_guide_source_only", source=guide.dept_name or guide.source or "")
    return bool(lines)


def tell_no_detail(say: CollectingDispatcher, guide: Guide, thing: str, *, hotline: str) -> None:
    """Says that the guide does not name the thing, and whom to ask."""
    phone = guide.told("phone") or hotline
    say.utter_message(response="utter_fact_missing", item=guide.task_name, title=f"“{thing}”", phone=phone)
