"""Is asked for how long or how much one gets ("领多久", "公积金能提多少"), not how long the office takes? Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

HOW_LONG, HOW_MUCH = "how_long", "how_much"
#: No section of a guide tells these; the staff's answers do, or nobody does but the office.
GETS = frozenset({HOW_LONG, HOW_MUCH})
#: What the same words would ask of an item otherwise.
INSTEAD_OF: Mapping[str, frozenset[str]] = {
    HOW_LONG: frozenset({"time_limit", "result"}),
    HOW_MUCH: frozenset({"fee"}),
}
_DONE = r"(?:得?了|到)?(?:能|可以)?"
_LONG = re.compile(rf"(?:领取?|享受|发放?|拿){_DONE}(?:多久|好久|多长时间|(?:几|多少)个?(?:月|年|天))")
_MUCH = re.compile(
    rf"(?:领取?|提取?|贷款?|报销?|享受|发放?|拿|补贴){_DONE}(?:多少|好多|几[百千万成])(?!个?[月年天趟次])(?:钱|元)?"
)


def without(text: str) -> str:
    """`text` with spaces in place of the words that ask for it."""
    return _MUCH.sub(_blank, _LONG.sub(_blank, text))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def gets(text: str) -> str | None:
    """HOW_LONG or HOW_MUCH where one of them is asked for."""
    if _LONG.search(text):
        return HOW_LONG
    return HOW_MUCH if _MUCH.search(text) else None
