"""Is an item for a citizen of this district? Area codes nest: 990000 holds 990101, 440000 holds 440100."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

#: Area codes whose stems are kept at hand: of one province, more than there are.
KEPT_CODES = 4_096


class Reach(IntEnum):
    """How an item's area lies to a citizen's; more is nearer."""

    #: Another district's item.
    ELSEWHERE = 0
    #: A part of the citizen's area: the citizen gave only the city.
    WITHIN = 1
    #: The city or province around the citizen's district.
    AROUND = 2
    #: The citizen's own.
    OWN = 3


def reach(item_area: str, citizen_area: str) -> Reach:
    """Compares two area codes of the same length."""
    if item_area == citizen_area:
        return Reach.OWN
    if citizen_area.startswith(_stem(item_area)):
        return Reach.AROUND
    if item_area.startswith(_stem(citizen_area)):
        return Reach.WITHIN
    return Reach.ELSEWHERE


@lru_cache(maxsize=KEPT_CODES)
def _stem(area: str) -> str:
    """The code without the pairs of zeros at its end."""
    return re.sub(r"(?:00)+$", "", area)
