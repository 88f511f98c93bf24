"""Which wordings have a feature, and how common is it? Wordings are added without making everything anew.

A matrix of a hundred thousand rows takes seconds to be made. So new rows stand in a second, small one, until there
are enough of them for making the large one anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.search.beside import Contexts, Rows
from services.search.reading import Numbers, Profile
from services.search.terms import Terms, by_feature, ends_of, joined

NOTHING_AROUND = Contexts(ends=ends_of([]), numbers=joined([], np.int32), roots=joined([], np.uint8))


class Spread:
    """One way to look at all wordings: features x wordings in a large part and a small one, and how common each is."""

    def __init__(self) -> None:
        self._large: sparse.csr_matrix | None = None
        self._added: list[Terms] = []
        #: In how many families each feature is.
        self._counts = np.zeros(0, dtype=np.intp)

    def add(self, rows: Sequence[Terms], size: int) -> None:
        """Takes in new wordings. `size`: how many features there are."""
        if self._large is None:
            self._large = _matrix(rows, size)
        else:
            self._added += rows

    def count(self, come: Sequence[Numbers], gone: Sequence[Numbers], size: int) -> npt.NDArray[np.intp]:
        """In how many families each feature is, now that some came and some went."""
        self._counts = counted(self._counts, come, gone, size)
        return self._counts

    def parts(self, size: int) -> list[sparse.csr_matrix]:
        """features x wordings, one part beside the other."""
        large = [] if self._large is None else [padded(self._large, size)]
        return large + ([_matrix(self._added, size)] if self._added else [])


def counted(
    known: npt.NDArray[np.intp], come: Sequence[Numbers], gone: Sequence[Numbers], size: int
) -> npt.NDArray[np.intp]:
    """How often each feature is there, of `size` features; a new array."""
    counts = np.zeros(size, dtype=np.intp)
    counts[: len(known)] = known
    for sign, numbers in ((1, come), (-1, gone)):
        if numbers:
            counts += sign * np.bincount(joined(numbers, np.int32), minlength=size)
    return counts


def padded(matrix: sparse.csr_matrix, size: int) -> sparse.csr_matrix:
    """The same with `size` rows: the new ones are empty, the arrays are shared."""
    ends = np.full(size + 1, matrix.indptr[-1], dtype=matrix.indptr.dtype)
    ends[: len(matrix.indptr)] = matrix.indptr
    return sparse.csr_matrix((matrix.data, matrix.indices, ends), shape=(size, matrix.shape[1]), copy=False)


def extended(known: Contexts, profiles: Sequence[Profile]) -> Contexts:
    """The contexts of these profiles after those that are known."""
    if not profiles:
        return known
    return Contexts(
        ends=np.concatenate([known.ends, known.ends[-1] + ends_of([len(one.numbers) for one in profiles])[1:]]),
        numbers=joined([known.numbers, *(one.numbers for one in profiles)], np.int32),
        roots=joined([known.roots, *(one.roots for one in profiles)], np.uint8),
    )


def beyond_profiles(contexts: Contexts, places: sparse.csr_matrix, profile_of: Rows, place_of: Rows) -> Rows:
    """At how many of some documents' places is each feature beyond their profiles?"""
    size, count = places.shape
    profiles, row_of = np.unique(profile_of, return_inverse=True)
    these = contexts.of(profiles)
    held = sparse.csr_matrix(
        (np.ones(len(these.numbers), dtype=np.int32), these.numbers, these.ends), shape=(len(profiles), size)
    )
    there = places.astype(bool).astype(np.int32)
    ones = np.ones(len(row_of), dtype=np.int32)
    pairs = sparse.coo_matrix((ones, (row_of, place_of)), shape=(len(profiles), count)).tocsr()
    both = held.multiply(pairs @ there.T).sum(axis=0)
    of_places = there @ np.bincount(place_of, minlength=count)
    return np.asarray(of_places - np.asarray(both).ravel(), dtype=np.intp)


def _matrix(rows: Sequence[Terms], size: int) -> sparse.csr_matrix:
    return by_feature([one.numbers for one in rows], [one.roots for one in rows], np.float32, size)
