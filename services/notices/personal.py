"""What may a notice's text ask for, and what does it ask for? Pure.

A place is written {办件编号}. Values go in as they are and are looked through no further: what a value holds is never
taken for a place. Braces that are no place are refused where a notice is written; full-width ones are ordinary text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from services.notices.audience import AudienceRules

PLACE = re.compile(r"\{([^{}\n]{1,20})\}")
BRACES = {"{": "｛", "}": "｝"}
MOST_FIELDS = 10
MOST_COLUMNS = 20
#: Of one value.
MOST_CHARACTERS = 100
#: Of a private value staff see so many characters at each end.
SHOWN = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """What a notice may ask for."""

    name: str
    #: Where it comes from: the kind of a rule (`case`, `appointment`), or `list`.
    source: Literal["case", "appointment", "list"]
    #: It tells who somebody is: staff see it masked.
    private: bool


#: What is known of whoever meets a rule of that kind.
KNOWN: Sequence[Field] = (
    Field(name="办件编号", source="case", private=True),
    Field(name="办件事项", source="case", private=False),
    Field(name="办件状态", source="case", private=False),
    Field(name="最新环节", source="case", private=False),
    Field(name="预约业务", source="appointment", private=False),
    Field(name="预约日期", source="appointment", private=False),
    Field(name="预约时间", source="appointment", private=False),
    Field(name="预约大厅", source="appointment", private=False),
    Field(name="大厅地址", source="appointment", private=False),
)


def names_in(*texts: str) -> tuple[str, ...]:
    """The fields that these texts ask for, each once, in order."""
    return tuple(dict.fromkeys(found for text in texts for found in PLACE.findall(text)))


def stray_brace(text: str) -> bool:
    """Is there a brace that belongs to no place?"""
    rest = PLACE.sub("", text)
    return "{" in rest or "}" in rest


def usable(rules: AudienceRules, columns: Sequence[str]) -> list[Field]:
    """What may be asked of an audience: who is chosen by a case has one, who is on a list has its columns."""
    sources = {rule.__struct_config__.tag for rule in rules.include}
    known = [field for field in KNOWN if field.source in sources and field.name not in columns]
    return known + [Field(name=name, source="list", private=True) for name in columns]


def clean(value: str) -> str:
    """A value as one line of what phones can show; no brace of it is ever taken for a place."""
    shown = "".join(" " if unicodedata.category(c)[0] == "C" else BRACES.get(c, c) for c in value)
    return " ".join(shown.split())[:MOST_CHARACTERS]


def masked(value: str, *, private: bool) -> str:
    """The value as staff may see it in an example."""
    if not private or not value:
        return value
    keep = SHOWN if len(value) > 3 * SHOWN else 1
    hidden = len(value) - 2 * keep
    return value[:keep] + "＊" * max(1, hidden) + (value[-keep:] if hidden > 0 else "")
