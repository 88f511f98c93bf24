"""Which unanswered questions ask the same? Greedy groups by shared pairs of characters, the most asked first. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from services.faq.types import Unanswered
from services.search.alike import pairs

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

    @property
    def waiting(self) -> int:
        """How many citizens want to be told of an answer; who waits for two of the questions counts twice."""
        return sum(one.waiting for one in self.questions)


def grouped(questions: Sequence[Unanswered]) -> list[Group]:
    """`questions`: the most asked first. Every one is in exactly one group; groups by how often they were asked."""
    members: list[list[Unanswered]] = []
    sizes: list[int] = []
    # Which groups' heads have a pair: only those that share one are compared.
    having: dict[str, list[int]] = defaultdict(list)
    for question in questions:
        own = pairs(question.question)
        shared = Counter(place for pair in own for place in having.get(pair, ()))
        alike = (place for place, count in shared.items() if count >= ALIKE * (sizes[place] + len(own) - count))
        home = min(alike, default=None)
        if home is not None:
            members[home].append(question)
            continue
        for pair in own:
            having[pair].append(len(members))
        members.append([question])
        sizes.append(len(own))
    return sorted((Group(questions=one) for one in members), key=lambda group: -group.count)
