"""Which documents does a question mean? An immutable index in memory; scores of 0..1 that say how much is explained.

Both a question and a document's wording are sets of weighted features. What they share, against what only the question
has and what only the wording has, is Tversky's contrast: it knows that citizens tell stories and that names are long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.search.analysis import Analyser, Analysis, Features
from services.search.lexicon import Lexicon
from services.search.normalise import Normaliser

Floats = npt.NDArray[np.float32]
#: What a topic wants back with a document that was found.
P = TypeVar("P")


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

    def family(self, name: str) -> float:
        """What a feature counts for by its kind."""
        return {"1": self.singles, "2": self.pairs, "3": self.triples, "w": self.words, "m": self.meanings}[name[0]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Document(Generic[P]):
    """Something that can be found."""

    key: str
    #: Whole names of it: official name, aliases, or the wordings of a question. At least one.
    wordings: tuple[str, ...]
    #: What else it is about: department, themes, district, materials.
    context: tuple[str, ...] = ()
    payload: P


@dataclass(frozen=True, kw_only=True, slots=True)
class Match(Generic[P]):
    """One document found."""

    key: str
    payload: P
    score: float
    #: Without what is around it, the question is this document's wording.
    exact: bool


class Space:
    """One way to look at all wordings, as written or as sounded: features by wording, and what each is worth."""

    def __init__(
        self,
        *,
        vocabulary: Mapping[str, int],
        wordings: sparse.csr_matrix,
        context: sparse.csr_matrix,
        worth: Floats,
        unknown: float,
    ) -> None:
        self._vocabulary = vocabulary
        #: features x wordings, and features x documents with wordings and context together.
        self._wordings = wordings
        self._context = context
        self._worth = worth
        #: What a feature is worth that the index does not know.
        self._unknown = unknown
        self._totals: Floats = np.asarray((wordings.multiply(wordings)).T @ worth, dtype=np.float32)

    def scores(self, asked: Features, aside: Features, tuning: Tuning, document_of: npt.NDArray[np.int32]) -> Floats:
        """How well each wording explains what is asked; what is said aside helps more than it costs."""
        numbers, values, whole = self._known(asked, tuning)
        if not len(numbers):
            return np.zeros(self._wordings.shape[1], dtype=np.float32)
        shared = self._product(self._wordings, numbers, values)
        around = self._product(self._context, numbers, values)[document_of]
        explained = shared + tuning.context * np.maximum(around - shared, 0)
        numbers, values, told = self._known(aside, tuning)
        helped = self._product(self._wordings, numbers, values) if len(numbers) else np.zeros_like(shared)
        cost = tuning.beyond_document * np.maximum(whole - explained, 0)
        cost += tuning.beyond_question * np.maximum(self._totals - shared - helped, 0)
        cost += tuning.beyond_aside * np.maximum(told - helped, 0)
        explained += tuning.aside * helped
        scores: Floats = np.where(shared > 0, explained / (explained + cost + 1e-9), 0).astype(np.float32)
        return scores

    def _known(self, features: Features, tuning: Tuning) -> tuple[list[int], Floats, float]:
        """Numbers and values of the features that the index knows, and what all of them are worth together."""
        numbers: list[int] = []
        weights: list[float] = []
        unknown = 0.0
        for name, (weight, rarity) in features.items():
            number = self._vocabulary.get(name, -1)
            # The vocabulary grows while newer indexes are made; what this one does not hold is unknown to it.
            if 0 <= number < len(self._worth) and self._worth[number] > 0:
                numbers.append(number)
                weights.append(weight)
            else:
                unknown += weight * rarity * tuning.family(name)
        worth, weight_of = self._worth[numbers], np.asarray(weights, dtype=np.float32)
        whole = float(worth @ weight_of) + tuning.unknown * self._unknown * unknown
        return numbers, worth * np.sqrt(weight_of), whole

    @staticmethod
    def _product(matrix: sparse.csr_matrix, numbers: list[int], values: Floats) -> Floats:
        return np.asarray(matrix[numbers].T @ values, dtype=np.float32)


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """How texts are read: shared by the question and the documents."""

    normalise: Normaliser
    lexicon: Lexicon
    analyse: Analyser


class TextIndex(Generic[P]):
    """Answers questions; made by `IndexBuilder`, never changed, safe to share by threads."""

    def __init__(
        self,
        *,
        language: Language,
        tuning: Tuning,
        keys: Sequence[str],
        payloads: Sequence[P],
        document_of: npt.NDArray[np.int32],
        contents: Mapping[str, frozenset[int]],
        written: Space,
        sounded: Space,
    ) -> None:
        self._language = language
        self._tuning = tuning
        self._keys = keys
        self._payloads = payloads
        self._document_of = document_of
        self._contents = contents
        self._written = written
        self._sounded = sounded
        self._starts = np.flatnonzero(np.diff(document_of, prepend=-1)) if len(document_of) else document_of

    def __len__(self) -> int:
        return len(self._keys)

    def search(self, question: str, limit: int, *, also: Sequence[str] = ()) -> list[Match[P]]:
        """The best documents first, at most `limit`, none with a score of 0. `also`: the question in other words.

        Takes milliseconds of processor time.
        """
        if not self._keys:
            return []
        wordings = np.zeros(len(self._document_of), dtype=np.float32)
        exact: set[int] = set()
        for asked in (question, *also):
            whole = self._analysis(self._language.normalise(asked))
            exact |= self._contents.get(whole.content, frozenset())
            np.maximum(wordings, self._scores(whole, None), out=wordings)
            clauses = self._language.normalise.clauses(asked)
            for clause in clauses if len(clauses) > 1 else ():
                scores = self._tuning.clause * self._scores(self._analysis(clause), whole)
                np.maximum(wordings, scores, out=wordings)
        scores = np.maximum.reduceat(wordings, self._starts)
        scores[list(exact)] = 1.0
        count = min(limit, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        ranked = sorted((int(number) for number in best), key=lambda number: (-scores[number], self._keys[number]))
        return [
            Match(
                key=self._keys[number],
                payload=self._payloads[number],
                score=round(min(1.0, float(scores[number])), 4),
                exact=number in exact,
            )
            for number in ranked
            if scores[number] > 0
        ]

    def _analysis(self, normalised: str) -> Analysis:
        return self._language.analyse(normalised, asking=self._tuning.asking)

    def _scores(self, asked: Analysis, story: Analysis | None) -> Floats:
        """Scores of what is asked; `story`: the whole of which it is a clause."""
        written = self._written.scores(
            asked.written, _without(story.written, asked.written) if story else {}, self._tuning, self._document_of
        )
        sounded = self._sounded.scores(
            asked.sounded, _without(story.sounded, asked.sounded) if story else {}, self._tuning, self._document_of
        )
        return np.maximum(written, self._tuning.sound * sounded)


def _without(features: Features, others: Features) -> Features:
    return {name: value for name, value in features.items() if name not in others}


def worth_of(document_frequency: npt.NDArray[Any], documents: int, family: Floats, power: float) -> Floats:
    """What each feature is worth: rare ones much, none for those that no wording has."""
    rarity = np.log1p(documents / np.maximum(document_frequency, 1)) ** power
    worth: Floats = np.where(document_frequency > 0, rarity * family, 0).astype(np.float32)
    return worth
