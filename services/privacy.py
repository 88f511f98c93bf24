"""Which identifiers does a text hold, and what is the text without them?

Digits may be full-width, Chinese numerals, spaced or dashed, and stand in Chinese text without spaces. What is part
of a longer number or no identifier (case numbers, query codes, dates, hotlines) stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from stdnum import luhn

from services.identifiers import mask_id_number, mask_mobile, valid_id_number, valid_mobile
from services.vault.types import Identifier

#: What people put between the digits of a number; a break of more than two ends the number.
_BREAK = r"[\s\-‐‑‒–—―.·_\u200b-\u200d\u2060\ufeff]{1,2}"
_NUMBER = re.compile(rf"(?:\+{_BREAK}?)?\d+(?:{_BREAK}\d+)*(?:(?:{_BREAK})?[Xx](?![A-Za-z]))?")
_GROUP = re.compile(r"\d+[Xx]?|[Xx]")
_LETTER = re.compile(r"[A-Za-z_]")
_CHINESE_DIGITS = {"〇": "0", "零": "0", "○": "0", "一": "1", "幺": "1", "二": "2", "两": "2"} | {
    numeral: str(value) for value, numeral in enumerate("三四五六七八九", start=3)
}
_CHINESE_NUMBER = re.compile(rf"[{''.join(_CHINESE_DIGITS)}]{{11,18}}[Xx]?")
#: First two digits of an ID number: provinces, Taiwan, Hong Kong, Macao.
_PROVINCES = frozenset(
    f"{number}"
    for numbers in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for number in numbers
)
_ID_SHAPE = re.compile(r"\d{17}[\dXx]")
_CARD = re.compile(r"[3-9]\d{15,18}")
_OLD_ID_LENGTH = 15
#: A mobile number, and a bank card; the most groups are an ID number with a break after each of its characters.
_SHORTEST, _LONGEST, _MOST_GROUPS = 11, 19, 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An identifier and where it stands: `text[start:end]`."""

    identifier: Identifier
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    """Characters that may be an identifier as a whole."""

    digits: str
    #: In how many groups they are written.
    groups: int
    #: Do they stand right behind a letter? Then only what is unmistakable counts: `YJ2026...` is a case.
    glued: bool


_Recogniser = Callable[[_Candidate], "Identifier | None"]


def find_identifiers(text: str) -> list[Found]:
    """Every identifier of the text, in its order; none overlap."""
    folded = _folded(text)
    found = [hit for number in _NUMBER.finditer(folded) for hit in _in_number(folded, number)]
    for number in _CHINESE_NUMBER.finditer(folded):
        digits = "".join(_CHINESE_DIGITS.get(character, character) for character in number[0])
        identifier = _any(_Candidate(digits=digits, groups=1, glued=False))
        if identifier is not None:
            found.append(Found(identifier=identifier, start=number.start(), end=number.end()))
    return sorted(found, key=lambda hit: hit.start)


async def tokenise(text: str, deposit: Callable[[Identifier], Awaitable[str]]) -> str:
    """The text with each identifier replaced by the token that `deposit` gives for it."""
    pieces: list[str] = []
    position = 0
    for hit in find_identifiers(text):
        pieces += [text[position : hit.start], await deposit(hit.identifier)]
        position = hit.end
    return "".join([*pieces, text[position:]])


def mask_identifiers(text: str) -> str:
    """The text as somebody may read it who need not know whose numbers these are."""
    pieces: list[str] = []
    position = 0
    for hit in find_identifiers(text):
        mask = mask_mobile if hit.identifier.kind == "MOBILE" else mask_id_number
        pieces += [text[position : hit.start], mask(hit.identifier.value)]
        position = hit.end
    return "".join([*pieces, text[position:]])


def _folded(text: str) -> str:
    """Full-width and other forms of digits, letters and signs as the plain ones, each still at its place."""
    return "".join(map(_fold, text))


