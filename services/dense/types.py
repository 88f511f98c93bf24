"""What passes between an index and its dense ranking? Texts by their hashes there, how near they are back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """All wordings of an index. Never changed: another object has other texts."""

    #: The topic's revision that the index is at.
    revision: int
    #: Hash -> normalised text.
    by_hash: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """How near texts are to a question, by their hashes."""

    #: 0..1, only those that are near at all.
    nearness: Mapping[str, float]
    #: Texts that no vector is known of.
    unread: frozenset[str]

    @property
    def nearest(self) -> float | None:
        """How near the nearest text is; None while one that is not read yet may be nearer."""
        return None if self.unread else max(self.nearness.values(), default=0.0)


def hash_of(text: str) -> str:
    """By which a text's vector is found."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
