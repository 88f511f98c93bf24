"""Which families are there, with which wordings, and which texts tell of them? Brought forward from index to index."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from services.search.beside import Rows
from services.search.layout import Layout
from services.search.reading import Family, Library, Placed
from services.search.terms import ends_of


class Families:
    """By their numbers: one that went keeps its place, without a document."""

    def __init__(self) -> None:
        #: What is left of a wording without light words -> families.
        self.contents: dict[str, frozenset[int]] = {}
        #: The texts of one family after another, by their numbers, and how many each has.
        self._texts: Rows = _numbers([])
        self._lengths: Rows = _numbers([])
        self._gone: Rows = _numbers([])
        self._of_profile: Rows = _numbers([])

    def take(self, library: Library) -> None:
        """Learns what came and what went."""
        fresh = library.families.fresh
        texts = [text.number for family in fresh for text in family.texts]
        self._texts = np.concatenate([self._texts, _numbers(texts)])
        self._lengths = np.concatenate([self._lengths, _numbers([len(family.texts) for family in fresh])])
        self._gone = np.concatenate([self._gone, _numbers([family.number for family in library.families.gone])])
        of_profile = [profile.family.number for profile in library.profiles.fresh]
        self._of_profile = np.concatenate([self._of_profile, _numbers(of_profile)])
        self._take_contents(fresh, library.families.gone)

    def layout(self, documents: Sequence[Placed[Any]]) -> Layout:
        """`documents`: in their order."""
        profile_of, place_of = numbers_of(documents)
        family_of = self._of_profile[profile_of]
        return Layout(
            wordings=self._texts,
            wording_starts=ends_of(self._lengths)[:-1],
            documents=np.argsort(family_of, kind="stable"),
            document_ends=ends_of(np.bincount(family_of, minlength=len(self._lengths))),
            family_of=family_of,
            profile_of=profile_of,
            place_of=place_of,
            gone=self._gone,
        )

    def _take_contents(self, come: Sequence[Family], gone: Sequence[Family]) -> None:
        found: defaultdict[str, set[int]] = defaultdict(set)
        for family in come:
            for text in family.texts:
                found[text.content].add(family.number)
        for content, numbers in found.items():
            self.contents[content] = self.contents.get(content, frozenset()) | numbers
        for family in gone:
            for text in family.texts:
                left = self.contents.pop(text.content, frozenset()) - {family.number}
                if left:
                    self.contents[text.content] = left


class Abouts:
    """Every text that a vector is made of: wordings, and what documents are about."""

    def __init__(self) -> None:
        #: Hash -> normalised text; of wordings, its row; of what documents are about, their families.
        self.texts: dict[str, str] = {}
        self.rows: dict[str, int] = {}
        self.families: dict[str, tuple[int, ...]] = {}
        #: How many profiles of a family tell the same.
        self._told: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def take(self, library: Library) -> None:
        """Learns what came and what went."""
        # What went may have come again meanwhile, with another number.
        for text in library.texts.gone:
            self.rows.pop(text.hash, None)
            self._forget_unsaid(text.hash)
        for text in library.texts.fresh:
            if text.uses:
                self.rows[text.hash] = text.number
                self.texts[text.hash] = text.wording
        changed: dict[str, str] = {}
        for sign, profiles in ((1, library.profiles.fresh), (-1, library.profiles.gone)):
            for profile in profiles:
                text_hash, told = profile.about
                if told:
                    self._told[text_hash][profile.family.number] += sign
                    changed[text_hash] = told
        for text_hash, told in changed.items():
            self._tell(text_hash, told)

    def _tell(self, text_hash: str, told: str) -> None:
        families = tuple(sorted((+self._told[text_hash]).keys()))
        if families:
            self.families[text_hash] = families
            self.texts[text_hash] = told
        else:
            self.families.pop(text_hash, None)
            del self._told[text_hash]
            self._forget_unsaid(text_hash)

    def _forget_unsaid(self, text_hash: str) -> None:
        if text_hash not in self.rows and text_hash not in self.families:
            self.texts.pop(text_hash, None)


def numbers_of(documents: Sequence[Placed[Any]]) -> tuple[Rows, Rows]:
    """Profile and place of each."""
    return (
        np.fromiter((one.profile.number for one in documents), dtype=np.intp, count=len(documents)),
        np.fromiter((one.place.number for one in documents), dtype=np.intp, count=len(documents)),
    )


def _numbers(found: Sequence[int]) -> Rows:
    return np.asarray(found, dtype=np.intp)
