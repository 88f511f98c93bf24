"""What is a text made of, for a search? Weighted features: runs of characters, words, and how it sounds."""

from __future__ import annotations

import itertools
import logging
import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import jieba
from pypinyin import Style, lazy_pinyin

from services.search.lexicon import Lexicon

#: One unit a Chinese character, one a run of Latin letters or digits.
_UNIT = re.compile(r"[a-z0-9]+|[^\W_]|%")
#: Words whose sound is kept at hand.
KEPT_WORDS = 50_000
#: What fillers weigh beside words that carry the matter.
FILLER_WEIGHT = 0.04
#: What the characters of a wording with a known meaning weigh beside the meaning itself.
WORDING_WEIGHT = 0.35
#: How common a word is in general Chinese, as -log of its share: from here on it says nothing, up to here it says all.
_COMMON, _RARE = 7.5, 12.5
#: The least that a word unknown to the catalogue weighs.
_LEAST_RARITY = 0.15

#: Spoken alike, typed alike: what voice input and southern speakers mix up.
_SOUND_ALIKE = re.compile(r"^([zcs])h|^n(?=[aeiouv])|(?<=[aei]n)g$")


class Feature(NamedTuple):
    """One feature of one text."""

    name: str
    #: 1 for what carries the matter, less for fillers.
    weight: float
    #: 0..1, how telling it is where the index does not know it.
    rarity: float


class Analysis(NamedTuple):
    """One text's features, each once: as it is written and as it sounds."""

    written: tuple[Feature, ...]
    sounded: tuple[Feature, ...]


class _Unit(NamedTuple):
    text: str
    start: int
    weight: float
    rarity: float


class Analyser:
    """Makes features of normalised texts. Reads its dictionary when built (a second); safe to share by threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        jieba.setLogLevel(logging.WARNING)
        self._words = jieba.Tokenizer()
        self._words.initialize()
        self._lexicon = lexicon
        self._syllables = lru_cache(maxsize=KEPT_WORDS)(_syllables)

    def __call__(self, text: str) -> Analysis:
        """Features of a normalised text."""
        words = list(self._words_of(text))
        units = self._units(text, words)
        meanings = list(self._lexicon.meanings_in(text))
        plain, units = units, _lightened(units, meanings)
        written = [*_runs(units, 1), *_runs(units, 2), *_runs(units, 3), *self._word_features(words, units)]
        written += _meaning_features(meanings, plain)
        sounds = self._sounds(words, plain)
        sounded = [*_runs(sounds, 2), *_runs(sounds, 3)] or list(_runs(sounds, 1))
        return Analysis(written=_each_once(written), sounded=_each_once(sounded))

    def content(self, text: str) -> str:
        """What is left of a normalised text without its fillers; the whole text where nothing is."""
        units = self._units(text, list(self._words_of(text)))
        kept = "".join(unit.text for unit in units if unit.weight == 1)
        return kept or "".join(unit.text for unit in units)

    def _words_of(self, text: str) -> Iterator[tuple[str, int]]:
        start = 0
        for word in self._words.cut(text, HMM=False):
            yield word, start
            start += len(word)

    def _units(self, text: str, words: list[tuple[str, int]]) -> list[_Unit]:
        weights = [1.0] * len(text)
        rarities = [1.0] * len(text)
        for start, end in self._lexicon.filler_spans(text):
            weights[start:end] = [FILLER_WEIGHT] * (end - start)
        for word, start in words:
            if word in self._lexicon.filler_words:
                weights[start] = FILLER_WEIGHT
            rarities[start : start + len(word)] = [self._rarity(word)] * len(word)
        return [
            _Unit(found.group(), found.start(), weights[found.start()], rarities[found.start()])
            for found in _UNIT.finditer(text)
        ]

    def _rarity(self, word: str) -> float:
        """From the dictionary's word counts; what it does not know is rare, unless a single character."""
        count = self._words.FREQ.get(word, 0)
        if not count:
            return 1.0 if len(word) > 1 else 0.5
        surprise = -math.log(count / self._words.total)
        return min(1.0, max(_LEAST_RARITY, (surprise - _COMMON) / (_RARE - _COMMON)))

    def _sounds(self, words: list[tuple[str, int]], units: list[_Unit]) -> list[_Unit]:
        """The units as syllables without tones."""
        spoken = [syllable for word, _ in words for syllable in self._syllables(word)]
        return [unit._replace(text=spoken[unit.start] if len(unit.text) == 1 else unit.text + " ") for unit in units]

    def _word_features(self, words: list[tuple[str, int]], units: list[_Unit]) -> Iterator[Feature]:
        by_start = {unit.start: unit for unit in units}
        for word, start in words:
            unit = by_start.get(start)
            if unit is None:
                continue
            if len(word) > 1:
                yield Feature("w" + word, unit.weight, unit.rarity)
            if len(word) > 3:
                for part in self._words.cut_for_search(word, HMM=False):
                    if 1 < len(part) < len(word):
                        yield Feature("w" + part, unit.weight, unit.rarity)


def _runs(units: list[_Unit], size: int) -> Iterator[Feature]:
    """Every run of so many units; as light as its lightest."""
    if size == 1:
        for unit in units:
            yield Feature("1" + unit.text, unit.weight, unit.rarity)
    elif size == 2:
        for one, two in itertools.pairwise(units):
            yield Feature("2" + one.text + two.text, min(one.weight, two.weight), (one.rarity + two.rarity) / 2)
    else:
        for one, two, three in zip(units, units[1:], units[2:], strict=False):
            yield Feature(
                "3" + one.text + two.text + three.text,
                min(one.weight, two.weight, three.weight),
                (one.rarity + two.rarity + three.rarity) / 3,
            )


def _lightened(units: list[_Unit], meanings: list[tuple[int, int, tuple[str, ...]]]) -> list[_Unit]:
    """The units, with less weight where a known meaning tells more."""
    inside = {at for start, end, _ in meanings for at in range(start, end)}
    return [unit._replace(weight=unit.weight * WORDING_WEIGHT) if unit.start in inside else unit for unit in units]


def _meaning_features(meanings: list[tuple[int, int, tuple[str, ...]]], units: list[_Unit]) -> Iterator[Feature]:
    """One feature a meaning; a wording of several meanings shares its weight among them."""
    weight_at = {unit.start: unit.weight for unit in units}
    for start, _, names in meanings:
        for name in names:
            yield Feature("m" + name, weight_at.get(start, 1.0) / len(names), 1.0)


def _syllables(word: str) -> tuple[str, ...]:
    """How a word sounds, one syllable a character; Latin letters and digits as they are."""
    if word.isascii():
        return tuple(character + " " for character in word)
    syllables = lazy_pinyin(word, style=Style.NORMAL)
    if len(syllables) != len(word):
        syllables = [lazy_pinyin(character, style=Style.NORMAL)[0] for character in word]
    return tuple(_SOUND_ALIKE.sub(_plain_sound, syllable) + " " for syllable in syllables)


def _plain_sound(found: re.Match[str]) -> str:
    """zh, ch, sh as z, c, s; n as l; ng as n."""
    return found.group(1) or ("l" if found.group() == "n" else "")


def _each_once(features: list[Feature]) -> tuple[Feature, ...]:
    """Of features with one name, the one that weighs most."""
    best: dict[str, Feature] = {}
    for feature in features:
        known = best.get(feature.name)
        if known is None or feature.weight > known.weight:
            best[feature.name] = feature
    return tuple(best.values())
