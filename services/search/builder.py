"""How is an index made, and made again when a few documents changed? What was read once is kept; only news is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.dense.types import hash_of
from services.search.analysis import Analyser
from services.search.beside import Beside, Contexts, Rows
from services.search.index import Document, Language, P, TextIndex
from services.search.layout import Layout
from services.search.lexicon import load_lexicon
from services.search.normalise import Normaliser
from services.search.space import Space, Tuning, worth_of
from services.search.terms import Terms, Vocabulary, by_feature, ends_of, heaviest, joined, small

#: Analyses of context texts kept at hand while documents are read.
KEPT_CONTEXTS = 20_000


#: Wordings, context and what it is about.
_Source = tuple[tuple[str, ...], tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class _Text:
    """One wording, read, as written and as sounded."""

    written: Terms
    sounded: Terms
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
class _Place:
    """What some documents have in common of what differs from one place to the next, as written."""

    local: tuple[str, ...]
    numbers: npt.NDArray[np.int32]
    roots: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Placed(Generic[P]):
    """One document."""

    profile: _Profile
    place: _Place
    payload: P


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
        self._vocabularies = (Vocabulary(tuning), Vocabulary(tuning))
        self._placed: dict[str, _Placed[P]] = {}
        self._profiles: dict[_Source, _Profile] = {}
        self._places: dict[tuple[str, ...], _Place] = {}
        self._families: dict[tuple[str, ...], _Family] = {}
        self._texts: dict[str, _Text] = {}
        # Departments, districts, themes and materials come again and again.
        self._around = lru_cache(maxsize=KEPT_CONTEXTS)(self._context_terms)
        self._told = lru_cache(maxsize=KEPT_CONTEXTS)(self._hashed)

    def put(self, document: Document[P]) -> None:
        """Adds the document, or replaces the one with its key."""
        self._placed[document.key] = _Placed(self._profile(document), self._place(document.local), document.payload)

    def remove(self, key: str) -> None:
        """Forgets a document; one that is not there is no error."""
        self._placed.pop(key, None)

    def build(self) -> TextIndex[P]:
        """An index of the documents as they are now."""
        self._forget_unused()
        keys = sorted(self._placed)
        placed = [self._placed[key] for key in keys]
        layout = self._layout(placed)
        profiles, families = list(self._profiles.values()), list(self._families.values())
        texts = list(self._texts.values())
        contents: defaultdict[str, set[int]] = defaultdict(set)
        for number, family in enumerate(families):
            for wording in family.wordings:
                contents[self._texts[wording].content].add(number)
        abouts = dict.fromkeys(one.about for one in profiles if one.about[1])
        beside = self._beside()
        return TextIndex(
            language=self._language,
            tuning=self._tuning,
            keys=keys,
            payloads=[one.payload for one in placed],
            layout=layout,
            contents={content: frozenset(numbers) for content, numbers in contents.items()},
            written=self._space(
                0, [one.written for one in texts], [one.written for one in families], _documents_with(beside, layout)
            ),
            # Nobody mishears a department's name into an item: sounds are compared with wordings only.
            sounded=self._space(1, [one.sounded for one in texts], [one.sounded for one in families], None),
            beside=beside,
            texts={one.hash: wording for wording, one in self._texts.items()}
            | {text_hash: text for text_hash, text in abouts if text not in self._texts},
            about=_about(profiles, families),
        )

    def _forget_unused(self) -> None:
        """Lets go of what no document has any more, so that edits leave nothing behind."""
        places = {id(one.place) for one in self._placed.values()}
        if len(places) != len(self._places):
            self._places = {local: one for local, one in self._places.items() if id(one) in places}
        profiles = {id(one.profile) for one in self._placed.values()}
        if len(profiles) != len(self._profiles):
            self._profiles = {source: one for source, one in self._profiles.items() if id(one) in profiles}
            self._families = {one.family.wordings: one.family for one in self._profiles.values()}
            kept = dict.fromkeys(wording for one in self._families.values() for wording in one.wordings)
            self._texts = {wording: self._texts[wording] for wording in kept}

    def _context_terms(self, text: str) -> Terms:
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
                _together([one.written.numbers for one in read]),
                _together([one.sounded.numbers for one in read]),
            )
        return self._families[wordings]

    def _profile(self, document: Document[P]) -> _Profile:
        source = (document.wordings, document.context, document.about)
        if source not in self._profiles:
            family = self._family(document)
            parts = [self._texts[wording].written for wording in family.wordings]
            terms = heaviest(parts + self._read(document.context))
            self._profiles[source] = _Profile(
                source, family, self._told(document.about), terms.numbers, small(terms.roots)
            )
        return self._profiles[source]

    def _place(self, local: tuple[str, ...]) -> _Place:
        if local not in self._places:
            terms = heaviest(self._read(local))
            self._places[local] = _Place(local, terms.numbers, small(terms.roots))
        return self._places[local]

    def _read(self, texts: Sequence[str]) -> list[Terms]:
        return [self._around(text) for text in texts if text]

    def _layout(self, placed: Sequence[_Placed[P]]) -> Layout:
        """`placed`: the documents in their order."""
        families = list(self._families.values())
        row_of = {text: row for row, text in enumerate(self._texts)}
        profile_of = _numbered([one.profile for one in placed], self._profiles.values())
        family_of = _numbered([one.family for one in self._profiles.values()], families)[profile_of]
        return Layout(
            wordings=np.asarray([row_of[wording] for one in families for wording in one.wordings], dtype=np.intp),
            wording_starts=ends_of([len(one.wordings) for one in families])[:-1],
            documents=np.argsort(family_of, kind="stable"),
            document_ends=ends_of(np.bincount(family_of, minlength=len(families)).tolist()),
            family_of=family_of,
            profile_of=profile_of,
            place_of=_numbered([one.place for one in placed], self._places.values()),
        )

    def _beside(self) -> Beside:
        profiles, places = list(self._profiles.values()), list(self._places.values())
        size = len(self._vocabularies[0].families)
        return Beside(
            contexts=Contexts(
                ends=ends_of([len(one.numbers) for one in profiles]),
                numbers=joined([one.numbers for one in profiles], np.int32),
                roots=joined([one.roots for one in profiles], np.uint8),
            ),
            places=by_feature([one.numbers for one in places], [one.roots for one in places], np.uint8, size),
        )

    def _space(
        self,
        way: int,
        texts: Sequence[Terms],
        families: Sequence[npt.NDArray[np.int32]],
        around: npt.NDArray[np.intp] | None,
    ) -> Space:
        """`around`: how many documents have each feature beside their wordings; None: that does not count."""
        vocabulary = self._vocabularies[way]
        size = len(vocabulary.families)
        # Counted by family, so that neither ten aliases nor forty districts make a word common.
        counts = np.bincount(joined(families, np.int32), minlength=size)
        if around is not None:
            counts = np.where(counts > 0, counts, around)
        worth = worth_of(counts, len(families), np.asarray(vocabulary.families, dtype=np.float32), self._tuning.power)
        return Space(
            vocabulary=vocabulary.numbers,
            wordings=by_feature([one.numbers for one in texts], [one.roots for one in texts], np.float32, size),
            worth=worth,
            unknown=float(np.log1p(max(len(families), 1)) ** self._tuning.power),
        )


def _together(parts: Sequence[npt.NDArray[np.int32]]) -> npt.NDArray[np.int32]:
    """All features of some texts, each once; a single text's own are not held twice."""
    return parts[0] if len(parts) == 1 else np.unique(np.concatenate(parts))


