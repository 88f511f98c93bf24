"""How alike are two short texts by their characters? Shared pairs of neighbours, whatever stands between them. Pure."""

from __future__ import annotations


def pairs(text: str) -> frozenset[str]:
    """The text's pairs of neighbouring letters and digits; its only letter where it has but one."""
    letters = "".join(c for c in text.casefold() if c.isalnum())
    return frozenset(letters[place : place + 2] for place in range(len(letters) - 1)) or frozenset({letters})


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared pairs, of all pairs of both: from 0 to 1."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0
