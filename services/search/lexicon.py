"""Which words carry little, and which mean the same? Two word lists beside this file, read when asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "lexicon"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lexicon:
    """Words around a matter, and everyday words with their official ones; all normalised."""

    #: Found anywhere in a text; two characters and more.
    filler_phrases: re.Pattern[str]
    #: Fillers only where they stand alone.
    filler_words: frozenset[str]
    #: Wording -> the meanings it has, each named by its line's first wording.
    meanings: Mapping[str, tuple[str, ...]]
    #: Finds, at each place, the longest wording that has a meaning.
    meaningful: re.Pattern[str]

    def filler_spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the fillers stand in a normalised text, without the single characters."""
        for found in self.filler_phrases.finditer(text):
            yield found.span()

    def meanings_in(self, text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """Start, end and meanings of each wording in a normalised text; one may lie within another."""
        for found in self.meaningful.finditer(text):
            wording = found.group(1)
            yield found.start(), found.start() + len(wording), self.meanings[wording]


def load_lexicon(normalise: Callable[[str], str], folder: Path = FOLDER) -> Lexicon:
    """Reads `fillers.txt` and `synonyms.txt`; raises ValueError naming the line that cannot be read."""
    fillers = {normalise(word) for _, line in _lines(folder / "fillers.txt") for word in line.split()}
    meanings: dict[str, tuple[str, ...]] = {}
    for number, line in _lines(folder / "synonyms.txt"):
        wordings = list(dict.fromkeys(normalise(word) for word in line.split()))
        if len(wordings) < 2:
            raise ValueError(f"synonyms.txt line {number}: a meaning needs two wordings or more")
        for wording in wordings:
            meanings[wording] = (*meanings.get(wording, ()), wordings[0])
    return Lexicon(
        filler_phrases=_any_of({word for word in fillers if len(word) > 1}),
        filler_words=frozenset(word for word in fillers if len(word) == 1),
        meanings=meanings,
        meaningful=re.compile(f"(?=({_any_of(set(meanings)).pattern}))"),
    )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _any_of(words: set[str]) -> re.Pattern[str]:
    """Matches the longest of the words; nothing where there are none."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")
