"""Which words carry little, which ask for a fact, and which mean the same? Word lists beside this file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

#: 开公司 is said 开个公司, 开一家公司, 开了公司: after a verb a count may stand.
_VERBS = frozenset("开办上领补交提取打做考换改卖买查报")
_COUNT = "(?:了?一?[个家张本份次台套间]|了|一下)"
#: What follows one of these in a wording is just what is not meant.
_DENIALS = frozenset("没无未不")
FOLDER = Path(__file__).parent / "lexicon"


@dataclass(frozen=True, kw_only=True, slots=True)
class WordList:
    """Words to find in normalised texts."""

    #: Two characters and more, found anywhere.
    phrases: re.Pattern[str]
    #: Single characters, only where they stand as words of their own.
    words: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """What is known about words; all normalised."""

    #: Politeness, wishes, particles.
    fillers: WordList
    #: What asks for one fact: how much, where, which papers.
    asking: WordList
    #: Wording -> the meanings it has, each named by its line's first wording.
    meanings: Mapping[str, tuple[str, ...]]
    #: First character -> finds the longest wording with a meaning that starts there.
    meaningful: Mapping[str, re.Pattern[str]]

    def meanings_in(self, text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Start, end and meanings of each wording in a normalised text; one may lie within another."""
        denied = 0
        for start, first in enumerate(text):
            # 没留遗嘱 says nothing of 遗嘱.
            if (
                start < denied
                or not (longest := self.meaningful.get(first))
                or not (found := longest.match(text, start))
            ):
                continue
            wording = found.group()
            if first in _DENIALS:
                denied = found.end()
            meanings = self.meanings.get(wording) or self.meanings[_without_count(wording)]
            yield start, found.end(), meanings
            # 进度查询 is 进度 too: a longer wording says what the shorter one at its start says.
            for end in range(2, len(wording)):
                if shorter := self.meanings.get(wording[:end]):
                    yield start, start + end, shorter


def load_lexicon(normalise: Callable[[str], str], folder: Path = FOLDER) -> Lexicon:
    """Reads the lists; raises ValueError naming the line that cannot be read."""
    meanings: dict[str, tuple[str, ...]] = {}
    for path in sorted((folder / "meanings").glob("*.txt")):
        for number, line in _lines(path):
            wordings = list(dict.fromkeys(normalise(word) for word in line.split()))
            if len(wordings) < 2:
                raise ValueError(f"{path.name} line {number}: a meaning needs two wordings or more")
            for wording in wordings:
                meanings[wording] = tuple(dict.fromkeys((*meanings.get(wording, ()), wordings[0])))
    return Lexicon(
        fillers=_word_list(normalise, folder / "fillers.txt"),
        asking=_word_list(normalise, folder / "asking.txt"),
        meanings=meanings,
        meaningful=_by_first(meanings),
    )


def _word_list(normalise: Callable[[str], str], path: Path) -> WordList:
    words = {normalise(word) for _, line in _lines(path) for word in line.split()}
    return WordList(
        phrases=_any_of({word for word in words if len(word) > 1}),
        words=frozenset(word for word in words if len(word) == 1),
    )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _by_first(wordings: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """A pattern for each first character: most characters of a text start no wording, and need not be tried."""
    found: dict[str, set[str]] = {}
    for wording in wordings:
        found.setdefault(wording[0], set()).add(wording)
    return {first: _any_of(words, count=_COUNT) for first, words in found.items()}


def _any_of(words: set[str], *, count: str = "") -> re.Pattern[str]:
    """Matches the longest of the words, with a count after a verb where one is given; nothing where there are none."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return re.compile("|".join(_pattern(word, count) for word in ordered) or r"(?!)")


def _pattern(word: str, count: str) -> str:
    if count and len(word) > 1 and word[0] in _VERBS:
        return f"{word[0]}{count}?{re.escape(word[1:])}"
    return re.escape(word)


def _without_count(wording: str) -> str:
    return wording[0] + re.sub(f"^{_COUNT}", "", wording[1:])
