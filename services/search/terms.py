"""What is left of a text once it is read? Its features as numbers, with their weights' roots; and rows of such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.search.analysis import Features
from services.search.beside import PARTS, Floats
from services.search.space import Tuning

T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Terms:
    """One text's features as numbers, with the square roots of their weights."""

    numbers: npt.NDArray[np.int32]
    roots: Floats


class Vocabulary:
    """Numbers for feature names; it only grows."""

    def __init__(self, tuning: Tuning) -> None:
        self.numbers: dict[str, int] = {}
        #: What each feature counts for by its kind.
        self.families: list[float] = []
        self._tuning = tuning

    def terms(self, features: Features) -> Terms:
        """The features as numbers; new ones get one."""
        new = [name for name in features if name not in self.numbers]
        for number, name in enumerate(new, start=len(self.families)):
            self.numbers[name] = number
        self.families += map(self._tuning.family, new)
        numbers = [self.numbers[name] for name in features]
        weights = [weight for weight, _ in features.values()]
        return Terms(np.asarray(numbers, dtype=np.int32), np.sqrt(np.asarray(weights, dtype=np.float32)))


def heaviest(parts: Sequence[Terms]) -> Terms:
    """The features of all parts, each once, as it weighs most."""
    if len(parts) == 1:
        return parts[0]
    numbers = joined([part.numbers for part in parts], np.int32)
    roots = joined([part.roots for part in parts], np.float32)
    order = np.lexsort((-roots, numbers))
    numbers, first = np.unique(numbers[order], return_index=True)
    return Terms(numbers, roots[order][first])


def small(roots: Floats) -> npt.NDArray[np.uint8]:
    """Square roots of weights, in `PARTS`."""
    rounded: npt.NDArray[np.uint8] = np.round(roots * PARTS).astype(np.uint8)
    return rounded


def ends_of(lengths: Sequence[int] | npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Where runs of these lengths start; one more entry than runs."""
    return np.concatenate([np.zeros(1, dtype=np.intp), np.cumsum(np.asarray(lengths, dtype=np.intp))])


def joined(arrays: Sequence[npt.NDArray[T]], kind: type[T]) -> npt.NDArray[T]:
    """One array after the other."""
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=kind)


def by_feature(
    numbers: Sequence[npt.NDArray[np.int32]], values: Sequence[npt.NDArray[T]], kind: type[T], size: int
) -> sparse.csr_matrix:
    """features x rows, from each row's features and their values. `size`: how many features there are."""
    ends = ends_of([len(one) for one in numbers])
    columns = sparse.csc_matrix((joined(values, kind), joined(numbers, np.int32), ends), shape=(size, len(numbers)))
    return columns.tocsr()