def _numbered(found: Sequence[object], among: Any) -> Rows:
    """The position of each among all; the same objects, not equal ones."""
    number_of = {id(one): number for number, one in enumerate(among)}
    return np.fromiter((number_of[id(one)] for one in found), dtype=np.intp, count=len(found))


def _documents_with(beside: Beside, layout: Layout) -> npt.NDArray[np.intp]:
    """In how many profiles, and at how many documents' places beyond their profiles, is each feature?"""
    size, places = beside.places.shape
    profiles = len(beside.contexts.ends) - 1
    of_profiles = np.bincount(beside.contexts.numbers, minlength=size)
    held = sparse.csr_matrix(
        (np.ones(len(beside.contexts.numbers), dtype=np.int32), beside.contexts.numbers, beside.contexts.ends),
        shape=(profiles, size),
    )
    there = beside.places.astype(bool).astype(np.int32)
    pairs = sparse.coo_matrix(
        (np.ones(len(layout.place_of), dtype=np.int32), (layout.profile_of, layout.place_of)), shape=(profiles, places)
    )
    of_places = there @ np.bincount(layout.place_of, minlength=places)
    both = held.multiply(pairs.tocsr() @ there.T).sum(axis=0)
    return np.asarray(of_profiles + of_places - np.asarray(both).ravel(), dtype=np.intp)


def _about(profiles: Sequence[_Profile], families: Sequence[_Family]) -> Mapping[str, Sequence[int]]:
    """Hash of what documents are about -> the numbers of their families."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for one, number in zip(profiles, _numbered([one.family for one in profiles], families).tolist(), strict=True):
        if one.about[1]:
            found[one.about[0]].add(number)
    return {text_hash: sorted(numbers) for text_hash, numbers in found.items()}
