"""Which intent does a sentence have, and how sure is that? A linear model over signs, words and sounds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.rasa.text import Reader, Views

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
WEIGHTS, NAMES = "weights.npz", "names.json"
WORD = r"(?u)\S+"
#: Signs by which a sentence may be longer than the longest example of a short intent.
SPARE = 2
#: A score from which no softmax comes back.
NEVER = -1e6


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What the model looks at and how hard it is held back."""

    signs: int = 4
    words: int = 2
    sounds: int = 3
    #: Weight of the sounds beside the signs and words: they survive homophones but blur meanings.
    sounds_weight: float = 1.0
    #: Inverse strength of the regularisation.
    strength: float = 1.0
    folds: int = 5
    #: Intents that are only ever said in few words: a longer sentence than any example (and some) has another one.
    short: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """What training leaves: the features by view, how rare each is, and one row of weights an intent."""

    shape: Shape
    vocabularies: list[list[str]]
    idf: Floats
    weights: Floats
    bias: Floats

    def scores(self, rows: csr_matrix) -> Floats:
        """One row a sentence, one column an intent."""
        totals: Floats = rows @ self.weights.T + self.bias
        return totals


class Scaler:
    """Turns views into rows of numbers by a machine's vocabularies; built once, because building takes a while."""

    def __init__(self, shape: Shape, vocabularies: Sequence[Sequence[str]], idf: Floats) -> None:
        self._counters = [_counter(shape, view, words) for view, words in enumerate(vocabularies)]
        self._sizes = [len(words) for words in vocabularies]
        self._weights = (1.0, 1.0, shape.sounds_weight)
        self._idf = idf

    def rows(self, views: Sequence[Views]) -> csr_matrix:
        """Logarithmic counts weighted by rarity, each view of length one, the sounds less."""
        parts, start = [], 0
        for view, (counter, size, weight) in enumerate(zip(self._counters, self._sizes, self._weights, strict=True)):
            counts = counter.transform([_side(sentence, view) for sentence in views]).astype(np.float64)
            counts.data = (np.log(counts.data) + 1) * self._idf[start + counts.indices]
            lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
            counts.data *= np.repeat(weight / np.maximum(lengths, 1e-9), np.diff(counts.indptr))
            parts.append(counts)
            start += size
        return hstack(parts, format="csr")


class LinearModel:
    """A trained classifier; confidence is a softmax whose temperature was fitted on sentences held out."""

    def __init__(
        self,
        machine: Machine,
        temperature: float,
        intents: Sequence[str],
        reader: Reader,
        longest: Mapping[str, int] | None = None,
    ) -> None:
        self.intents = list(intents)
        self.temperature = temperature
        #: Signs up to which a short intent may be meant.
        self.longest = dict(longest or {})
        self._machine, self._reader = machine, reader
        self._scaler = Scaler(machine.shape, machine.vocabularies, machine.idf)
        self._by_feature = np.ascontiguousarray(machine.weights.T)

    def predict(self, text: str) -> list[tuple[str, float]]:
        """Every intent with its probability, the likeliest first."""
        views = self._reader.views(text)
        if not views.says_something:
            # "？？？" and an emoji mean nothing in particular: every intent is as likely.
            return [(intent, 1 / len(self.intents)) for intent in self.intents]
        row = self._scaler.rows([views])
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
        np.savez(folder / WEIGHTS, idf=machine.idf, weights=machine.weights.astype(np.float32), bias=machine.bias)
        names = {
            "intents": self.intents,
            "vocabularies": machine.vocabularies,
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
                shape=shape,
                vocabularies=names["vocabularies"],
                idf=arrays["idf"],
                weights=arrays["weights"].astype(np.float64),
                bias=arrays["bias"],
            )
        return cls(machine, names["temperature"], names["intents"], reader, names["longest"])


def train(texts: Sequence[str], intents: Sequence[str], shape: Shape, reader: Reader) -> LinearModel:
    """Learns from sentences with their intents."""
    views = [reader.views(text) for text in texts]
    names = sorted(set(intents))
    labels = np.searchsorted(np.array(names), np.array(intents))
    longest = {
        intent: SPARE + max(len(one.signs) for one, meant in zip(views, intents, strict=True) if meant == intent)
        for intent in set(shape.short) & set(names)
    }
    return LinearModel(_fit(views, labels, shape), _temperature(views, labels, shape), names, reader, longest)


def _fit(views: Sequence[Views], labels: Labels, shape: Shape) -> Machine:
    counters = [_counter(shape, view, None) for view in range(3)]
    counts = [
        counter.fit_transform([_side(sentence, view) for sentence in views]) for view, counter in enumerate(counters)
    ]
    vocabularies = [list(counter.get_feature_names_out()) for counter in counters]
    idf: Floats = np.concatenate([TfidfTransformer().fit(part).idf_ for part in counts])
    machine = LinearSVC(C=shape.strength, class_weight="balanced", random_state=7)
    machine.fit(Scaler(shape, vocabularies, idf).rows(views), labels)
    weights, bias = _both_sides(machine)
    return Machine(shape=shape, vocabularies=vocabularies, idf=idf, weights=weights, bias=bias)


def _temperature(views: Sequence[Views], labels: Labels, shape: Shape) -> float:
    """The factor under which held-out sentences are least surprising; they are held out of the vocabulary too."""
    # An intent with few sentences cannot be held out in every fold: it is always learnt, and not judged by.
    counts = np.bincount(labels)
    folds = min(shape.folds, int(counts.max()))
    often = np.flatnonzero(counts[labels] >= folds)
    rare = np.setdiff1d(np.arange(len(labels)), often)
    if folds < 2:
        return 1.0
    scores = np.zeros((len(labels), int(labels.max()) + 1))
    parts = StratifiedKFold(folds, shuffle=True, random_state=7).split(often, labels[often])
    for seen, held in ((np.concatenate([often[one], rare]), often[other]) for one, other in parts):
        machine = _fit([views[index] for index in seen], labels[seen], shape)
        scaler = Scaler(shape, machine.vocabularies, machine.idf)
        scores[held] = machine.scores(scaler.rows([views[index] for index in held]))
    scores, labels = scores[often], labels[often]

    def surprise(factor: float) -> float:
        chances = _softmax(scores * factor)[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    return float(minimize_scalar(surprise, bounds=(0.1, 30.0), method="bounded").x)


def _both_sides(machine: LinearSVC) -> tuple[Floats, Floats]:
    """Weights and bias with one row an intent, also where there are only two intents and sklearn gives one row."""
    if len(machine.classes_) > 2:
        return machine.coef_, machine.intercept_
    return np.vstack([-machine.coef_, machine.coef_]), np.concatenate([-machine.intercept_, machine.intercept_])


def _counter(shape: Shape, view: int, vocabulary: Sequence[str] | None) -> CountVectorizer:
    known = None if vocabulary is None else {word: index for index, word in enumerate(vocabulary)}
    reach = (1, (shape.signs, shape.words, shape.sounds)[view])
    if view == 0:
        return CountVectorizer(analyzer="char", ngram_range=reach, lowercase=False, vocabulary=known)
    return CountVectorizer(token_pattern=WORD, ngram_range=reach, lowercase=False, vocabulary=known)


def _side(sentence: Views, view: int) -> str:
    return (sentence.signs, sentence.words, sentence.sounds)[view]


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Floats = raised / raised.sum(axis=1, keepdims=True)
    return chances
