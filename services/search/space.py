"""How much of a question does a wording explain? Weighted features against each other: Tversky's contrast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.search.analysis import Features
from services.search.beside import Asked, Floats, Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuning:
    """How scores are made: the catalogue's by default, the FAQ has its own. Chosen on the calibration questions."""

    #: What the question holds beyond the document costs this.
    beyond_document: float = 0.6
    #: What the wording holds beyond the question costs this: little, official names are long.
    beyond_question: float = 0.05
    #: What the document's context explains of a question, beside what its wording explains.
    context: float = 0.4
    #: A match by sound alone is worth this.
    sound: float = 0.9
    #: A match of one clause of a longer story is worth this.
    clause: float = 1.0
    #: What another clause of the story adds where it fits.
    aside: float = 1.0
    #: What another clause costs where it does not fit: little, stories wander.
    beyond_aside: float = 0.03
    #: What a feature costs that no document has, beside one that a single document has.
    unknown: float = 2.0
    #: How much more a rare feature is worth than a common one.
    power: float = 0.7
    #: What words weigh that ask for one fact: how much, where, which papers.
    asking: float = 0.04
    #: What single characters, pairs, triples, words and meanings count for.
    singles: float = 0.3
    pairs: float = 1.0
    triples: float = 0.8
    words: float = 1.5
    meanings: float = 3.0
    #: Of a score, what nearness of meaning makes up where it is known.
    meaning: float = 0.6

    def family(self, name: str) -> float:
        """What a feature counts for by its kind."""
        return {"1": self.singles, "2": self.pairs, "3": self.triples, "w": self.words, "m": self.meanings}[name[0]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What an index knows of a text's features, one entry a feature."""

    features: Features
    numbers: Rows
    weights: Floats
    there: npt.NDArray[np.bool_]
    #: What a feature counts for that is not there.
    unknown: Sequence[float]

    def without(self, others: Features) -> Known:
        """What is left without these features."""
        kept = [place for place, name in enumerate(self.features) if name not in others]
        names = list(self.features)
        return Known(
            features={names[place]: self.features[names[place]] for place in kept},
            numbers=self.numbers[kept],
            weights=self.weights[kept],
            there=self.there[kept],
            unknown=[self.unknown[place] for place in kept],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One text, a whole question or a clause of it, against every wording."""

    known: Known
    asked: Asked
    #: What it shares with each wording.
    shared: Floats
    #: What all of it is worth.
    whole: float


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One way to read a question, against every wording."""

    #: What the question shares with each wording, and what is said aside.
    shared: Floats
    helped: Floats
    #: What all that is asked, and all that is said aside, is worth.
    whole: float
    told: float
    #: The features that are asked.
    asked: Asked
    #: What the view counts for.
    factor: float


class Space:
    """One way to look at all wordings, as written or as sounded: features by wording, and what each is worth."""

    def __init__(
        self, *, vocabulary: Mapping[str, int], wordings: Sequence[sparse.csr_matrix], worth: Floats, unknown: float
    ) -> None:
        self._vocabulary = vocabulary
        #: features x wordings, in parts beside each other, at least one.
        self._wordings = wordings
        self._worth = worth
        #: What a feature is worth that the index does not know.
        self._unknown = unknown
        self._totals: Floats = np.concatenate([_totals(part, worth) for part in wordings])

    def __len__(self) -> int:
        return len(self._totals)

    def told(self, features: Features, tuning: Tuning) -> Told:
        """A text against every wording, by its features."""
        known = self._known(features, tuning)
        numbers, values, whole = self._worths(known, tuning)
        by_feature = np.zeros(len(self._worth), dtype=np.float32)
        by_feature[numbers] = values
        asked = Asked(numbers=numbers, values=by_feature)
        return Told(known=known, asked=asked, shared=self._product(numbers, values), whole=whole)

    def view(self, told: Told, aside: Known | None, tuning: Tuning, factor: float) -> View | None:
        """How each wording fits what is told; None where the index knows nothing of it."""
        if not len(told.asked.numbers):
            return None
        beside, helped = 0.0, np.zeros_like(told.shared)
        if aside is not None:
            numbers, values, beside = self._worths(aside, tuning)
            helped = self._product(numbers, values)
        return View(shared=told.shared, helped=helped, whole=told.whole, told=beside, asked=told.asked, factor=factor)

    def scores(self, view: View, tuning: Tuning) -> Floats:
        """How well each wording explains the view, whatever is around it."""
        fit = _Fit(shared=view.shared, helped=view.helped, totals=self._totals, gained=np.float32(0))
        return _contrast(view, fit, tuning)

    def scores_around(self, view: View, wordings: npt.NDArray[np.intp], around: Floats, tuning: Tuning) -> Floats:
        """The same for some wordings, each within a document that explains `around` of the view."""
        shared = view.shared[wordings]
        gained = tuning.context * np.maximum(around - shared, 0)
        fit = _Fit(shared=shared, helped=view.helped[wordings], totals=self._totals[wordings], gained=gained)
        return _contrast(view, fit, tuning)

    def _known(self, features: Features, tuning: Tuning) -> Known:
        numbers = np.fromiter((self._vocabulary.get(name, -1) for name in features), dtype=np.intp, count=len(features))
        weights = np.fromiter((one for one, _ in features.values()), dtype=np.float32, count=len(features))
        # The vocabulary grows while newer indexes are made; what this one does not hold is unknown to it.
        there = (numbers >= 0) & (numbers < len(self._worth))
        there[there] = self._worth[numbers[there]] > 0
        unknown = [
            0.0 if known else weight * rarity * tuning.family(name)
            for known, (name, (weight, rarity)) in zip(there.tolist(), features.items(), strict=True)
        ]
        return Known(features=features, numbers=numbers, weights=weights, there=there, unknown=unknown)

    def _worths(self, of: Known, tuning: Tuning) -> tuple[Rows, Floats, float]:
        """Numbers and values of the features that the index knows, and what all of them are worth together."""
        numbers, weights = of.numbers[of.there], of.weights[of.there]
        worth = self._worth[numbers]
        whole = float(worth @ weights) + tuning.unknown * self._unknown * sum(of.unknown)
        return numbers, worth * np.sqrt(weights), whole

    def _product(self, numbers: Rows, values: Floats) -> Floats:
        return np.concatenate([_product(part, numbers, values) for part in self._wordings])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fit:
    """How some wordings fit a view."""

    shared: Floats
    helped: Floats
    #: All that each wording holds.
    totals: Floats
    #: What the documents around them explain beyond.
    gained: Floats | np.float32


def _contrast(view: View, of: _Fit, tuning: Tuning) -> Floats:
    """Tversky's contrast of what is shared with what only one side has."""
    explained = of.shared + of.gained
    cost = tuning.beyond_document * np.maximum(view.whole - explained, 0)
    cost += tuning.beyond_question * np.maximum(of.totals - of.shared - of.helped, 0)
    cost += tuning.beyond_aside * np.maximum(view.told - of.helped, 0)
    explained = explained + tuning.aside * of.helped
    scores: Floats = np.where(of.shared > 0, view.factor * explained / (explained + cost + 1e-9), 0).astype(np.float32)
    return scores


def worth_of(document_frequency: npt.NDArray[Any], documents: int, family: Floats, power: float) -> Floats:
    """What each feature is worth: rare ones much, none for those that no wording has."""
    rarity = np.log1p(documents / np.maximum(document_frequency, 1)) ** power
    worth: Floats = np.where(document_frequency > 0, rarity * family, 0).astype(np.float32)
    return worth


def _totals(matrix: sparse.csr_matrix, worth: Floats) -> Floats:
    """What all features of each wording are worth together."""
    weights = matrix.data * matrix.data
    weights *= np.repeat(worth, np.diff(matrix.indptr))
    return np.bincount(matrix.indices, weights=weights, minlength=matrix.shape[1]).astype(np.float32)


def _product(matrix: sparse.csr_matrix, numbers: Rows, values: Floats) -> Floats:
    if not len(numbers):
        return np.zeros(matrix.shape[1], dtype=np.float32)
    starts, ends = matrix.indptr[numbers].tolist(), matrix.indptr[numbers + 1].tolist()
    # Plain additions over the features' lists: a sliced matrix would be copied first.
    places = np.concatenate([matrix.indices[start:end] for start, end in zip(starts, ends, strict=True)])
    products = np.concatenate(
        [matrix.data[start:end] * value for start, end, value in zip(starts, ends, values, strict=True)]
    )
    return np.bincount(places, weights=products, minlength=matrix.shape[1]).astype(np.float32)
