"""Which documents does a question mean? An immutable index in memory; scores of 0..1 that say how much is explained.

Both a question and a document's wording are sets of weighted features. What they share, against what only the question
has and what only the wording has, is Tversky's contrast: it knows that citizens tell stories and that names are long.

Where it is known how near wordings are to what the question means, that is mixed in: it finds what is said in other
words. First all different wordings are scored, however many documents bear them; then the best ones' documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from services.dense.types import Near
from services.search.analysis import Analyser
from services.search.beside import Beside, Floats, Rows, covered
from services.search.layout import Layout
from services.search.lexicon import Lexicon
from services.search.normalise import Normaliser
from services.search.space import Space, Told, Tuning, View

#: Of a story, this many clauses are read by themselves: its last ones, where people ask.
MOST_CLAUSES = 6
#: Families and documents that are looked at closely.
FAMILIES_LOOKED_AT = 80
DOCUMENTS_LOOKED_AT = 2_000
#: What a topic wants back with a document that was found.
P = TypeVar("P")


@dataclass(frozen=True, kw_only=True, slots=True)
class Document(Generic[P]):
    """Something that can be found."""

    key: str
    #: Whole names of it: official name, aliases, or the wordings of a question. At least one.
    wordings: tuple[str, ...]
    #: What else it is about: themes, conditions, materials.
    context: tuple[str, ...] = ()
    #: The same, where it differs from one place to the next: district, department.
    local: tuple[str, ...] = ()
    #: Name and more in a sentence or two: compared with a question by meaning only.
    about: str = ""
    payload: P


class Match(msgspec.Struct, Generic[P], frozen=True, kw_only=True):
    """One document found. No dataclass: of these a search makes hundreds."""

    key: str
    payload: P
    #: Documents with the same wordings have the same.
    family: int
    score: float
    #: What the words alone give, 0..1.
    words: float
    #: Without what is around it, the question is this document's wording.
    exact: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A question, read by an index."""

    #: Families that have the question for a wording.
    exact: frozenset[int]
    written: Sequence[View]
    #: The best score of each wording, whatever is around it.
    by_words: Floats
    by_sound: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """A question, or a clause of it."""

    content: str
    written: Told
    sounded: Told


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
        layout: Layout,
        contents: Mapping[str, frozenset[int]],
        written: Space,
        sounded: Space,
        beside: Beside,
        texts: Mapping[str, str],
        rows: Mapping[str, int],
        about: Mapping[str, Sequence[int]],
    ) -> None:
        self._language = language
        self._tuning = tuning
        self._keys = keys
        self._payloads = payloads
        self._layout = layout
        #: What is left of a wording without light words -> families.
        self._contents = contents
        self._written = written
        self._sounded = sounded
        self._beside = beside
        #: Hash -> normalised text: the wordings, and what documents are about.
        self.texts = texts
        #: Hash of a wording -> its row in the spaces.
        self._row_of = rows
        #: Hash of what documents are about -> their families.
        self._about = about

    def __len__(self) -> int:
        return len(self._keys)

    def search(
        self, question: str, limit: int, *, also: Sequence[str] = (), near: Near | None = None
    ) -> list[Match[P]]:
        """The best documents first, at most `limit`, none with a score of 0.

        `also`: the question in other words; `near`: what means the same. Takes milliseconds of processor time.
        """
        return self.rank(self.read(question, also=also), limit, near=near)

    def read(self, question: str, *, also: Sequence[str] = ()) -> Reading:
        """A question against every wording; to be ranked by this index only."""
        exact: set[int] = set()
        written: list[View] = []
        sounded: list[View] = []
        # Other words for a question leave most of its clauses as they are.
        read: dict[str, _Read] = {}
        for asked in (question, *also):
            whole = self._read(self._language.normalise(asked), read)
            exact |= self._contents.get(whole.content, frozenset())
            clauses = self._language.normalise.clauses(asked)
            parts = [self._read(clause, read) for clause in clauses[-MOST_CLAUSES:]] if len(clauses) > 1 else []
            written += self._views(self._written, whole.written, [one.written for one in parts], 1.0)
            sounded += self._views(self._sounded, whole.sounded, [one.sounded for one in parts], self._tuning.sound)
        by_sound = self._best_of(self._sounded, sounded)
        by_words = np.maximum(self._best_of(self._written, written), by_sound)
        return Reading(exact=frozenset(exact), written=written, by_words=by_words, by_sound=by_sound)

    def rank(self, reading: Reading, limit: int, *, near: Near | None = None) -> list[Match[P]]:
        """The best documents for what was read."""
        if not self._keys:
            return []
        meaning = self._nearness(near)
        wordings, documents = self._candidates(reading, meaning)
        if not len(documents):
            return []
        words = reading.by_sound[wordings]
        profiles, profile_of = np.unique(self._layout.profile_of[documents], return_inverse=True)
        beside = self._beside.of(profiles, profile_of, self._layout.place_of[documents])
        explained: dict[int, Floats] = {}
        for view in reading.written:
            if id(view.asked) not in explained:
                explained[id(view.asked)] = beside.explained(view.asked)
            around = explained[id(view.asked)]
            np.maximum(words, self._written.scores_around(view, wordings, around, self._tuning), out=words)
        scores = words if meaning is None else self._mixed(words, meaning[self._layout.family_of[documents]])
        return self._matches(documents, scores, words, reading.exact, limit)

    def _matches(
        self, documents: npt.NDArray[np.intp], scores: Floats, words: Floats, exact: frozenset[int], limit: int
    ) -> list[Match[P]]:
        family_of = self._layout.family_of
        if exact:
            named = np.isin(family_of[documents], list(exact))
            scores, words = np.where(named, 1.0, scores), np.where(named, 1.0, words)
        best = _best(scores, documents, limit)
        families = family_of[documents[best]].tolist()
        return [
            Match(
                key=self._keys[document],
                payload=self._payloads[document],
                family=family,
                score=round(min(1.0, score), 4),
                words=round(min(1.0, by_words), 4),
                exact=family in exact,
            )
            for document, family, score, by_words in zip(
                documents[best].tolist(), families, scores[best].tolist(), words[best].tolist(), strict=True
            )
        ]

    def _read(self, normalised: str, known: dict[str, _Read]) -> _Read:
        """A text against every wording. `known`: texts that have been read already."""
        if normalised not in known:
            analysis = self._language.analyse(normalised, asking=self._tuning.asking)
            known[normalised] = _Read(
                content=analysis.content,
                written=self._written.told(analysis.written, self._tuning),
                sounded=self._sounded.told(analysis.sounded, self._tuning),
            )
        return known[normalised]

    def _views(self, space: Space, story: Told, clauses: Sequence[Told], factor: float) -> list[View]:
        """What is asked as a whole, and each clause of it beside the rest."""
        tuning = self._tuning
        views = [space.view(story, None, tuning, factor)]
        for clause in clauses:
            aside = story.known.without(clause.known.features)
            views.append(space.view(clause, aside, tuning, factor * tuning.clause))
        return [view for view in views if view is not None]

    def _best_of(self, space: Space, views: Sequence[View]) -> Floats:
        """The best score of each wording over the views."""
        best = np.zeros(len(space), dtype=np.float32)
        for view in views:
            np.maximum(best, space.scores(view, self._tuning), out=best)
        return best

    def _nearness(self, near: Near | None) -> Floats | None:
        """How near in meaning each family is, 0..1; -1 where that is not known."""
        if near is None:
            return None
        of_row = np.zeros(len(self._written), dtype=np.float32)
        for known in (dict.fromkeys(near.unread, -1.0), near.nearness):
            for text_hash, nearness in known.items():
                if (row := self._row_of.get(text_hash)) is not None:
                    of_row[row] = nearness
        of_family: Floats = np.maximum.reduceat(of_row[self._layout.wordings], self._layout.wording_starts)
        for text_hash, nearness in near.nearness.items():
            for family in self._about.get(text_hash, ()):
                of_family[family] = max(of_family[family], nearness)
        return of_family

    def _mixed(self, words: Floats, meaning: Floats) -> Floats:
        share = self._tuning.meaning
        return np.where(meaning < 0, words, (1 - share) * words + share * meaning).astype(np.float32)

    def _candidates(self, reading: Reading, meaning: Floats | None) -> tuple[Rows, Rows]:
        """Documents to look at closely, each with that wording of it that fits best."""
        layout = self._layout
        of_wordings = reading.by_words[layout.wordings]
        scores = np.maximum.reduceat(of_wordings, layout.wording_starts)
        if meaning is not None:
            # A first guess of the whole score: documents are picked by it, not judged.
            scores = self._mixed(scores, meaning)
        scores[layout.gone] = 0
        count = min(FAMILIES_LOOKED_AT, len(scores))
        best = np.argpartition(-scores, count - 1)[:count]
        best = best[np.argsort(-scores[best], kind="stable")]
        exact = sorted(reading.exact)
        families = np.concatenate([np.asarray(exact, dtype=np.intp), best[(scores[best] > 0) & ~np.isin(best, exact)]])
        starts = layout.document_ends[families]
        counts = layout.document_ends[families + 1] - starts
        # The family that goes beyond the bound is the last one.
        families = families[: int(np.searchsorted(np.cumsum(counts), DOCUMENTS_LOOKED_AT, side="right")) + 1]
        counts = counts[: len(families)]
        documents = layout.documents[covered(starts[: len(families)], counts)]
        return np.repeat(layout.fitting(of_wordings, families), counts), documents


def _best(scores: Floats, documents: Rows, limit: int) -> Rows:
    """Where the best scores above 0 stand. Documents are numbered by their keys, which settles what is equal."""
    found = np.flatnonzero(scores > 0)
    if len(found) > limit:
        least = np.partition(scores[found], len(found) - limit)[len(found) - limit]
        found = found[scores[found] >= least]
    best: Rows = found[np.lexsort((documents[found], -scores[found]))[:limit]]
    return best
