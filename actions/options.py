"""Which of the numbered options does the citizen mean? By number, ordinal, place or words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九十", start=1)} | {"两": 2, "头": 1, "首": 1}
_DIGITS |= {sign: value for value, sign in enumerate("①②③④⑤⑥⑦⑧⑨⑩", start=1)}
_MEASURE = r"(?:个|项|条|种|家|号|行|位|件)?"
_NUMBER = r"(?P<number>[0-9]{1,2}|[一二三四五六七八九十两头首①②③④⑤⑥⑦⑧⑨⑩])"
_POLITE = r"(?:那|就|我|请|帮我|给我|想|要|选择?|看看?|查看?|点|办|约|问|按)*"
_TAIL = r"(?:吧|呗|好了|就行|就好|谢谢|的|啊|呀)*"
_LONE = re.compile(rf"^{_POLITE}\s*{_NUMBER}\s*[.、．。)）]?\s*{_MEASURE}{_TAIL}$")
#: "第二天" and "第一次" name no place in a list.
_ORDINAL = re.compile(rf"第\s*{_NUMBER}(?!\s*[天日周月年季次回趟])\s*{_MEASURE}|(?P<head>头一{_MEASURE})")
_FROM_END = re.compile(rf"倒数第\s*{_NUMBER}\s*{_MEASURE}")
_LAST = re.compile(r"最后[那这面]?[个项条一]?|末尾那?个?|最下面|最底下")
_SHORT_WORDS = 12
_UPPER = re.compile(rf"^{_POLITE}(?:最?上面|前面|头里)(?:那|的|这)?(?:那)?(?:一)?(?:个|项|条)?(?:吧|的)?$")
_LOWER = re.compile(rf"^{_POLITE}(?:下面|后面|底下)(?:那|的|这)?(?:那)?(?:一)?(?:个|项|条)?(?:吧|的)?$")
_MIDDLE = re.compile(rf"^{_POLITE}中间(?:那|的|这)?(?:一)?(?:个|项|条)?(?:吧|的)?$")
_ALIKE = 88


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One line of a numbered list."""

    #: What it stands for: item, faq, aspect, hall, day, slot, service, appointment, ...
    kind: str
    value: str
    title: str

    def plain(self) -> dict[str, str]:
        """As it is kept in a slot."""
        return {"kind": self.kind, "value": self.value, "title": self.title}

    def button(self) -> dict[str, str]:
        """As the channel gets it: what is tapped is what would be said."""
        return {"title": self.title, "payload": self.title}


def options_of(kept: Sequence[Mapping[str, Any]] | None) -> list[Option]:
    """The options that a slot holds."""
    return [Option(kind=one["kind"], value=one["value"], title=one["title"]) for one in kept or ()]


def by_place(text: str, count: int) -> int | None:
    """Index of the option that `text` names by number or place; None where it names none of them."""
    plain = text.strip().strip("。.!！,，")
    from_end = _FROM_END.search(plain)
    if from_end:
        return _inside(count - _value(from_end["number"]), count)
    lone = _LONE.match(plain)
    if lone:
        return _inside(_value(lone["number"]) - 1, count)
    if len(plain) > _SHORT_WORDS:
        return None
    ordinal = _ORDINAL.search(plain)
    if ordinal:
        return _inside(0 if ordinal["head"] else _value(ordinal["number"]) - 1, count)
    for pattern, place in ((_LAST, count - 1), (_UPPER, 0), (_LOWER, count - 1), (_MIDDLE, count // 2)):
        if pattern.search(plain):
            return _inside(place, count)
    return None


def by_words(text: str, options: Sequence[Option]) -> int | None:
    """Index of the only option whose title is what `text` says, or holds it; None where several or none do."""
    exact = [index for index, one in enumerate(options) if one.title == text.strip().strip("。！!，, ")]
    if len(exact) == 1:
        return exact[0]
    plain = re.sub(r"^(?:我(?:是|要|选|想)?|就|选|要|看)|[的吧。！!，, ]+$", "", text.strip())
    # "江北区那个" names by what is in the title.
    plain = re.sub(r"的?[那这]一?[个项条家]$", "", plain)
    if len(plain) < 2:
        return None
    same = [index for index, one in enumerate(options) if one.title == plain]
    if not same:
        same = [index for index, one in enumerate(options) if plain in one.title]
    if not same:
        same = [index for index, one in enumerate(options) if fuzz.ratio(plain, one.title) >= _ALIKE]
    return same[0] if len(same) == 1 else None


def picked(text: str, options: Sequence[Option]) -> Option | None:
    """The option that `text` means, by place first, then by words."""
    place = by_place(text, len(options))
    if place is None:
        place = by_words(text, options)
    return None if place is None else options[place]


def is_place(text: str) -> bool:
    """Whether `text` is nothing but a place in a list ("3", "第二个"), even if the list is shorter."""
    plain = text.strip().strip("。.!！,，")
    return bool(_LONE.match(plain)) or (len(plain) <= 6 and bool(_ORDINAL.fullmatch(plain) or _LAST.fullmatch(plain)))


def _value(sign: str) -> int:
    return int(sign) if sign.isdecimal() else _DIGITS[sign]


def _inside(place: int, count: int) -> int | None:
    return place if 0 <= place < count else None
