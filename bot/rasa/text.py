"""How is a citizen's sentence made comparable? Width, script, repetition and identifiers are levelled first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import opencc
from pypinyin import lazy_pinyin

from bot.rasa.words import dictionary

#: Three or more of one sign mean no more than two.
_REPEATED = re.compile(r"(.)\1{2,}")
_SPACE = re.compile(r"\s+")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0e\ufe0f\u200d]+")
#: The phone's own faces come as their names in brackets: [强], [OK], [玫瑰].
_FACE = re.compile(r"\[(?:[\u4e00-\u9fff]{1,4}|OK)\]")
#: What a message says that is nothing but faces; any other face says nothing.
_FACES_SAY = (
    (
        re.compile(
            "[\U0001f44d\U0001f64f\U0001f44f\U0001f339\U0001f490\u2764\U0001f91d]|\\[(?:强|合十|抱拳|鼓掌|玫瑰|爱心|握手)\\]"
        ),
        "谢谢",
    ),
    (re.compile("\U0001f44c|\\[(?:OK|好的)\\]"), "好的"),
)
#: Sign that stands for any value of its kind, so that no value is learnt by heart.
_KINDS = (
    (re.compile(r"IDCARD[A-Z2-7]{8}"), "㊀"),
    (re.compile(r"IDWRONG[A-Z2-7]{8}"), "㊁"),
    (re.compile(r"MOBILE[A-Z2-7]{8}"), "㊂"),
    (re.compile(r"BANKCARD[A-Z2-7]{8}"), "㊃"),
    (re.compile(r"YJ\d{14}", re.IGNORECASE), "㊄"),
    (re.compile(r"(?<![0-9A-Za-z])\d{5}[\dXx](?![0-9A-Za-z])"), "㊅"),
)
#: A message that is nothing but a number is a place in a list, whichever.
_EDGES = "!！.。,，~～… 、;；"
_LONE_NUMBER = re.compile(r"^\d{1,2}\s*[.。、)）]?$")
_INNER_SPACE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")


class Leveller:
    """Full width to half width, traditional to simplified; the length never changes, so that positions stay true."""

    def __init__(self) -> None:
        self._converter = opencc.OpenCC("t2s")

    def level(self, text: str) -> str:
        """`text` sign by sign in its plain form."""
        narrow = "".join(_narrow(sign) for sign in text)
        simple: str = self._converter.convert(narrow)
        if len(simple) == len(narrow):
            return simple
        return "".join(_one(self._converter.convert(sign), sign) for sign in narrow)


def _narrow(sign: str) -> str:
    return _one(unicodedata.normalize("NFKC", sign), sign)


def _one(candidate: str, sign: str) -> str:
    return candidate if len(candidate) == 1 else sign


def _faces(text: str) -> str:
    """What a message of faces alone says; empty where it is nothing known."""
    return next((words for pattern, words in _FACES_SAY if pattern.search(text)), "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Views:
    """One sentence in the forms that features are counted in: each a string of signs or of words parted by spaces."""

    signs: str
    words: str
    sounds: str

    @property
    def says_something(self) -> bool:
        """Whether there is any letter, digit or stand-in in it, and not only signs."""
        return any(sign.isalnum() for sign in self.signs)


class Reader:
    """Turns a sentence into its views."""

    def __init__(self, words: Sequence[str]) -> None:
        self._leveller = Leveller()
        self._words = dictionary(tuple(words))

    def clean(self, text: str) -> str:
        """The sentence without what carries no meaning for its intent."""
        level = self._leveller.level(text)
        plain = _EMOJI.sub("", _FACE.sub("", level)) or _faces(level)
        for pattern, stand_in in _KINDS:
            plain = pattern.sub(stand_in, plain)
        plain = _LONE_NUMBER.sub("㊆", plain.strip()).strip(_EDGES)
        plain = _SPACE.sub(" ", _REPEATED.sub(r"\1\1", plain)).strip().lower()
        return _INNER_SPACE.sub("", plain)

    def views(self, text: str) -> Views:
        """The three forms of `text`."""
        plain = self.clean(text)
        words = [word for word in self._words.cut(plain, HMM=False) if word.strip()]
        return Views(
            signs=f"\u2402{plain}\u2403",
            words=" ".join(["\u2402", *words, "\u2403"]),
            sounds=" ".join(["\u2402", *lazy_pinyin(plain), "\u2403"]),
        )
