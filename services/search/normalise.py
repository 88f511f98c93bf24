"""How does one question look the same however it was typed? Width, script, case, marks, stuttering are evened out."""

from __future__ import annotations

import re
import unicodedata

import opencc

#: Letters, marks and numbers stay; everything else parts words.
_PARTING = re.compile(r"[^\w%]+|_+")
#: 办办办 and 哈哈哈哈 are one each; digits are left alone, since 999 is a number.
_STUTTER = re.compile(r"([^\W\d])\1{2,}")
#: Clauses end at these, in either width.
_CLAUSE_END = re.compile(r"[，。！？；,!?;\n…~～]+|\s{2,}")
#: Each pass may make room for the next; texts settle in two, this bounds what nobody foresaw.
_PASSES = 4


class Normaliser:
    """Brings text to one form: NFKC, simplified characters, lower case, one space between runs of letters."""

    def __init__(self) -> None:
        self._to_simplified = opencc.OpenCC("t2s")

    def __call__(self, text: str) -> str:
        """The same text for all its spellings; applying it twice changes nothing."""
        for _ in range(_PASSES):
            before, text = text, self._once(text)
            if text == before:
                break
        return text

    def clauses(self, text: str) -> list[str]:
        """The parts between sentence marks, each normalised; one part where there are none."""
        parts = [self(part) for part in _CLAUSE_END.split(text)]
        return [part for part in parts if part]

    def _once(self, text: str) -> str:
        text = unicodedata.normalize("NFKC", text).casefold()
        # Marks go first: the converter takes no lone surrogates, which JSON can hold.
        text = _PARTING.sub(" ", text).strip()
        return _STUTTER.sub(r"\1", self._to_simplified.convert(text))
