"""Which intent does a sentence have, and how sure is that? A linear model over signs, words and sounds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.rasa.features import Floats, Vocabulary, features_of, rarities
from bot.rasa.text import Reader, Views

Labels = npt.NDArray[np.int64]
WEIGHTS, NAMES = "weights.npz", "names.json"
#: Signs by which a sentence may be longer than the longest example of a short intent.
SPARE = 2
#: A score from which no softmax comes back.
NEVER = -1e6


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What the model looks at and how hard it is held back."""

    signs: int = 2
    words: int = 2
    sounds: int = 2
    #: Weight of the sounds beside the signs and words: they survive homophones but blur meanings.
    sounds_weight: float = 1.0
    #: Inverse strength of the regularisation.
    strength: float = 1.0
    folds: int = 5
    #: How far rare intents are weighed up in training: 0 not at all, 1 until all intents weigh the same.
    evenness: float = 0.35
    #: Intents that are only ever said in few words: a longer sentence than any example (and some) has another one.
    short: tuple[str, ...] = ()

    @property
    def reach(self) -> tuple[int, int, int]:
        """The longest runs by view."""
        return self.signs, self.words, self.sounds

    @property
    def view_weights(self) -> tuple[float, float, float]:
        """The length of each view in a row."""
        return 1.0, 1.0, self.sounds_weight


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """What training leaves: how rare each feature is, and one row of weights an intent."""

    rarity: Floats
    weights: Floats
    bias: Floats


