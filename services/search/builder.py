"""How is an index made, and made again when a few documents changed? What was read once is kept; only news is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.search.analysis import Analyser, Analysis, Features
from services.search.index import Document, Floats, Language, P, Space, TextIndex, Tuning, worth_of
from services.search.lexicon import load_lexicon
from services.search.normalise import Normaliser

#: Analyses of context texts kept at hand while documents are read.
KEPT_CONTEXTS = 5_000


@dataclass(frozen=True, slots=True)
class _Terms:
    """One text's features as numbers, with the square roots of their weights."""

    numbers: npt.NDArray[np.int32]
    roots: Floats


@dataclass(frozen=True, slots=True)
class _Read:
    """One document, read."""

    #: Of each wording: as written, as sounded.
    wordings: tuple[tuple[_Terms, _Terms], ...]
    #: Wordings and context together, as written.
    all: _Terms
    contents: tuple[str, ...]


class _Vocabulary:
    """Numbers for feature names; it only grows."""

    def __init__(self, tuning: Tuning) -> None:
        self.numbers: dict[str, int] = {}
        self.families: list[float] = []
        self._tuning = tuning

    def terms(self, features: Features) -> _Terms:
        new = [name for name in features if name not in self.numbers]
        for number, name in enumerate(new, start=len(self.families)):
            self.numbers[name] = number
        self.families += map(self._tuning.family, new)
        numbers = [self.numbers[name] for name in features]
        weights = [weight for weight, _ in features.values()]
        return _Terms(np.asarray(numbers, dtype=np.int32), np.sqrt(np.asarray(weights, dtype=np.float32)))


def load_language() -> Language:
    """Reads the dictionaries; takes a second or two, so once a process."""
    normalise = Normaliser()
    lexicon = load_lexicon(normalise)
    return Language(normalise=normalise, lexicon=lexicon, analyse=Analyser(lexicon))


class IndexBuilder(Generic[P]):
    """Holds the documents of one index. Used by one thread at a time."""

    def __init__(self, language: Language, tuning: Tuning) -> None:
        self._language = language
        self._tuning = tuning
        self._vocabularies = (_Vocabulary(tuning), _Vocabulary(tuning))
        self._documents: dict[str, Document[P]] = {}
        self._read: dict[str, _Read] = {}
        # Departments, themes and materials come again and again.
        self._around = lru_cache(maxsize=KEPT_CONTEXTS)(self._analyse)

    def put(self, document: Document[P]) -> None:
        """Adds the document, or replaces the one with its key."""
        if self._documents.get(document.key) == document:
            return
        self._documents[document.key] = document
        self._read[document.key] = self._reading(document)

    def remove(self, key: str) -> None:
        """Forgets a document; one that is not there is no error."""
        self._documents.pop(key, None)
        self._read.pop(key, None)

    def build(self) -> TextIndex[P]:
        """An index of the documents as they are now."""
        keys = sorted(self._read)
        read = [self._read[key] for key in keys]
        document_of = np.repeat(
            np.arange(len(keys), dtype=np.int32), np.asarray([len(one.wordings) for one in read], dtype=np.int64)
        ).astype(np.int32)
        contents: defaultdict[str, set[int]] = defaultdict(set)
        for number, one in enumerate(read):
            for content in one.contents:
                contents[content].add(number)
        return TextIndex(
            language=self._language,
            tuning=self._tuning,
            keys=keys,
            payloads=[self._documents[key].payload for key in keys],
            document_of=document_of,
            contents={content: frozenset(numbers) for content, numbers in contents.items()},
            written=self._space(read, 0),
            sounded=self._space(read, 1),
        )

    def _analyse(self, text: str) -> Analysis:
        return self._language.analyse(text, asking=self._tuning.asking)

    def _reading(self, document: Document[P]) -> _Read:
        normalise = self._language.normalise
        texts = list(dict.fromkeys(filter(None, map(normalise, document.wordings)))) or [document.key]
        around = [text for text in map(normalise, document.context) if text]
        analyses = [self._analyse(text) for text in texts]
        wordings = tuple(
            (self._vocabularies[0].terms(one.written), self._vocabularies[1].terms(one.sounded)) for one in analyses
        )
        together = [written for written, _ in wordings]
        together += [self._vocabularies[0].terms(self._around(text).written) for text in around]
        return _Read(wordings=wordings, all=_heaviest(together), contents=tuple(one.content for one in analyses))

    def _space(self, read: Sequence[_Read], way: int) -> Space:
        vocabulary = self._vocabularies[way]
        size = len(vocabulary.families)
        wordings = _matrix([terms[way] for one in read for terms in one.wordings], size)
        families = np.asarray(vocabulary.families, dtype=np.float32)
        # Counted by document, so that ten aliases with one word do not make the word common.
        once = _matrix([_union(one, way) for one in read], size)
        # Nobody mishears a department's name into an item: sounds are compared with wordings only.
        context = _matrix([one.all for one in read], size) if way == 0 else once
        in_wordings, in_context = np.diff(once.indptr), np.diff(context.indptr)
        worth = worth_of(np.where(in_wordings > 0, in_wordings, in_context), len(read), families, self._tuning.power)
        return Space(
            vocabulary=vocabulary.numbers,
            wordings=wordings,
            context=context,
            worth=worth,
            unknown=float(np.log1p(max(len(read), 1)) ** self._tuning.power),
        )


def _heaviest(parts: Sequence[_Terms]) -> _Terms:
    """The features of all parts, each once, as it weighs most."""
    if len(parts) == 1:
        return parts[0]
    numbers = np.concatenate([part.numbers for part in parts])
    roots = np.concatenate([part.roots for part in parts])
    order = np.lexsort((-roots, numbers))
    numbers, first = np.unique(numbers[order], return_index=True)
    return _Terms(numbers, roots[order][first])


def _union(read: _Read, way: int) -> _Terms:
    numbers = np.unique(np.concatenate([terms[way].numbers for terms in read.wordings]))
    return _Terms(numbers, np.ones(len(numbers), dtype=np.float32))


def _matrix(columns: Sequence[_Terms], size: int) -> sparse.csr_matrix:
    """features x columns."""
    lengths = np.asarray([len(column.numbers) for column in columns], dtype=np.int64)
    numbers = np.concatenate([column.numbers for column in columns]) if columns else np.zeros(0, dtype=np.int32)
    roots = np.concatenate([column.roots for column in columns]) if columns else np.zeros(0, dtype=np.float32)
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    return sparse.csc_matrix((roots, numbers, ends), shape=(size, len(columns))).tocsr()