def _fold(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def _in_number(folded: str, number: re.Match[str]) -> Iterator[Found]:
    """The identifiers among the groups of one number."""
    groups = list(_GROUP.finditer(folded, number.start(), number.end()))
    glued = number.start() if number.start() > 0 and _LETTER.match(folded[number.start() - 1]) else -1
    return _search(groups, _RECOGNISERS, glued)


def _search(groups: Sequence[re.Match[str]], recognisers: Sequence[_Recogniser], glued: int) -> Iterator[Found]:
    """Identifiers in neighbouring groups: what the first recogniser knows, and between them what the others know."""
    if not groups or not recognisers:
        return
    left = 0
    first = 0
    while first < len(groups):
        texts = list(accumulate(group[0] for group in groups[first : first + _MOST_GROUPS]))
        for count in range(len(texts), 0, -1):
            candidate = _Candidate(digits=texts[count - 1], groups=count, glued=groups[first].start() == glued)
            identifier = recognisers[0](candidate) if _SHORTEST <= len(candidate.digits) <= _LONGEST else None
            if identifier is not None:
                yield from _search(groups[left:first], recognisers[1:], glued)
                last = groups[first + count - 1]
                yield Found(identifier=identifier, start=_start(groups, first, identifier), end=last.end())
                first = left = first + count
                break
        else:
            first += 1
    yield from _search(groups[left:], recognisers[1:], glued)


def _start(groups: Sequence[re.Match[str]], first: int, identifier: Identifier) -> int:
    """Where the identifier begins; a country code in a group of its own belongs to the mobile after it, and so
    does its `+`."""
    if identifier.kind == "MOBILE" and first > 0 and groups[first - 1][0] in ("86", "0086"):
        first -= 1
    before = groups[first].string[: groups[first].start()].rstrip()
    return len(before) - 1 if before.endswith("+") else groups[first].start()


def _certain(candidate: _Candidate) -> Identifier | None:
    """An ID number goes before all else: its birth date and check digit do not come together by chance."""
    number = valid_id_number(candidate.digits)
    return Identifier(kind="IDCARD", value=number) if number is not None else None


def _alone(candidate: _Candidate) -> Identifier | None:
    """A group that is one by itself goes before groups that only together look like one: in
    `2026-11-03 13800138000` the mobile is meant."""
    return _any(candidate) if candidate.groups == 1 else None


def _card(candidate: _Candidate) -> Identifier | None:
    digits = candidate.digits
    if not candidate.glued and _CARD.fullmatch(digits) and not _like_an_id(digits) and luhn.is_valid(digits):
        return Identifier(kind="BANKCARD", value=digits)
    return None


def _mobile(candidate: _Candidate) -> Identifier | None:
    number = valid_mobile(candidate.digits)
    return Identifier(kind="MOBILE", value=number) if number is not None else None


def _mistyped_or_old(candidate: _Candidate) -> Identifier | None:
    digits = candidate.digits.upper()
    if _like_an_id(digits) and not (candidate.glued and digits[-1] != "X"):
        return Identifier(kind="IDWRONG", value=digits)
    if _old_id(digits) and not candidate.glued:
        return Identifier(kind="IDCARD", value=digits)
    return None


def _any(candidate: _Candidate) -> Identifier | None:
    return _certain(candidate) or _mobile(candidate) or _mistyped_or_old(candidate) or _card(candidate)


#: In the order in which they are asked about the whole of a number.
_RECOGNISERS: Sequence[_Recogniser] = (_certain, _alone, _card, _mobile, _mistyped_or_old)


def _like_an_id(digits: str) -> bool:
    """18 characters that begin with a province are a mistyped ID number, whatever is wrong with them."""
    return _ID_SHAPE.fullmatch(digits) is not None and digits[:2] in _PROVINCES


def _old_id(digits: str) -> bool:
    """The number of 15 digits from before 1999: province, birth date with a year of two digits, no check digit."""
    if len(digits) != _OLD_ID_LENGTH or digits[:2] not in _PROVINCES:
        return False
    try:
        date(1900 + int(digits[6:8]), int(digits[8:10]), int(digits[10:12]))
    except ValueError:
        return False
    return True
