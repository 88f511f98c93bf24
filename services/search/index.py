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
    """How scores are made; one for the catalogue, one for the FAQ."""

    #: What the question holds beyond the document costs this.
    beyond_document: float = 0.6
    #: What the wording holds beyond the question costs this: little, official names are long.
    beyond_question: float = 0.25
    #: What the document's context explains of a question, beside what its wording explains.
    context: float = 0.4
    #: A match by sound alone is worth this.
    sound: float = 0.9
    #: A match of one clause of a longer story is worth this.
    clause: float = 0.93
    #: What words weigh that ask for one fact: how much, where, which papers.
    asking: float = 0.04
    #: What single characters, pairs, triples, words and meanings count for.
    singles: float = 0.15
    pairs: float = 1.0
    triples: float = 0.6
    words: float = 1.0
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

    def scores(self, features: Features, tuning: Tuning, document_of: npt.NDArray[np.int32]) -> Floats:
        """How well each wording explains the features."""
        known: list[int] = []
        weights: list[float] = []
        asked = 0.0
        for name, (weight, rarity) in features.items():
            number = self._vocabulary.get(name, -1)
            # The vocabulary grows while newer indexes are made; what this one does not hold is unknown to it.
            if 0 <= number < len(self._worth) and self._worth[number] > 0:
                known.append(number)
                weights.append(weight)
                asked += weight * float(self._worth[number])
            else:
                asked += weight * rarity * self._unknown * tuning.family(name)
        if not known:
            return np.zeros(self._wordings.shape[1], dtype=np.float32)
        values = self._worth[known] * np.sqrt(np.asarray(weights, dtype=np.float32))
        shared = np.asarray(self._wordings[known].T @ values, dtype=np.float32)
        around = np.asarray(self._context[known].T @ values, dtype=np.float32)[document_of]
        explained = shared + tuning.context * np.maximum(around - shared, 0)
        asked = max(asked, 1e-6)
        cost = tuning.beyond_document * np.maximum(asked - explained, 0)
        cost += tuning.beyond_question * np.maximum(self._totals - shared, 0)
        scores: Floats = np.where(shared > 0, explained / (explained + cost + 1e-9), 0).astype(np.float32)
        return scores


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
            normalised = self._language.normalise(asked)
            for variant, worth in self._variants(asked, normalised):
                analysis = self._language.analyse(variant, asking=self._tuning.asking)
                np.maximum(wordings, worth * self._scores(analysis), out=wordings)
                if variant == normalised:
                    exact |= self._contents.get(analysis.content, frozenset())
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

    def _variants(self, question: str, normalised: str) -> list[tuple[str, float]]:
        """The question in the ways it is tried, each with what a match of it is worth."""
        found = {normalised: 1.0}
        for clause in self._language.normalise.clauses(question):
            found.setdefault(clause, self._tuning.clause)
        return list(found.items())

    def _scores(self, analysis: Analysis) -> Floats:
        written = self._written.scores(analysis.written, self._tuning, self._document_of)
        sounded = self._sounded.scores(analysis.sounded, self._tuning, self._document_of)
        return np.maximum(written, self._tuning.sound * sounded)


def worth_of(document_frequency: npt.NDArray[Any], documents: int, family: Floats) -> Floats:
    """What each feature is worth: rare ones much, none for those that no wording has."""
    rarity = np.log1p(documents / np.maximum(document_frequency, 1)) ** 1.5
    worth: Floats = np.where(document_frequency > 0, rarity * family, 0).astype(np.float32)
    return worth
