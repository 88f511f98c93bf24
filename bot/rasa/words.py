"""Which words does a model keep whole beside those of everyday Chinese, and how do all models share one dictionary?

jieba's own dictionary takes half a second and 60 MB to load. It is loaded once a process; each model's words lie over
it. So a model that takes another's place, or two components of one, cost only their own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import jieba

Default = TypeVar("Default")
Words = tuple[str, ...]

#: Shorter is a sign, longer a sentence.
SHORTEST, LONGEST = 2, 12
#: Each costs some 250 bytes and 60 microseconds at every load.
MOST_WORDS = 20_000
#: A model's own copy, in its folder.
KEPT = "words.txt"
_WORD = re.compile(rf"\w{{{SHORTEST},{LONGEST}}}")


class BadWords(ValueError):
    """This is no list of words."""


def checked(words: Iterable[str]) -> Words:
    """The words, each once; raises BadWords."""
    unique = tuple(dict.fromkeys(words))
    bad = next((word for word in unique if not _WORD.fullmatch(word)), None)
    if bad is not None:
        raise BadWords(f"no word of {SHORTEST} to {LONGEST} signs: {bad[:50]!r}")
    if len(unique) > MOST_WORDS:
        raise BadWords(f"{len(unique)} words, of {MOST_WORDS} at most")
    return unique


def configured(vocabulary: str | Sequence[str], root: Path | None = None) -> Words:
    """The words of a component's `vocabulary:`, a file or a list. Raises BadWords, and OSError for a file."""
    if not isinstance(vocabulary, str):
        return checked(vocabulary)
    return _read((root or Path.cwd()) / vocabulary)


def keep(words: Words, folder: Path) -> None:
    """Puts the words into a model: wherever it is used, it reads as where it was trained."""
    (folder / KEPT).write_text("".join(f"{word}\n" for word in words), encoding="utf-8")


def kept(folder: Path) -> Words:
    """The words that `keep` put there."""
    return _read(folder / KEPT)


def _read(path: Path) -> Words:
    """One word a line; a line that begins with # is a remark."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise BadWords(f"{path.name}: not UTF-8 at byte {error.start}") from error
    return checked(line.strip() for line in lines if line.strip() and not line.startswith("#"))


class _Layered(dict[str, int]):
    """How often words are said: some of our own, over a dictionary that many share and none changes."""

    def __init__(self, shared: dict[str, int]) -> None:
        super().__init__()
        self._shared = shared

    def __missing__(self, word: str) -> int:
        return self._shared[word]

    def __contains__(self, word: object) -> bool:
        return word in self._shared or super().__contains__(word)

    def get(self, word: str, default: int | Default = None) -> int | Default:  # type: ignore[assignment]
        """jieba asks in this way too."""
        own = super().get(word)
        return self._shared.get(word, default) if own is None else own


@cache
def _everyday() -> jieba.Tokenizer:
    words = jieba.Tokenizer()
    words.initialize()
    return words


@lru_cache(maxsize=2)
def dictionary(words: Words = ()) -> jieba.Tokenizer:
    """Everyday words and these; shared, so nobody may add to it. Two are kept: a model's, and its successor's."""
    everyday = _everyday()
    if not words:
        return everyday
    own = jieba.Tokenizer()
    own.FREQ, own.total, own.initialized = _Layered(everyday.FREQ), everyday.total, True
    # What is longer is weighed against the parts that are words by now.
    for word in sorted(words, key=len):
        own.add_word(word)
    return own
