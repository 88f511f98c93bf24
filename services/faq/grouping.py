"""Which unanswered questions ask the same? Greedy groups by shared pairs of characters, the most asked first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.faq.types import Unanswered

#: Shared pairs, of all pairs of both, from which two questions go together.
ALIKE = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Questions that seem to ask the same; the most asked speaks for all."""

    questions: Sequence[Unanswered]

    @property
    def head(self) -> Unanswered:
        return self.questions[0]

    @property
    def count(self) -> int:
        """How often any of them was asked."""
        return sum(one.count for one in self.questions)


def grouped(questions: Sequence[Unanswered]) -> list[Group]:
    """`questions`: the most asked first. Every one is in exactly one group; groups by how often they were asked."""
    heads: list[tuple[frozenset[str], list[Unanswered]]] = []
    for question in questions:
        pairs = _pairs(question.question)
        home = next((members for known, members in heads if _alike(known, pairs)), None)
        if home is None:
            heads.append((pairs, [question]))
        else:
            home.append(question)
    return sorted((Group(questions=members) for _, members in heads), key=lambda group: -group.count)


def _pairs(text: str) -> frozenset[str]:
    letters = "".join(c for c in text.casefold() if c.isalnum())
    return frozenset(letters[place : place + 2] for place in range(len(letters) - 1)) or frozenset({letters})


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)
