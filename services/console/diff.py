"""What has changed between two versions of a text or an entry? Pieces for the macro `texts.diff`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Piece = tuple[Literal["same", "changed"], str]
#: Words of letters and digits stay whole, a Chinese character is one by itself.
_PARTS = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffLine:
    """One field that differs."""

    name: str
    before: Sequence[Piece]
    after: Sequence[Piece]


def diff_lines(before: Mapping[str, str], after: Mapping[str, str], names: Mapping[str, str]) -> list[DiffLine]:
    """The fields of `names` (field -> what it is called) that differ, in their order."""
    found = []
    for field, name in names.items():
        old, new = before.get(field, ""), after.get(field, "")
        if old != new:
            pieces = diff_pieces(old, new)
            found.append(DiffLine(name=name, before=pieces[0], after=pieces[1]))
    return found


def diff_pieces(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, each marked as the same or changed."""
    left, right = _PARTS.findall(old), _PARTS.findall(new)
    matcher = difflib.SequenceMatcher(a=left, b=right, autojunk=False)
    before: list[Piece] = []
    after: list[Piece] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        mark: Literal["same", "changed"] = "same" if kind == "equal" else "changed"
        if i < j:
            before.append((mark, "".join(left[i:j])))
        if k < m:
            after.append((mark, "".join(right[k:m])))
    return before, after
