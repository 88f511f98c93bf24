"""An index scores as the plain sums say: what it keeps once for many documents, or skips, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.catalogue.ranking import TUNING as CATALOGUE
from services.dense.types import Near, hash_of
from services.faq.ranking import TUNING as FAQ
from services.search.analysis import Analysis, Features
from services.search.builder import IndexBuilder
from services.search.index import MOST_CLAUSES, Document, Language
from services.search.space import Tuning

#: Few words, so that documents and questions share a lot; some have a known meaning, some are in no wording.
NAMING = ["身份证", "户口", "登记", "公司", "办", "丢", "补", "，"]
BESIDE = ["局", "北区", "a1", "公司"]


def texts(words: Sequence[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(words), min_size=1, max_size=4).map("".join)


#: Wordings, context, local.
DOCUMENTS = st.lists(
    st.tuples(
        st.lists(texts(NAMING), min_size=1, max_size=2).map(tuple),
        st.lists(texts(BESIDE), max_size=1).map(tuple),
        st.lists(texts(BESIDE), max_size=2).map(tuple),
    ),
    max_size=12,
)
#: None: that text has no vector.
NEARNESS = st.sampled_from([0.0, 0.4, 1.0, None])
Score = tuple[float, float]


class Plain:
    """The same scores, one document and one feature at a time."""

    def __init__(self, language: Language, tuning: Tuning, documents: Sequence[Document[str]]) -> None:
        self._language, self._tuning = language, tuning
        self._analysis = cache(self._read)
        self._documents = {one.key: one for one in documents}
        self._wordings = {one.key: self._normalised(one) for one in documents}
        self._around = {one.key: self._heaviest((*self._wordings[one.key], *one.context)) for one in documents}
        self._local = {one.key: self._added(one) for one in documents}
        families = set(self._wordings.values())
        self._worth = tuple(self._worths(way, families) for way in ("written", "sounded"))
        self._unknown = np.log1p(max(len(families), 1)) ** tuning.power

    def scores(self, question: str, near: Near | None = None) -> dict[str, Score]:
        """Score, and that of the words alone, of every document that has any."""
        found = {key: self._score(key, question, near) for key in self._documents}
        return {key: score for key, score in found.items() if score[0] > 0}

    def _score(self, key: str, question: str, near: Near | None) -> Score:
        whole = self._analysis(question)
        if any(self._analysis(one).content == whole.content for one in self._wordings[key]):
            return 1.0, 1.0
        best = max(
            self._wordings[key],
            key=lambda one: max((self._fit(view, one, None) for view in self._views(question)), default=0.0),
        )
        beside = {name: self._root(*one) for name, one in (self._local[key] | self._around[key]).items()}
        words = max((self._fit(view, best, None if view[0] else beside) for view in self._views(question)), default=0.0)
        return self._mixed(words, self._nearness(key, near)), words

    def _mixed(self, words: float, nearness: float | None) -> float:
        share = self._tuning.meaning
        return words if nearness is None or nearness < 0 else (1 - share) * words + share * nearness

    def _nearness(self, key: str, near: Near | None) -> float | None:
        if near is None:
            return None
        wordings = [hash_of(one) for one in self._wordings[key]]
        of_wordings = [near.nearness.get(one, -1.0 if one in near.unread else 0.0) for one in wordings]
        about = self._language.normalise(self._documents[key].about)
        # Of a family: what one document of it is about counts for all of them.
        twins = [one for one in self._documents if self._wordings[one] == self._wordings[key]]
        abouts = [self._language.normalise(self._documents[one].about) for one in twins]
        assert about in abouts
        return max([*of_wordings, *(near.nearness[hash_of(one)] for one in abouts if hash_of(one) in near.nearness)])

    def _views(self, question: str) -> Iterator[tuple[int, Features, Features, float]]:
        """Written or sounded, what is asked, what is said aside, and what the view counts for."""
        whole = self._analysis(question)
        clauses = self._language.normalise.clauses(question)
        parts = [(self._analysis(one), whole) for one in clauses[-MOST_CLAUSES:]] if len(clauses) > 1 else []
        for asked, story in [(whole, None), *parts]:
            factor = self._tuning.clause if story else 1.0
            for way, name, worth in ((0, "written", factor), (1, "sounded", factor * self._tuning.sound)):
                features = getattr(asked, name)
                aside = {k: v for k, v in getattr(story, name).items() if k not in features} if story else {}
                if any(self._worth[way].get(one) for one in features):
                    yield way, features, aside, worth

    def _fit(self, view: tuple[int, Features, Features, float], wording: str, beside: dict[str, float] | None) -> float:
        way, asked, aside, factor = view
        held = {
            name: weight for name, (weight, _) in getattr(self._analysis(wording), ("written", "sounded")[way]).items()
        }
        shared, helped = self._shared(way, asked, held), self._shared(way, aside, held)
        if shared <= 0:
            return 0.0
        explained = shared
        if beside is not None:
            around = sum(self._value(way, name, weight) * beside.get(name, 0) for name, (weight, _) in asked.items())
            explained += self._tuning.context * max(around - shared, 0)
        total = sum(self._worth[way].get(name, 0) * weight for name, weight in held.items())
        cost = self._tuning.beyond_document * max(self._whole(way, asked) - explained, 0)
        cost += self._tuning.beyond_question * max(total - shared - helped, 0)
        cost += self._tuning.beyond_aside * max(self._whole(way, aside) - helped, 0)
        explained += self._tuning.aside * helped
        return factor * explained / (explained + cost + 1e-9)

    def _shared(self, way: int, asked: Features, held: dict[str, float]) -> float:
        return sum(self._value(way, name, weight) * held.get(name, 0) ** 0.5 for name, (weight, _) in asked.items())

    def _value(self, way: int, name: str, weight: float) -> float:
        return self._worth[way].get(name, 0) * weight**0.5

    def _whole(self, way: int, features: Features) -> float:
        worth = self._worth[way]
        known = sum(worth.get(name, 0) * weight for name, (weight, _) in features.items())
        unknown = sum(
            weight * rarity * self._tuning.family(name)
            for name, (weight, rarity) in features.items()
            if not worth.get(name)
        )
        return known + self._tuning.unknown * self._unknown * unknown

    def _worths(self, way: str, families: set[tuple[str, ...]]) -> dict[str, float]:
        counts: dict[str, int] = {}
        for wordings in families:
            for name in {name for one in wordings for name in getattr(self._analysis(one), way)}:
                counts[name] = counts.get(name, 0) + 1
        if way == "written":
            beside: dict[str, int] = {}
            profiles = {
                (one.wordings, one.context, one.about): self._around[one.key] for one in self._documents.values()
            }
            for features in (*profiles.values(), *self._local.values()):
                for name in features:
                    beside[name] = beside.get(name, 0) + 1
            counts = beside | counts
        return {
            name: np.log1p(len(families) / count) ** self._tuning.power * self._tuning.family(name)
            for name, count in counts.items()
        }

    def _added(self, document: Document[str]) -> Features:
        """What the place has and the profile has not."""
        around = self._around[document.key]
        return {name: value for name, value in self._heaviest(document.local).items() if name not in around}

    def _heaviest(self, texts: Sequence[str]) -> Features:
        found: dict[str, Score] = {}
        for text in filter(None, texts):
            for name, value in self._analysis(text).written.items():
                found[name] = max(value, found.get(name, value))
        return found

    def _normalised(self, document: Document[str]) -> tuple[str, ...]:
        wordings = dict.fromkeys(filter(None, map(self._language.normalise, document.wordings)))
        return tuple(wordings) or (document.key,)

    def _read(self, text: str) -> Analysis:
        return self._language.analyse(self._language.normalise(text), asking=self._tuning.asking)

    @staticmethod
    def _root(weight: float, _rarity: float) -> float:
        """As kept: in a byte."""
        return round(weight**0.5 * 255) / 255


def documents(found: Sequence[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]) -> list[Document[str]]:
    return [
        Document(key=f"k{number}", wordings=wordings, context=context, local=local, payload=f"p{number}")
        for number, (wordings, context, local) in enumerate(found)
    ]


@pytest.mark.parametrize("tuning", [CATALOGUE, FAQ])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    found=DOCUMENTS,
    question=texts([*NAMING, *BESIDE]),
    nearness=st.lists(st.sampled_from([0.0, 0.4, 1.0, None]), max_size=4),
)
def test_every_document_has_the_plain_score(
    language: Language,
    tuning: Tuning,
    found: list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]],
    question: str,
    nearness: list[float | None],
) -> None:
    held = documents(found)
    # The last one is told of in a sentence as well.
    held[-1:] = [replace(one, about="开个公司") for one in held[-1:]]
    builder: IndexBuilder[str] = IndexBuilder(language, tuning)
    for document in held:
        builder.put(document)
    index = builder.build()
    told = dict(zip(index.texts, nearness, strict=False))
    near = Near(
        nearness={one: value for one, value in told.items() if value is not None},
        unread=frozenset(one for one, value in told.items() if value is None),
    )
    plain = Plain(language, tuning, held)
    for known in (None, near):
        matches = index.search(question, 50, near=known)
        expected = plain.scores(question, known)
        assert {one.key for one in matches} == expected.keys()
        for one in matches:
            assert (one.score, one.words) == pytest.approx(expected[one.key], abs=2e-4), one.key
        assert [one.payload[1:] for one in matches] == [one.key[1:] for one in matches]
        assert [one.score for one in matches] == sorted((one.score for one in matches), reverse=True)
