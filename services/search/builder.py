"""How is an index made, and made again when a few documents changed? What was read once is kept; only news is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.dense.types import hash_of
from services.search.analysis import Analyser, Features
from services.search.index import Document, Language, Layout, P, TextIndex
from services.search.lexicon import load_lexicon
from services.search.normalise import Normaliser
from services.search.space import Around, Floats, Space, Tuning, worth_of

#: Analyses of context texts kept at hand while documents are read.
KEPT_CONTEXTS = 20_000

T = TypeVar("T", bound=np.generic)


#: Wordings, context and what it is about.
_Source = tuple[tuple[str, ...], tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class _Terms:
    """One text's features as numbers, with the square roots of their weights."""

    numbers: npt.NDArray[np.int32]
    roots: Floats


@dataclass(frozen=True, slots=True)
class _Text:
    """One wording, read, as written and as sounded."""

    written: _Terms
    sounded: _Terms
    content: str
    #: By which its vector is found.
    hash: str


@dataclass(frozen=True, slots=True)
class _Family:
    """The wordings that some documents have in common, normalised, and which features they have together."""

    wordings: tuple[str, ...]
    written: npt.NDArray[np.int32]
    sounded: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Profile:
    """Wordings and context that some documents have in common."""

    source: _Source
    family: _Family
    #: Hash and text; empty where nothing is told.
    about: tuple[str, str]
    #: Wordings and context together, as written.
    numbers: npt.NDArray[np.int32]
    roots: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Placed:
    """One document: what it has in common with others, and what only its place adds to that, as written."""

    profile: _Profile
    numbers: npt.NDArray[np.int32]
    roots: npt.NDArray[np.uint8]


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
    """Holds the documents of one index. Used by one thread at a time.

    What several documents share is held once: one item of forty districts takes little more room than one.
    """

    def __init__(self, language: Language, tuning: Tuning) -> None:
        self._language = language
        self._tuning = tuning
        self._vocabularies = (_Vocabulary(tuning), _Vocabulary(tuning))
        self._payloads: dict[str, P] = {}
        self._placed: dict[str, _Placed] = {}
        self._profiles: dict[_Source, _Profile] = {}
        self._families: dict[tuple[str, ...], _Family] = {}
        self._texts: dict[str, _Text] = {}
        # Departments, districts, themes and materials come again and again.
        self._around = lru_cache(maxsize=KEPT_CONTEXTS)(self._context_terms)
        self._told = lru_cache(maxsize=KEPT_CONTEXTS)(self._hashed)

    def put(self, document: Document[P]) -> None:
        """Adds the document, or replaces the one with its key."""
        self._payloads[document.key] = document.payload
        self._placed[document.key] = self._place(document)

    def remove(self, key: str) -> None:
        """Forgets a document; one that is not there is no error."""
        self._payloads.pop(key, None)
        self._placed.pop(key, None)

    def build(self) -> TextIndex[P]:
        """An index of the documents as they are now."""
        self._forget_unused()
        placed = sorted(self._placed.items())
        profiles, families, texts = (
            list(self._profiles.values()),
            list(self._families.values()),
            list(self._texts.values()),
        )
        row_of = {text: row for row, text in enumerate(self._texts)}
        layout = _layout([one.profile for _, one in placed], profiles, families, row_of)
        contents: defaultdict[str, set[int]] = defaultdict(set)
        for number, family in enumerate(families):
            for wording in family.wordings:
                contents[self._texts[wording].content].add(number)
        abouts = dict.fromkeys(one.about for one in profiles if one.about[1])
        around, local = _held_by(profiles), _held_by([one for _, one in placed])
        beside = np.concatenate([around.numbers, local.numbers])
        return TextIndex(
            language=self._language,
            tuning=self._tuning,
            keys=[key for key, _ in placed],
            payloads=[self._payloads[key] for key, _ in placed],
            layout=layout,
            contents={content: frozenset(numbers) for content, numbers in contents.items()},
            written=self._space(0, [one.written for one in texts], [one.written for one in families], beside),
            sounded=self._space(1, [one.sounded for one in texts], [one.sounded for one in families], None),
            around=around,
            local=local,
            texts={one.hash: wording for wording, one in self._texts.items()}
            | {text_hash: text for text_hash, text in abouts if text not in self._texts},
            about=_about(profiles, families),
        )

    def _forget_unused(self) -> None:
        """Lets go of what no document has any more, so that edits leave nothing behind."""
        used = {id(one.profile) for one in self._placed.values()}
        if len(used) == len(self._profiles):
            return
        self._profiles = {source: one for source, one in self._profiles.items() if id(one) in used}
        self._families = {one.family.wordings: one.family for one in self._profiles.values()}
        kept = dict.fromkeys(wording for one in self._families.values() for wording in one.wordings)
        self._texts = {wording: self._texts[wording] for wording in kept}

    def _context_terms(self, text: str) -> _Terms:
        text = self._language.normalise(text)
        return self._vocabularies[0].terms(self._language.analyse(text, asking=self._tuning.asking).written)

    def _hashed(self, text: str) -> tuple[str, str]:
        normalised = self._language.normalise(text)
        return (hash_of(normalised), normalised) if normalised else ("", "")

    def _text(self, wording: str) -> _Text:
        if wording not in self._texts:
            read = self._language.analyse(wording, asking=self._tuning.asking)
            self._texts[wording] = _Text(
                self._vocabularies[0].terms(read.written),
                self._vocabularies[1].terms(read.sounded),
                read.content,
                hash_of(wording),
            )
        return self._texts[wording]

    def _family(self, document: Document[P]) -> _Family:
        normalised = map(self._language.normalise, document.wordings)
        wordings = tuple(dict.fromkeys(filter(None, normalised))) or (document.key,)
        if wordings not in self._families:
            read = [self._text(wording) for wording in wordings]
            self._families[wordings] = _Family(
                wordings,
                np.unique(np.concatenate([one.written.numbers for one in read])),
                np.unique(np.concatenate([one.sounded.numbers for one in read])),
            )
        return self._families[wordings]

    def _profile(self, document: Document[P]) -> _Profile:
        source = (document.wordings, document.context, document.about)
        if source not in self._profiles:
            family = self._family(document)
            parts = [self._texts[wording].written for wording in family.wordings]
            parts += self._read(document.context)
            all_terms = _heaviest(parts)
            self._profiles[source] = _Profile(
                source,
                family,
                self._told(document.about),
                all_terms.numbers,
                _small(all_terms.roots),
            )
        return self._profiles[source]

    def _place(self, document: Document[P]) -> _Placed:
        profile, parts = self._profile(document), self._read(document.local)
        if not parts:
            return _Placed(profile, np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.uint8))
        terms = _heaviest(parts)
        new = ~np.isin(terms.numbers, profile.numbers)
        return _Placed(profile, terms.numbers[new], _small(terms.roots[new]))

    def _read(self, texts: Sequence[str]) -> list[_Terms]:
        return [self._around(text) for text in texts if text]

    def _space(
        self,
        way: int,
        texts: Sequence[_Terms],
        families: Sequence[npt.NDArray[np.int32]],
        around: npt.NDArray[np.int32] | None,
    ) -> Space:
        vocabulary = self._vocabularies[way]
        size = len(vocabulary.families)
        # Counted by family, so that neither ten aliases nor forty districts make a word common.
        counts = np.bincount(_joined(families, np.int32), minlength=size)
        # Nobody mishears a department's name into an item: sounds are compared with wordings only.
        if around is not None:
            counts = np.where(counts > 0, counts, np.bincount(around, minlength=size))
        worth = worth_of(counts, len(families), np.asarray(vocabulary.families, dtype=np.float32), self._tuning.power)
        return Space(
            vocabulary=vocabulary.numbers,
            wordings=_matrix(texts, size),
            worth=worth,
            unknown=float(np.log1p(max(len(families), 1)) ** self._tuning.power),
        )


