"""How does an index come out of what was read? From the last one where little changed, and from nothing otherwise.

Everything has a number that stays: what came is added at the end, what went leaves a gap that no search looks at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal

import numpy as np

from services.search.beside import Beside, Rows
from services.search.families import Abouts, Families, numbers_of
from services.search.index import Language, P, TextIndex
from services.search.reading import Library, Numbers, Place, Placed
from services.search.space import Space, Tuning, worth_of
from services.search.spread import NOTHING_AROUND, Spread, beyond_profiles, counted, extended, padded
from services.search.terms import by_feature


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed(Generic[P]):
    """Documents that are not, and that are, what the last index knew."""

    gone: Sequence[Placed[P]]
    come: Sequence[Placed[P]]


class Assembly(Generic[P]):
    """What the last index was made of; brought forward from one to the next. Used by one thread at a time."""

    def __init__(self, language: Language, tuning: Tuning) -> None:
        self._language = language
        self._tuning = tuning
        self._written, self._sounded = Spread(), Spread()
        self._families = Families()
        self._abouts = Abouts()
        self._contexts = NOTHING_AROUND
        self._places: list[Place] = []
        self._places_matrix = by_feature([], [], np.uint8, 0)
        #: How many profiles, and documents' places beyond their profiles, have each feature.
        self._around: Rows = np.zeros(0, dtype=np.intp)

    def index(self, library: Library, changed: Changed[P], documents: Mapping[str, Placed[P]]) -> TextIndex[P]:
        """The index of these documents, in their order. `library`: with what came and went since the last index."""
        held = list(documents.values())
        size, heard = (len(one.families) for one in library.vocabularies)
        self._written.add([one.written for one in library.texts.fresh], size)
        self._sounded.add([one.sounded for one in library.texts.fresh], heard)
        self._families.take(library)
        self._abouts.take(library)
        self._take_around(library, changed, size)
        written = self._written.count(*_features(library, "written"), size)
        sounded = self._sounded.count(*_features(library, "sounded"), heard)
        return TextIndex(
            language=self._language,
            tuning=self._tuning,
            keys=list(documents),
            payloads=[one.payload for one in held],
            layout=self._families.layout(held),
            contents=self._families.contents.copy(),
            # Counted by family, so that neither ten aliases nor forty districts make a word common.
            written=self._space(0, library, np.where(written > 0, written, self._around)),
            # Nobody mishears a department's name into an item: sounds are compared with wordings only.
            sounded=self._space(1, library, sounded),
            beside=Beside(contexts=self._contexts, places=self._places_matrix),
            texts=self._abouts.texts.copy(),
            rows=self._abouts.rows.copy(),
            about=self._abouts.families.copy(),
        )

    def _take_around(self, library: Library, changed: Changed[P], size: int) -> None:
        """What is around wordings: the profiles' contexts, the places, and how often each feature is there."""
        self._contexts = extended(self._contexts, library.profiles.fresh)
        if library.places.fresh:
            self._places += library.places.fresh
            numbers, roots = [one.numbers for one in self._places], [one.roots for one in self._places]
            self._places_matrix = by_feature(numbers, roots, np.uint8, size)
        else:
            self._places_matrix = padded(self._places_matrix, size)
        come, gone = library.profiles.fresh, library.profiles.gone
        self._around = counted(self._around, [one.numbers for one in come], [one.numbers for one in gone], size)
        for sign, some in ((1, changed.come), (-1, changed.gone)):
            if some:
                profile_of, place_of = numbers_of(some)
                self._around += sign * beyond_profiles(self._contexts, self._places_matrix, profile_of, place_of)

    def _space(self, way: int, library: Library, counts: Rows) -> Space:
        vocabulary, spread = library.vocabularies[way], (self._written, self._sounded)[way]
        kinds = np.asarray(vocabulary.families, dtype=np.float32)
        families = len(library.families)
        return Space(
            vocabulary=vocabulary.numbers,
            wordings=spread.parts(len(kinds)),
            worth=worth_of(counts, families, kinds, self._tuning.power),
            unknown=float(np.log1p(max(families, 1)) ** self._tuning.power),
        )


def _features(library: Library, way: Literal["written", "sounded"]) -> tuple[Sequence[Numbers], Sequence[Numbers]]:
    """Of the families that came, and of those that went."""
    come, gone = library.families.fresh, library.families.gone
    return [getattr(one, way) for one in come], [getattr(one, way) for one in gone]
