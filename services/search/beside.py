"""What explains a question beside a document's wordings? Its context, and what only its place adds to that.

Documents of forty districts share a context, and items of one department share a place: each is held once, and what a
place adds to a context is found when it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]
#: Square roots of weights are kept as so many parts of one.
PARTS = 255


def covered(starts: Rows, lengths: Rows) -> Rows:
    """The positions in runs, one run after the other."""
    offsets = np.cumsum(lengths) - lengths
    positions: Rows = np.repeat(starts - offsets, lengths) + np.arange(int(lengths.sum()))
    return positions


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What of a question counts: the features' numbers, and what each feature there is is worth, by its number."""

    numbers: Rows
    values: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Contexts:
    """What profiles hold as written: their wordings and their context together."""

    #: Where a profile's features start; one more entry than profiles.
    ends: Rows
    numbers: npt.NDArray[np.int32]
    #: Square roots of the features' weights, in `PARTS`.
    roots: npt.NDArray[np.uint8]

    def of(self, profiles: Rows) -> Contexts:
        """Those of these profiles only."""
        starts = self.ends[profiles]
        lengths = self.ends[profiles + 1] - starts
        places = covered(starts, lengths)
        ends = np.concatenate([np.zeros(1, dtype=np.intp), np.cumsum(lengths)])
        return Contexts(ends=ends, numbers=self.numbers[places], roots=self.roots[places])

    def explained(self, asked: Asked) -> tuple[Floats, Rows, Rows]:
        """What each profile explains, in `PARTS`; and which asked features are there, with the profile of each."""
        found = asked.values[self.numbers] * self.roots
        sums = np.zeros(len(self.ends) - 1, dtype=np.float32)
        filled = self.ends[1:] > self.ends[:-1]
        if filled.any():
            sums[filled] = np.add.reduceat(found, self.ends[:-1][filled])
        hits = np.flatnonzero(found)
        return sums, self.numbers[hits], np.searchsorted(self.ends, hits, side="right") - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """The contexts, and the places: which features each place has."""

    contexts: Contexts
    #: features x places: square roots of weights, in `PARTS`.
    places: sparse.csr_matrix

    def of(self, profiles: Rows, profile_of: Rows, place_of: Rows) -> Around:
        """What is around some documents: their profiles, each once, and of each document profile and place."""
        return Around(contexts=self.contexts.of(profiles), profile_of=profile_of, places=self.places, place_of=place_of)


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What is around the documents that are looked at closely."""

    contexts: Contexts
    #: Of each document: its position in the contexts, and its place.
    profile_of: Rows
    places: sparse.csr_matrix
    place_of: Rows

    def explained(self, asked: Asked) -> Floats:
        """How much of what is asked is explained by what is around each document."""
        sums, features, profiles = self.contexts.explained(asked)
        explained: Floats = sums[self.profile_of]
        wanted, by_place = self._by_place(asked)
        if len(wanted):
            new = np.ones((len(wanted), len(sums)), dtype=np.bool_)
            at = np.minimum(np.searchsorted(wanted, features), len(wanted) - 1)
            known = wanted[at] == features
            # A feature that the context has already adds nothing.
            new[at[known], profiles[known]] = False
            added = by_place[:, self.place_of] * new[:, self.profile_of]
            explained = explained + added.sum(axis=0, dtype=np.float32)
        return explained / np.float32(PARTS)

    def _by_place(self, asked: Asked) -> tuple[Rows, Floats]:
        """The asked features that any place has, in order; and what each place explains by each of them."""
        matrix = self.places
        numbers = np.sort(asked.numbers)
        wanted: Rows = numbers[matrix.indptr[numbers] < matrix.indptr[numbers + 1]]
        found = np.zeros((len(wanted), matrix.shape[1]), dtype=np.float32)
        for row, number in enumerate(wanted.tolist()):
            run = slice(matrix.indptr[number], matrix.indptr[number + 1])
            found[row, matrix.indices[run]] = asked.values[number] * matrix.data[run]
        return wanted, found
