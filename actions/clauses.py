"""Does a message ask of two matters ("护照多少钱，身份证补办要多久")? Its parts, each as a message of its own. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from actions.said import Found, Said
from actions.subject import subject

_BORDER = re.compile(r"[，,。；;？?！!、\s]+|还有|另外|以及|顺便")
#: A subject has two signs or more.
SHORTEST = 2
#: "护照和港澳一起办": both of them, and nothing is asked of either alone.
_TOGETHER = re.compile(
    r"^(?P<one>.{2,12}?)(?:和|跟|与|、)(?P<two>.{2,12}?)"
    r"(?:能不能|可不可以|可以|能|想|要|得|需要)*(?:一起|一块儿?|同时|一并|一次性?|都)(?:能|可以|要|去|来|给)*(?:办|申请|做|弄|换|补)"
)
#: More questions at once are answered as one: a reply has its limit.
MOST = 3


def clauses(message: Said) -> Sequence[Said]:
    """The parts that each ask for something of a matter named in it; none where there are not two of them."""
    parts, start = [], 0
    for end, after in [*((hit.start(), hit.end()) for hit in _BORDER.finditer(message.text)), (len(message.text), 0)]:
        parts.append(part(message, start, end))
        start = after
    asking = [one for one in parts if one.cues and len(subject(one.unasked)) >= SHORTEST]
    return asking if 2 <= len(asking) <= MOST else ()


def together(message: Said) -> Sequence[Said]:
    """The two matters that are to be done together, each as a message of its own; none where there are not two."""
    found = _TOGETHER.match(message.text)
    return [part(message, *found.span(name)) for name in ("one", "two")] if found else ()


def part(message: Said, start: int, end: int) -> Said:
    """`text[start:end]` as a message of its own, with what was found in it."""
    found = [one for one in message.found if start <= one.start and one.end <= end]
    moved = tuple(Found(name=one.name, value=one.value, start=one.start - start, end=one.end - start) for one in found)
    return replace(message, text=message.text[start:end], found=moved)
