"""What goes in and out of the subscriptions API?"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

SubjectKind = Literal["topic", "district"]

Code = Annotated[str, Meta(min_length=1, max_length=32, pattern="^[0-9a-z_]+$", examples=["medical_insurance"])]
Name = Annotated[str, Meta(min_length=2, max_length=12)]


class SubjectEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A topic or a district as the city's file has it."""

    kind: SubjectKind
    code: Code
    name: Name
    aliases: Annotated[list[Name], Meta(max_length=20)] = []


class Subject(Struct, frozen=True, kw_only=True):
    """A topic or a district that can be followed; of a district, `code` is its area code."""

    code: str
    kind: SubjectKind
    name: str
    #: What citizens call it besides.
    aliases: list[str]


class Followed(Struct, frozen=True, kw_only=True):
    """What a citizen follows, in the order of the city's file."""

    subjects: list[Subject]
    #: Since when the citizen wants no notices any more; None: they get them.
    left_at: datetime | None


class SubjectFigures(Struct, frozen=True, kw_only=True):
    """A subject with how many follow it."""

    code: str
    kind: SubjectKind
    name: str
    offered: bool
    followers: int
