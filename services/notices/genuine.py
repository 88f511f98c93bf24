"""Is a forwarded text one of our notices, word for word where it matters? Pure.

Typing noise is forgiven, a changed fact never. The text is aligned with the notice; every character in it that is a
fact (a digit, a letter of a link, a numeral, a currency, a negation) must stand in the notice at that place, no fact of
the notice may be missing from the quoted passage, and a word that stands for another has to sound like it. A doubtful
text is called changed: a wrong "no" costs the citizen a call, a wrong "yes" may cost savings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from pypinyin import lazy_pinyin

from services.notices.personal import MOST_CHARACTERS, PLACE

Verdict = Literal["genuine", "changed", "unknown", "short"]

#: Characters that decide what a sentence says: numerals, negations, before and after.
DECISIVE = frozenset(
    "零〇一二三四五六七八九十百千万亿两半壹贰叁肆伍陆柒捌玖拾佰仟元角分不无没未免别勿非禁停前后内外上下"
)
#: A passage that begins behind one of these says the opposite.
NEGATIONS = frozenset("不无没未免别勿非禁停")
#: What citizens write around a notice they forward.
ASKING = re.compile(
    r"(请问|你好|您好|麻烦)?(一下)?(这|那)(个|条|份|是)?(通知|消息|信息|短信)?(是|到底是)?"
    r"(真的|真的还是假的|真是假|真假|不是真的|是真的|你们发的|不是你们发的|官方的|官方发的)(吗|么|吧|呢)?"
)
#: What WeChat makes of a quoted message: who wrote it and what, a line, and the citizen's own words.
QUOTED = re.compile(r"^\s*「[^：:「」\n]{1,30}[：:](?P<text>.*)」\s*(?:[-—－_]\s?){3,}(?P<own>.*)$", re.DOTALL)
_WHO = "邻居|朋友|同事|同学|亲戚|家人|家里人|我?妈妈?|我?爸爸?|老公|老婆|有人|群友|社区|物业"
_WHERE = "群里面?|业主群|家长群|小区群|微信群|朋友圈|网上"
_DID = "转发|转来|转给|转|发来|发给|发|看到|收到|说|给|跟|在|从"
_WHAT = "一条|一个|一则|这条|这个|这则|那条|通知|消息|短信|信息|内容|如下|截图|是不是真的|是真的吗|真的吗"
_LITTLE = "您好|你好|请问|麻烦|帮忙|我们|你们|我|的|了|是|里|到|来"
#: Words that say how a text came to the citizen and nothing else: no time, no place, no number but the notice's own.
BEFORE = re.compile(
    rf"^\s*[【\[]?(?:第\s*\d{{1,9}}\s*号通知|{_WHO}|{_WHERE}|{_DID}|{_WHAT}|{_LITTLE}){{1,8}}[】\]]?[：:，,。\s]+"
)
#: Questions and thanks behind it.
AFTER = re.compile(
    r"(?:[\s，,。？?！!]|(?:请|麻烦)?(?:帮我|帮忙)?(?:看看|看一下|看下|核实|核实一下|查一下|确认一下)|谢谢|请问|"
    r"(?:这|那)?(?:个|条|份)?(?:通知|消息|信息|短信)?(?:是不是|到底是不是|是)?"
    r"(?:真的还是假的|真的假的|真的|骗人的|官方的|官方发的|你们发的|可信|靠谱|可靠)(?:吗|么|吧|不|呢)?){1,8}$"
)
#: No frame is looked for further in than this.
FRAME = 60
#: Less than this says nothing about where it comes from.
LEAST = 8
#: Of a quoted text, so much may be noise.
NOISE = 0.05
#: Less than this in common, and it is another text.
AKIN = 0.5

_INSIDE = re.compile(r"(?<=[a-z0-9])[!-/:-@\[-`{-~]+(?=[a-z0-9])")
_SIGN = re.compile(r"-(?=[0-9])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What was found out; `place` is the notice's place in what was given, None for unknown and short."""

    verdict: Verdict
    place: int | None = None


def normal(text: str) -> str:
    """The text without what copying changes: width, case, spaces, punctuation. Punctuation inside of numbers and
    links stays: 1.5 is not 15."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = "".join(c for c in folded if unicodedata.category(c)[0] not in "ZC")
    inside = {place for found in _INSIDE.finditer(folded) for place in range(*found.span())}
    inside |= {found.start() for found in _SIGN.finditer(folded)}
    return "".join(c for place, c in enumerate(folded) if place in inside or _counts(c))


def _unspaced(text: str) -> str:
    """Width, case and spaces forgiven; marks stay, since they stand between one value and the next."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if unicodedata.category(character)[0] not in "ZC")


