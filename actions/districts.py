"""One item in several districts is on the table: which is the citizen's, and what where none is chosen?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.answers import ItemHit
from actions.options import Option

DISTRICTS = ("区", "县")
#: Another district's item is worth less beside one of the whole city.
ABOUT = 0.9
#: As `titled` writes them.
_TITLE = re.compile(r"^(?P<name>.+)（(?P<area>[^（）]{2,6}[区县市])）$")
#: Any of them will do, or the citizen does not know.
_ANY = re.compile(
    r"^(?:我|那|就|也|都|[，,\s])*(?:随便|随意|都行|都可以|都一样|无所谓|哪个都行|哪里都行|看着办|不知道|不清楚|不晓得|不确定|说不准|没住这)"
    r"(?:的|吧|啊|呀|了|哪个|哪个区|选哪个|住哪个?区?|是哪个|[，,。！!\s])*$"
)


def leaves_open(text: str) -> bool:
    """Whether no district is chosen on purpose: "随便", "不知道哪个区"."""
    return bool(_ANY.match(text.strip()))


def any_district(text: str, options: Sequence[Option]) -> bool:
    """Whether the list is one item in several districts, and any of them will do."""
    return same_item(options) is not None and leaves_open(text)


def same_item(options: Sequence[Option]) -> tuple[str, str] | None:
    """(name of the item, first district) where all options are one item in several districts."""
    found = [_TITLE.match(one.title) for one in options]
    read = [one for one in found if one is not None]
    if len(read) < 2 or len(read) != len(options) or len({one["name"] for one in read}) > 1:
        return None
    return read[0]["name"], read[0]["area"]


def elsewhere(items: Sequence[ItemHit], area: str) -> list[ItemHit]:
    """One item in several districts that fits about as well as any, where the district named has it not; else none."""
    local = [one for one in items if (one.district or "").endswith(DISTRICTS)]
    if not local or any(one.district == area for one in items):
        return []
    best = max(local, key=lambda one: one.score)
    twins = [one for one in local if one.task_name == best.task_name]
    fits = best.score >= ABOUT * max(one.score for one in items)
    return twins if fits and len(twins) > 1 else []
