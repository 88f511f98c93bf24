"""What is left of documents once they are read? Their features as numbers; what several share is read and held once.

An item of forty districts takes little more room than one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic

import numpy as np
import numpy.typing as npt

from services.dense.types import hash_of
from services.search.index import Document, Language, P
from services.search.shelf import Shelf, Shelved
from services.search.space import Tuning
from services.search.terms import Terms, Vocabulary, heaviest, joined, small

#: Analyses of context texts kept at hand while documents are read.
KEPT_CONTEXTS = 20_000

Numbers = npt.NDArray[np.int32]
#: Wordings, context and what it is about.
_Source = tuple[tuple[str, ...], tuple[str, ...], str]


@dataclass(slots=True, eq=False, kw_only=True)
class Text(Shelved):
    """One wording, normalised, as written and as sounded."""

    wording: str
    written: Terms
    sounded: Terms
    content: str
    #: By which its vector is found.
    hash: str


@dataclass(slots=True, eq=False, kw_only=True)
class Family(Shelved):
    """The wordings that some documents have in common, and which features they have together."""

    texts: tuple[Text, ...]
    written: Numbers
    sounded: Numbers


@dataclass(slots=True, eq=False, kw_only=True)
class Profile(Shelved):
    """Wordings and context that some documents have in common."""

    source: _Source
    family: Family
    #: Hash and text; empty where nothing is told.
    about: tuple[str, str]
    #: Wordings and context together, as written.
    numbers: Numbers
    roots: npt.NDArray[np.uint8]


@dataclass(slots=True, eq=False, kw_only=True)
class Place(Shelved):
    """What some documents have in common of what differs from one place to the next, as written."""

    local: tuple[str, ...]
    numbers: Numbers
    roots: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Placed(Generic[P]):
    """One document."""

    profile: Profile
    place: Place
    payload: P


class Library:
    """Everything that was read. Used by one thread at a time."""

    def __init__(self, language: Language, tuning: Tuning) -> None:
        self._language = language
        self._tuning = tuning
        #: As written, and as sounded.
        self.vocabularies = (Vocabulary(tuning), Vocabulary(tuning))
        self.texts: Shelf[str, Text] = Shelf()
        self.families: Shelf[tuple[str, ...], Family] = Shelf()
        self.profiles: Shelf[_Source, Profile] = Shelf()
        self.places: Shelf[tuple[str, ...], Place] = Shelf()
        # Departments, districts, themes and materials come again and again.
        self._around = lru_cache(maxsize=KEPT_CONTEXTS)(self._context_terms)
        self._told = lru_cache(maxsize=KEPT_CONTEXTS)(self._hashed)

    def place(self, document: Document[P]) -> Placed[P]:
        """Reads what of it was not read before; `release` gives it back."""
        profile, place = self._profile(document), self._place(document.local)
        profile.uses += 1
        place.uses += 1
        return Placed(profile, place, document.payload)

    def release(self, placed: Placed[P]) -> None:
        """Lets go of what no document has any more, so that edits leave nothing behind."""
        self.places.release(placed.place.local)
        if not self.profiles.release(placed.profile.source):
            return
        family = placed.profile.family
        if self.families.release(_key_of(family)):
            for text in family.texts:
                self.texts.release(text.wording)

    def settle(self) -> None:
        """Says that an index knows of everything."""
        for shelf in (self.texts, self.families, self.profiles, self.places):
            shelf.settle()

    def renumber(self) -> None:
        """Numbers everything anew."""
        for shelf in (self.texts, self.families, self.profiles, self.places):
            shelf.renumber()

    def _context_terms(self, text: str) -> Terms:
        text = self._language.normalise(text)
        return self.vocabularies[0].terms(self._language.analyse(text, asking=self._tuning.asking).written)

    def _hashed(self, text: str) -> tuple[str, str]:
        normalised = self._language.normalise(text)
        return (hash_of(normalised), normalised) if normalised else ("", "")

    def _text(self, wording: str) -> Text:
        found = self.texts.get(wording)
        if found is None:
            read = self._language.analyse(wording, asking=self._tuning.asking)
            text = Text(
                wording=wording,
                written=self.vocabularies[0].terms(read.written),
                sounded=self.vocabularies[1].terms(read.sounded),
                content=read.content,
                hash=hash_of(wording),
            )
            found = self.texts.add(wording, text)
        return found

    def _family(self, wordings: tuple[str, ...]) -> Family:
        found = self.families.get(wordings)
        if found is None:
            texts = tuple(self._text(wording) for wording in wordings)
            for text in texts:
                text.uses += 1
            family = Family(
                texts=texts,
                written=_together([one.written.numbers for one in texts]),
                sounded=_together([one.sounded.numbers for one in texts]),
            )
            found = self.families.add(wordings, family)
        return found

    def _profile(self, document: Document[P]) -> Profile:
        source = (document.wordings, document.context, document.about)
        found = self.profiles.get(source)
        if found is None:
            wordings = self._normalised(document.wordings)
            if not wordings:  # it goes by its key, which it has in common with no other
                source = ((document.key,), document.context, document.about)
                found, wordings = self.profiles.get(source), self._normalised((document.key,)) or (document.key,)
        if found is None:
            family = self._family(wordings)
            family.uses += 1
            terms = heaviest([text.written for text in family.texts] + self._read(document.context))
            profile = Profile(
                source=source,
                family=family,
                about=self._told(document.about),
                numbers=terms.numbers,
                roots=small(terms.roots),
            )
            found = self.profiles.add(source, profile)
        return found

    def _normalised(self, wordings: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(filter(None, map(self._language.normalise, wordings))))

    def _place(self, local: tuple[str, ...]) -> Place:
        found = self.places.get(local)
        if found is None:
            terms = heaviest(self._read(local))
            found = self.places.add(local, Place(local=local, numbers=terms.numbers, roots=small(terms.roots)))
        return found

    def _read(self, texts: Sequence[str]) -> list[Terms]:
        return [self._around(text) for text in texts if text]


def _key_of(family: Family) -> tuple[str, ...]:
    return tuple(text.wording for text in family.texts)


def _together(parts: Sequence[Numbers]) -> Numbers:
    """All features of some texts, each once; a single text's own are not held twice."""
    return parts[0] if len(parts) == 1 else np.unique(joined(parts, np.int32))
