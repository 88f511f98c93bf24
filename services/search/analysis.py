"""What is a text made of, for a search? Weighted features: runs of characters, words, and how it sounds."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

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


#: Name -> weight, and rarity. Weight is 1 for what carries the matter, less for what does not; rarity, 0..1, is how
#: telling a feature is where the index does not know it. Tuples in a dict: an index is made of millions of them.
Features = Mapping[str, tuple[float, float]]
#: Start, end and meanings of a wording.
_Meanings = list[tuple[int, int, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Analysis:
    """One text's features, as it is written and as it sounds, and what is left of it without light words."""

    written: Features
    sounded: Features
    content: str


@dataclass(frozen=True, slots=True)
class _Units:
    """The characters (runs, in Latin script) of a text, side by side."""

    texts: list[str]
    starts: list[int]
    weights: list[float]
    rarities: list[float]


class Analyser:
    """Makes features of normalised texts. Reads its dictionary when built (a second); safe to share by threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        jieba.setLogLevel(logging.WARNING)
        self._words = jieba.Tokenizer()
        self._words.initialize()
        self._lexicon = lexicon
        self._syllables = lru_cache(maxsize=KEPT_WORDS)(_syllables)
        self._rarity = lru_cache(maxsize=KEPT_WORDS)(self._rarity_of)

    def __call__(self, text: str, *, asking: float) -> Analysis:
        """Features of a normalised text. `asking`: what words weigh that ask for one fact."""
        words = list(self._words_of(text))
        alone = {start for word, start in words if len(word) == 1}
        # 改 changes something where it stands alone; in 改革 it does not.
        meanings = [one for one in self._lexicon.meanings_in(text) if one[1] - one[0] > 1 or one[0] in alone]
        units = self._units(text, words, asking)
        written: dict[str, tuple[float, float]] = {}
        _add_meanings(written, meanings, units)
        lighter = _lightened(units, meanings)
        _add_runs(written, lighter, "1", "2", "3")
        self._add_words(written, words, lighter)
        sounded: dict[str, tuple[float, float]] = {}
        _add_runs(sounded, self._sounds(words, units), "" if len(units.texts) > 1 else "1", "2", "3")
        kept = [one for one, weight in zip(units.texts, units.weights, strict=True) if weight > FILLER_WEIGHT]
        return Analysis(written, sounded, "".join(kept or units.texts))

    def _words_of(self, text: str) -> Iterator[tuple[str, int]]:
        start = 0
        for word in self._words.cut(text, HMM=False):
            yield word, start
            start += len(word)

    def _units(self, text: str, words: list[tuple[str, int]], asking: float) -> _Units:
        weights = [1.0] * len(text)
        for listed, weight in ((self._lexicon.fillers, FILLER_WEIGHT), (self._lexicon.asking, asking)):
            for found in listed.phrases.finditer(text):
                weights[found.start() : found.end()] = [weight] * len(found.group())
            for word, start in words:
                if word in listed.words:
                    weights[start] = weight
        rarities: list[float] = []
        for word, _ in words:
            rarities += [self._rarity(word)] * len(word)
        texts, starts = [], []
        for found in _UNIT.finditer(text):
            texts.append(found.group())
            starts.append(found.start())
        return _Units(texts, starts, [weights[at] for at in starts], [rarities[at] for at in starts])

    def _rarity_of(self, word: str) -> float:
        """From the dictionary's word counts; what it does not know is rare, unless a single character."""
        count = self._words.FREQ.get(word, 0)
        if not count:
            return 1.0 if len(word) > 1 else 0.5
        surprise = -math.log(count / self._words.total)
        return min(1.0, max(_LEAST_RARITY, (surprise - _COMMON) / (_RARE - _COMMON)))

    def _sounds(self, words: list[tuple[str, int]], units: _Units) -> _Units:
        """The units as syllables without tones."""
        spoken = [syllable for word, _ in words for syllable in self._syllables(word)]
        texts = [
            spoken[start] if len(text) == 1 else text + " "
            for text, start in zip(units.texts, units.starts, strict=True)
        ]
        return _Units(texts, units.starts, units.weights, units.rarities)

    def _add_words(self, found: dict[str, tuple[float, float]], words: list[tuple[str, int]], units: _Units) -> None:
        at = {start: number for number, start in enumerate(units.starts)}
        for word, start in words:
            if len(word) < 2 or start not in at:
                continue
            value = (units.weights[at[start]], units.rarities[at[start]])
            _keep_heaviest(found, "w" + word, value)
            if len(word) > 3:
                for part in self._words.cut_for_search(word, HMM=False):
                    if 1 < len(part) < len(word):
                        _keep_heaviest(found, "w" + part, value)


def _keep_heaviest(found: dict[str, tuple[float, float]], name: str, value: tuple[float, float]) -> None:
    known = found.get(name)
    if known is None or value > known:
        found[name] = value


def _add_runs(found: dict[str, tuple[float, float]], units: _Units, one: str, two: str, three: str) -> None:
    """Every run of one, two and three units under these letters, as light as its lightest; no letter, none of them."""
    rows = list(zip(units.texts, units.weights, units.rarities, strict=True))
    if one:
        for text, weight, rarity in rows:
            _keep_heaviest(found, one + text, (weight, rarity))
    before = ("", 0.0, 0.0)
    for number, (first, second) in enumerate(pairwise(rows)):
        weight = min(second[1], first[1])
        _keep_heaviest(found, two + first[0] + second[0], (weight, (first[2] + second[2]) / 2))
        if number:
            weight = min(before[1], weight)
            rarity = (before[2] + first[2] + second[2]) / 3
            _keep_heaviest(found, three + before[0] + first[0] + second[0], (weight, rarity))
        before = first


def _lightened(units: _Units, meanings: _Meanings) -> _Units:
    """The units, with less weight where a known meaning tells more."""
    inside = {at for start, end, _ in meanings for at in range(start, end)}
    if not inside:
        return units
    weights = [
        weight * WORDING_WEIGHT if start in inside else weight
        for weight, start in zip(units.weights, units.starts, strict=True)
    ]
    return _Units(units.texts, units.starts, weights, units.rarities)


def _add_meanings(found: dict[str, tuple[float, float]], meanings: _Meanings, units: _Units) -> None:
    """One feature a meaning; a wording of several meanings shares its weight among them."""
    weight_at = dict(zip(units.starts, units.weights, strict=True))
    for start, _, names in meanings:
        for name in names:
            _keep_heaviest(found, "m" + name, (weight_at.get(start, 1.0) / len(names), 1.0))


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
