"""Which number has what several documents share? One that stays, so that a change of few documents moves nothing else.

What nobody needs any more leaves its number empty. When many numbers are empty, everything is numbered anew.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar


@dataclass(slots=True, eq=False, kw_only=True)
class Shelved:
    """Something on a shelf; its number and who needs it change, all else of it does not."""

    number: int = -1
    #: How many others need it.
    uses: int = field(default=0, repr=False)


K = TypeVar("K", bound=Hashable)
S = TypeVar("S", bound=Shelved)


class Shelf(Generic[K, S]):
    """Things of one kind, each once, by what they are made of."""

    def __init__(self) -> None:
        self._held: dict[K, S] = {}
        #: How many numbers were given out.
        self.size = 0
        #: What came and what went since the last `settle`, in the order of their numbers and of their going.
        self.fresh: list[S] = []
        self.gone: list[S] = []

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: K) -> S | None:
        """What is made of this."""
        return self._held.get(key)

    def add(self, key: K, thing: S) -> S:
        """Takes in a thing that is not there yet, and gives it back with its number."""
        thing.number = self.size
        self.size += 1
        self._held[key] = thing
        self.fresh.append(thing)
        return thing

    def release(self, key: K) -> bool:
        """Says that one other needs it no more; True where nobody does, and it is gone."""
        thing = self._held[key]
        thing.uses -= 1
        if thing.uses:
            return False
        del self._held[key]
        self.gone.append(thing)
        return True

    def settle(self) -> None:
        """Says that what came and went is known now."""
        self.fresh, self.gone = [], []

    def renumber(self) -> None:
        """Numbers everything anew, without empty numbers: all of it is fresh."""
        self.fresh, self.gone = list(self._held.values()), []
        self.size = len(self.fresh)
        for number, thing in enumerate(self.fresh):
            thing.number = number
