"""What explains a question beside a document's wordings? Its context, and what only its place adds to that.

Documents of forty districts share a context, and items of one department share a place: each is held once, and what a
place adds to a context is found when it is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    numbers: Sequence[int]
    values: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Contexts:
    """What profiles hold as written: their wordings and their context together."""

    #: Where a profile's features start; one more entry than profiles.
    ends: npt.NDArray[np.intp]
    numbers: npt.NDArray[np.int32]
    #: Square roots of the features' weights, in `PARTS`.
    roots: npt.NDArray[np.uint8]

    def explained(self, asked: Asked, rows: Rows, wanted: npt.NDArray[np.intp]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """For each of the rows what it explains, in `PARTS`; and, wanted x rows, whether it has the wanted features."""
        starts = self.ends[rows]
        lengths = self.ends[rows + 1] - starts
        places = covered(starts, lengths)
        numbers = self.numbers[places]
        found = asked.values[numbers] * self.roots[places]
        sums = np.zeros(len(rows), dtype=np.float32)
        filled = lengths > 0
        if filled.any():
            sums[filled] = np.add.reduceat(found, (np.cumsum(lengths) - lengths)[filled])
        has = np.zeros((len(wanted), len(rows)), dtype=np.bool_)
        if len(wanted):
            # Zero values are no question's: only what is asked has to be looked up.
            hits = np.flatnonzero(found)
            at = np.searchsorted(wanted, numbers[hits])
            at[at == len(wanted)] = 0
            known = wanted[at] == numbers[hits]
            row_of = np.repeat(np.arange(len(rows)), lengths)
            has[at[known], row_of[hits[known]]] = True
        return sums, has


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """The contexts, and the places: which features each place has."""

    contexts: Contexts
    #: features x places: square roots of weights, in `PARTS`.
    places: sparse.csr_matrix

    def explained(self, asked: Asked, profiles: Rows, profile_of: Rows, place_of: Rows) -> Floats:
        """What is around each of some documents explains so much of what is asked.

        `profiles`: the documents' profiles, each once; `profile_of`: each document's position there.
        """
        ends = self.places.indptr
        wanted = np.unique(np.asarray([one for one in asked.numbers if ends[one] < ends[one + 1]], dtype=np.intp))
        sums, has = self.contexts.explained(asked, profiles, wanted)
        explained: Floats = sums[profile_of]
        if len(wanted):
            # A feature that the context has already adds nothing.
            added = self._by_place(asked, wanted)[:, place_of] * ~has[:, profile_of]
            explained = explained + added.sum(axis=0, dtype=np.float32)
        return explained / np.float32(PARTS)

    def _by_place(self, asked: Asked, wanted: npt.NDArray[np.intp]) -> Floats:
        """wanted x places."""
        matrix = self.places
        found = np.zeros((len(wanted), matrix.shape[1]), dtype=np.float32)
        for row, number in enumerate(wanted):
            run = slice(matrix.indptr[number], matrix.indptr[number + 1])
            found[row, matrix.indices[run]] = asked.values[number] * matrix.data[run]
        return found
