"""What of a sentence does the model count? Runs of signs, of words and of sounds, as rows of numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from bot.rasa.text import Views

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: A feature's first sign tells which view it is of.
SIGN, WORD, SOUND = VIEWS = ("s", "w", "p")


def features_of(sentence: Views, reach: tuple[int, int, int]) -> Counter[str]:
    """How often each run stands in the sentence; `reach`: the longest run of signs, words and sounds."""
    found: Counter[str] = Counter()
    found.update(_runs(SIGN, sentence.signs, reach[0], ""))
    found.update(_runs(WORD, sentence.words.split(" "), reach[1], " "))
    found.update(_runs(SOUND, sentence.sounds.split(" "), reach[2], " "))
    return found


def _runs(view: str, parts: Sequence[str], longest: int, gap: str) -> Iterator[str]:
    for length in range(1, longest + 1):
        for start in range(len(parts) - length + 1):
            yield view + gap.join(parts[start : start + length])


def rarities(counts: csr_matrix) -> Floats:
    """How rare each feature is: the smoothed logarithm of sentences over those that have it; 0 where none has."""
    having = np.bincount(counts.indices, minlength=counts.shape[1])
    weights: Floats = (np.log((1 + counts.shape[0]) / (1 + having)) + 1) * (having > 0)
    return weights


class Vocabulary:
    """The features that training met, each with its place in a row."""

    def __init__(self, features: Sequence[str]) -> None:
        self.features = list(features)
        self._places = {feature: place for place, feature in enumerate(self.features)}
        self._views = np.array([VIEWS.index(feature[0]) for feature in self.features], dtype=np.int64)

    @classmethod
    def met_in(cls, sentences: Sequence[Counter[str]]) -> Vocabulary:
        """Every feature of the sentences."""
        return cls(sorted({feature for sentence in sentences for feature in sentence}))

    def counts(self, sentences: Sequence[Counter[str]]) -> csr_matrix:
        """One row a sentence: the logarithm of each known feature's count, and one."""
        starts, places, values = [0], [], []
        for sentence in sentences:
            for feature, count in sentence.items():
                place = self._places.get(feature)
                if place is not None:
                    places.append(place)
                    values.append(1 + math.log(count))
            starts.append(len(places))
        return csr_matrix(
            (np.array(values, dtype=np.float64), np.array(places, dtype=np.int64), np.array(starts, dtype=np.int64)),
            shape=(len(sentences), len(self.features)),
        )

    def weighted(self, counts: csr_matrix, rarity: Floats, weights: tuple[float, float, float]) -> csr_matrix:
        """Counts times rarity, each view of a row brought to the length that `weights` gives it."""
        values = counts.data * rarity[counts.indices]
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        parts = rows * len(VIEWS) + self._views[counts.indices]
        lengths = np.sqrt(np.bincount(parts, weights=values * values, minlength=counts.shape[0] * len(VIEWS)))
        scale = np.tile(np.array(weights), counts.shape[0]) / np.maximum(lengths, 1e-9)
        return csr_matrix((values * scale[parts], counts.indices, counts.indptr), shape=counts.shape)