def _layout(
    chosen: Sequence[_Profile],
    profiles: Sequence[_Profile],
    families: Sequence[_Family],
    row_of: Mapping[str, int],
) -> Layout:
    """`chosen`: the profile of each document, in the documents' order."""
    number_of_profile = {id(one): number for number, one in enumerate(profiles)}
    number_of_family = {id(one): number for number, one in enumerate(families)}
    family_of = np.asarray([number_of_family[id(one.family)] for one in chosen], dtype=np.intp)
    return Layout(
        wordings=np.asarray([row_of[wording] for one in families for wording in one.wordings], dtype=np.intp),
        wording_starts=_ends([len(one.wordings) for one in families])[:-1],
        documents=np.argsort(family_of, kind="stable"),
        document_ends=_ends(np.bincount(family_of, minlength=len(families)).tolist()),
        family_of=family_of,
        profile_of=np.asarray([number_of_profile[id(one)] for one in chosen], dtype=np.intp),
    )


def _held_by(rows: Sequence[_Profile] | Sequence[_Placed]) -> Around:
    return Around(
        ends=_ends([len(one.numbers) for one in rows]),
        numbers=_joined([one.numbers for one in rows], np.int32),
        roots=_joined([one.roots for one in rows], np.uint8),
    )


def _small(roots: Floats) -> npt.NDArray[np.uint8]:
    """Square roots of weights, of 255."""
    small: npt.NDArray[np.uint8] = np.round(roots * 255).astype(np.uint8)
    return small


def _about(profiles: Sequence[_Profile], families: Sequence[_Family]) -> Mapping[str, Sequence[int]]:
    """Hash of what documents are about -> the numbers of their families."""
    number_of_family = {id(one): number for number, one in enumerate(families)}
    found: defaultdict[str, set[int]] = defaultdict(set)
    for one in profiles:
        if one.about[1]:
            found[one.about[0]].add(number_of_family[id(one.family)])
    return {text_hash: sorted(numbers) for text_hash, numbers in found.items()}


def _ends(lengths: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.asarray(lengths, dtype=np.int64))])


def _joined(arrays: Sequence[npt.NDArray[T]], kind: type[T]) -> npt.NDArray[T]:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=kind)


def _heaviest(parts: Sequence[_Terms]) -> _Terms:
    """The features of all parts, each once, as it weighs most."""
    if len(parts) == 1:
        return parts[0]
    numbers = np.concatenate([part.numbers for part in parts])
    roots = np.concatenate([part.roots for part in parts])
    order = np.lexsort((-roots, numbers))
    numbers, first = np.unique(numbers[order], return_index=True)
    return _Terms(numbers, roots[order][first])


def _matrix(columns: Sequence[_Terms], size: int) -> sparse.csr_matrix:
    """features x columns."""
    numbers = _joined([column.numbers for column in columns], np.int32)
    roots = _joined([column.roots for column in columns], np.float32)
    ends = _ends([len(column.numbers) for column in columns])
    return sparse.csc_matrix((roots, numbers, ends), shape=(size, len(columns))).tocsr()