class LinearModel:
    """A trained classifier; confidence is a softmax whose temperature was fitted on sentences held out."""

    def __init__(
        self,
        machine: Machine,
        vocabulary: Vocabulary,
        temperature: float,
        intents: Sequence[str],
        *,
        shape: Shape,
        reader: Reader,
        longest: Mapping[str, int] | None = None,
    ) -> None:
        self.intents = list(intents)
        self.temperature = temperature
        #: Signs up to which a short intent may be meant.
        self.longest = dict(longest or {})
        self._machine, self._vocabulary, self._shape, self._reader = machine, vocabulary, shape, reader
        self._by_feature = np.ascontiguousarray(machine.weights.T)

    def predict(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its probability, the likeliest first."""
        views = self._reader.views(text)
        if not views.says_something:
            # "？？？" and an emoji mean nothing in particular: every intent is as likely.
            return [(intent, 1 / len(self.intents)) for intent in self.intents]
        counts = self._vocabulary.counts([features_of(views, self._shape.reach)])
        row = self._vocabulary.weighted(counts, self._machine.rarity, self._shape.view_weights)
        # Touching only the sentence's own features is what makes one message cheap.
        scores = self._machine.bias + row.data @ self._by_feature[row.indices]
        for intent, limit in self.longest.items():
            if len(views.signs) > limit:
                scores[self.intents.index(intent)] = NEVER
        chances = _softmax(scores[np.newaxis, :] * self.temperature)[0]
        return [(self.intents[index], float(chances[index])) for index in np.argsort(-chances)]

    def save(self, folder: Path) -> None:
        """Numbers and names only: nothing is unpickled when it is loaded."""
        machine = self._machine
        np.savez(folder / WEIGHTS, rarity=machine.rarity, weights=machine.weights.astype(np.float32), bias=machine.bias)
        names = {
            "intents": self.intents,
            "features": self._vocabulary.features,
            "temperature": self.temperature,
            "longest": self.longest,
        }
        (folder / NAMES).write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, shape: Shape, reader: Reader) -> LinearModel:
        """The model that `save` wrote."""
        names = json.loads((folder / NAMES).read_text(encoding="utf-8"))
        with np.load(folder / WEIGHTS) as arrays:
            machine = Machine(
                rarity=arrays["rarity"], weights=arrays["weights"].astype(np.float64), bias=arrays["bias"]
            )
        return cls(
            machine,
            Vocabulary(names["features"]),
            names["temperature"],
            names["intents"],
            shape=shape,
            reader=reader,
            longest=names["longest"],
        )


def train(texts: Sequence[str], intents: Sequence[str], shape: Shape, reader: Reader) -> LinearModel:
    """Learns from sentences with their intents."""
    lesson = _Lesson.of(texts, intents, shape, reader)
    scores, labels = lesson.held_out()
    longest = {
        intent: SPARE + max(len(one.signs) for one, meant in zip(lesson.views, intents, strict=True) if meant == intent)
        for intent in set(shape.short) & set(lesson.names)
    }
    return LinearModel(
        _fit(lesson.vocabulary, lesson.counts, lesson.labels, shape),
        lesson.vocabulary,
        _temperature(scores, labels),
        lesson.names,
        shape=shape,
        reader=reader,
        longest=longest,
    )


def held_out(texts: Sequence[str], intents: Sequence[str], shape: Shape, reader: Reader) -> tuple[Floats, Labels]:
    """Each sentence's probabilities by a model that never saw it, and the column of its true intent."""
    scores, labels = _Lesson.of(texts, intents, shape, reader).held_out()
    return _softmax(scores * _temperature(scores, labels)), labels


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lesson:
    """Sentences as rows of numbers; `labels` are places in `names`."""

    views: list[Views]
    names: list[str]
    labels: Labels
    vocabulary: Vocabulary
    counts: csr_matrix
    shape: Shape

    @classmethod
    def of(cls, texts: Sequence[str], intents: Sequence[str], shape: Shape, reader: Reader) -> _Lesson:
        views = [reader.views(text) for text in texts]
        names = sorted(set(intents))
        features = [features_of(one, shape.reach) for one in views]
        vocabulary = Vocabulary.met_in(features)
        return cls(
            views=views,
            names=names,
            labels=np.searchsorted(np.array(names), np.array(intents)),
            vocabulary=vocabulary,
            counts=vocabulary.counts(features),
            shape=shape,
        )

    def held_out(self) -> tuple[Floats, Labels]:
        """Scores of sentences held out of training, of the rarities too, with their labels."""
        # An intent with few sentences cannot be held out in every fold: it is always learnt, and not judged by.
        sizes = np.bincount(self.labels)
        folds = min(self.shape.folds, int(sizes.max()))
        often = np.flatnonzero(sizes[self.labels] >= folds)
        rare = np.setdiff1d(np.arange(len(self.labels)), often)
        scores = np.zeros((len(self.labels), len(self.names)))
        if folds < 2:
            return scores[:0], self.labels[:0]
        parts = StratifiedKFold(folds, shuffle=True, random_state=7).split(often, self.labels[often])
        for seen, held in ((np.concatenate([often[one], rare]), often[other]) for one, other in parts):
            machine = _fit(self.vocabulary, self.counts[seen], self.labels[seen], self.shape)
            rows = self.vocabulary.weighted(self.counts[held], machine.rarity, self.shape.view_weights)
            scores[held] = rows @ machine.weights.T + machine.bias
        return scores[often], self.labels[often]


def _fit(vocabulary: Vocabulary, counts: csr_matrix, labels: Labels, shape: Shape) -> Machine:
    rarity = rarities(counts)
    machine = LinearSVC(C=shape.strength, class_weight=_evened(labels, shape.evenness), random_state=7)
    machine.fit(vocabulary.weighted(counts, rarity, shape.view_weights), labels)
    weights, bias = _both_sides(machine)
    return Machine(rarity=rarity, weights=weights, bias=bias)


def _evened(labels: Labels, evenness: float) -> dict[int, float]:
    """What a sentence of each intent counts for in training."""
    kinds, sizes = np.unique(labels, return_counts=True)
    return dict(zip(kinds.tolist(), ((len(labels) / len(kinds) / sizes) ** evenness).tolist(), strict=True))


def _temperature(scores: Floats, labels: Labels) -> float:
    """The factor under which sentences that were held out are least surprising."""
    if not len(labels):
        return 1.0

    def surprise(factor: float) -> float:
        chances = _softmax(scores * factor)[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    return float(minimize_scalar(surprise, bounds=(0.1, 30.0), method="bounded").x)


def _both_sides(machine: LinearSVC) -> tuple[Floats, Floats]:
    """Weights and bias with one row an intent, also where there are only two intents and sklearn gives one row."""
    if len(machine.classes_) > 2:
        return machine.coef_, machine.intercept_
    return np.vstack([-machine.coef_, machine.coef_]), np.concatenate([-machine.intercept_, machine.intercept_])


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances
