"""Which words of a sentence are marked as which entity? Between Rasa's writing and a plain sentence with places."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.training.errors import BadData

#: An entity as Rasa writes it; what is in the square brackets is what the citizen says.
ENTITY = re.compile(r"\[(?P<words>[^\[\]]*)\](?:\((?P<short>[^()]*)\)|\{(?P<long>[^{}]*)\})")
#: The same for PostgreSQL, which keeps the first group.
ENTITY_SQL = r"\[([^\[\]]*)\](\([^()]*\)|\{[^{}]*\})"
NAME = re.compile(r"^[a-z][a-z0-9_]*$")
BRACKETS = "[]{}"
LONGEST = 500
MOST = 50

Place = Annotated[int, Meta(ge=0, le=LONGEST)]
Name = Annotated[str, Meta(max_length=100)]
Fault = Literal["blank", "bad-name", "unknown-entity", "bracket", "out-of-bounds", "overlap", "spaces"]
DETAILS: dict[Fault, str] = {
    "blank": "an entity marks no words",
    "bad-name": "`{}` is no name of an entity",
    "unknown-entity": "the assistant knows no entity `{}`",
    "bracket": "a bracket of an entity has no partner",
    "out-of-bounds": "an entity ends outside of the sentence: {}",
    "overlap": "two entities share words: `{}`",
    "spaces": "an entity begins or ends with a space: `{}`",
}


class Mark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Words that are an entity: from character `start`, counted from 0, up to `end`, which is no longer one of them."""

    start: Place
    end: Place
    entity: Name
    #: What Rasa may know besides.
    role: Name = ""
    group: Name = ""
    value: Name = ""


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence as it is said, and its marks from left to right."""

    text: str
    marks: Sequence[Mark] = ()


class BadMarks(BadData):
    """The marks of entities mean nothing."""

    type = "bad-marks"

    def __init__(self, fault: Fault, about: str = "") -> None:
        self.fault = fault
        self.about = about
        super().__init__(f"text: {DETAILS[fault].format(about)}")


class _Long(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in curly brackets."""

    entity: str
    role: str = ""
    group: str = ""
    value: str = ""


def read(written: str) -> Marked:
    """Out of Rasa's writing; raises BadMarks."""
    said: list[str] = []
    marks: list[Mark] = []
    at = last = 0
    for found in ENTITY.finditer(written):
        said += written[last : found.start()], found["words"]
        start = at + found.start() - last
        at, last = start + len(found["words"]), found.end()
        marks.append(_mark(found, start, at))
    said.append(written[last:])
    text = "".join(said)
    if any(sign in text for sign in BRACKETS):
        raise BadMarks("bracket")
    return Marked(text=text, marks=marks)


def _mark(found: re.Match[str], start: int, end: int) -> Mark:
    if not found["words"].strip():
        raise BadMarks("blank")
    if found["short"] is not None:
        name, _, value = found["short"].partition(":")
        long = _Long(entity=name, value=value)
    else:
        try:
            long = msgspec.json.decode("{" + found["long"] + "}", type=_Long)
        except msgspec.DecodeError:
            raise BadMarks("bad-name", found["long"]) from None
    if not NAME.match(long.entity):
        raise BadMarks("bad-name", long.entity)
    return Mark(start=start, end=end, entity=long.entity, role=long.role, group=long.group, value=long.value)


def write(marked: Marked) -> str:
    """As Rasa writes it; raises BadMarks where a mark has no place in the sentence."""
    text, pieces, last = marked.text, list[str](), 0
    if any(sign in text for sign in BRACKETS):
        raise BadMarks("bracket")
    for mark in sorted(marked.marks, key=lambda one: one.start):
        words = text[mark.start : mark.end]
        if not mark.start < mark.end <= len(text):
            raise BadMarks("out-of-bounds", f"{mark.start}-{mark.end}")
        if mark.start < last:
            raise BadMarks("overlap", words)
        if words != words.strip():
            raise BadMarks("spaces", words)
        pieces += text[last : mark.start], f"[{words}]", _written(mark)
        last = mark.end
    return "".join(pieces) + text[last:]


def _written(mark: Mark) -> str:
    if not NAME.match(mark.entity):
        raise BadMarks("bad-name", mark.entity)
    if any(sign in (mark.role + mark.group + mark.value) for sign in BRACKETS):
        raise BadMarks("bracket")
    if mark.role or mark.group or any(sign in mark.value for sign in "()"):
        fields = {"entity": mark.entity, "role": mark.role, "group": mark.group, "value": mark.value}
        return msgspec.json.encode({name: value for name, value in fields.items() if value}).decode()
    return f"({mark.entity}:{mark.value})" if mark.value else f"({mark.entity})"


def readable(written: str) -> Marked:
    """Out of Rasa's writing; what means nothing is shown as it is written, so that somebody can put it right."""
    try:
        return read(written)
    except BadMarks:
        return Marked(text=written)


def plain(written: str) -> str:
    """What the citizen says, without the marks of entities."""
    return ENTITY.sub(lambda found: found["words"], written) if "[" in written else written


def pieces(marked: Marked) -> Iterator[tuple[str, Mark | None]]:
    """The sentence in parts, each with its mark or without one."""
    last = 0
    for mark in marked.marks:
        if mark.start > last:
            yield marked.text[last : mark.start], None
        yield marked.text[mark.start : mark.end], mark
        last = mark.end
    if last < len(marked.text):
        yield marked.text[last:], None


def problem(written: str) -> str | None:
    """What is wrong with the marks of a sentence; None where nothing is."""
    try:
        read(written)
    except BadMarks as error:
        return error.detail.removeprefix("text: ")
    return None


def check(marked: Marked, known: Collection[str]) -> None:
    """Raises BadMarks where an entity is marked that the assistant does not know."""
    for mark in marked.marks:
        if mark.entity not in known:
            raise BadMarks("unknown-entity", mark.entity)