def is_fact(character: str) -> bool:
    """Whatever is not a plain Chinese character: digits, letters of any script, currency; and those that decide."""
    return character in DECISIVE or not "一" <= character <= "鿿"


def values_in(text: str, shown: str) -> dict[str, str] | None:
    """What stands at the places of a personalised notice as one way shows it, where the text says all the rest of it in
    the same words and marks; None where it does not. Whether anybody got these values is not said."""
    asked, names = _unspaced(ASKING.sub("", text)), dict[str, str]()
    pattern = ""
    pieces = PLACE.split(shown)
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            pattern += re.escape(_unspaced(piece))
        elif piece in names:
            pattern += f"(?P={names[piece]})"
        else:
            names[piece] = f"value{place}"
            pattern += f"(?P<value{place}>.{{1,{MOST_CHARACTERS}}}?)"
    found = re.search(pattern if pieces[-1] else pattern + "$", asked)
    return found and {name: found[group] for name, group in names.items()}


def judge(text: str, notices: Sequence[Sequence[str]]) -> Finding:
    """Which of `notices` (each as the texts that phones show, one a way of sending; the newest notice first) is it?"""
    bare = ASKING.sub("", text)
    inner, frame = unframed(bare)
    whole, inside = normal(bare), normal(inner)
    if len(inside) < LEAST:
        return Finding(verdict="short")
    akin: int | None = None
    pieces = _pieces(inside)
    for place, ways in enumerate(notices):
        near = [shown for shown in map(normal, ways) if len(pieces & _pieces(shown)) >= AKIN * len(pieces)]
        if any(_same(whole, shown) or (_none_of(frame, shown) and _same(inside, shown)) for shown in near):
            return Finding(verdict="genuine", place=place)
        akin = place if near and akin is None else akin
    return Finding(verdict="unknown") if akin is None else Finding(verdict="changed", place=akin)


def unframed(text: str) -> tuple[str, Sequence[str]]:
    """What was forwarded, without what stands around it, and that: who sent it, where it was seen, the question."""
    found = QUOTED.match(text)
    inner = f"{found['text']}\n{found['own']}" if found else text
    frame = []
    before = BEFORE.match(inner[:FRAME])
    if before is not None:
        frame.append(before[0])
        inner = inner[before.end() :]
    after = AFTER.search(inner[-FRAME:])
    if after is not None:
        frame.append(after[0])
        inner = inner[: len(inner) - len(after[0])]
    return inner, frame


def _none_of(frame: Sequence[str], shown: str) -> bool:
    """Words that the notice has itself may be a changed part of it: they are no frame."""
    return not any(words and words in shown for words in map(normal, frame))


def _counts(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LNM" or category in ("Sc", "Sm") or character == "%"


def _pieces(text: str) -> frozenset[str]:
    """Each two neighbours: cheap to compare before anything is aligned."""
    return frozenset(text[place : place + 2] for place in range(len(text) - 1))


def _same(asked: str, shown: str) -> bool:
    """Is `asked` the notice or a passage of it, but for noise?"""
    matcher = SequenceMatcher(None, shown, asked, autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return False
    begin, end = blocks[0].a, blocks[-1].a + blocks[-1].size
    if _splits(shown, begin) or _splits(shown, end) or (begin and shown[begin - 1] in NEGATIONS):
        return False
    noise = 0
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            continue
        missing, added = shown[max(a0, begin) : min(a1, end)], asked[b0:b1]
        if _any_fact(missing) or _any_fact(added) or (tag == "replace" and not _sound_alike(missing, added)):
            return False
        noise += max(len(missing), len(added))
    return noise <= NOISE * len(asked)


def _sound_alike(one: str, other: str) -> bool:
    """What is typed by its sound is mistaken for what sounds so: 受里 is 受理, but 停气 is not 停水."""
    return len(one) == len(other) and lazy_pinyin(one) == lazy_pinyin(other)


def _splits(text: str, place: int) -> bool:
    """Would a cut at `place` go through a number or a link?"""
    return 0 < place < len(text) and is_fact(text[place - 1]) and is_fact(text[place])


def _any_fact(characters: Iterable[str]) -> bool:
    return any(is_fact(character) for character in characters)
