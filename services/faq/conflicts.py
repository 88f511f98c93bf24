"""Do two answers to much the same question contradict each other? Departments, numbers, telephones, wording. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from services.search.alike import likeness, pairs

#: From which likeness two questions ask much the same.
ALIKE = 0.5
#: Answers that are more alike than this (0 to 100) say the same in other words.
SAME_ANSWER = 80
_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_PHONE = re.compile(r"(?<!\d)(?:0\d{2,3}-?\d{7,8}|1\d{10}|\d{5}|\d{7,8})(?!\d)")
_UNITS = "个工作日|工作日|小时|个月|元|天|日|月|年|岁|%|％|折|次|份|张|米|平方米|公里"
_AMOUNT = re.compile(rf"(?P<number>\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+)\s*(?P<unit>{_UNITS})")
#: Units that say the same.
_SAME_UNIT = {"个工作日": "工作日", "日": "天", "％": "%"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What two answers say differently: `what`, and each side's words."""

    what: str
    here: str
    there: str


def asks_the_same(one: str, other: str) -> bool:
    """Two questions are near enough to need the same answer."""
    return likeness(pairs(one), pairs(other)) >= ALIKE


def differences(answer: str, department: str, other_answer: str, other_department: str) -> Sequence[Difference]:
    """What contradicts; empty where nothing does, and where nothing is written yet."""
    if not answer.strip():
        return ()
    found = []
    if department and other_department and department != other_department:
        found.append(Difference(what="部门", here=department, there=other_department))
    here, there = _amounts(answer), _amounts(other_answer)
    found += [
        Difference(what="数字", here="、".join(sorted(here[unit])), there="、".join(sorted(there[unit])))
        for unit in here
        if unit in there and here[unit] != there[unit]
    ]
    phones, others = set(_PHONE.findall(answer)), set(_PHONE.findall(other_answer))
    if phones and others and not phones & others:
        found.append(Difference(what="电话", here="、".join(sorted(phones)), there="、".join(sorted(others))))
    if not found and fuzz.ratio(_levelled(answer), _levelled(other_answer)) < SAME_ANSWER:
        found.append(Difference(what="答案", here=_short(answer), there=_short(other_answer)))
    return found


def _amounts(text: str) -> Mapping[str, set[str]]:
    """Amounts by their unit: {"元": {"120元"}}."""
    found: dict[str, set[str]] = defaultdict(set)
    for amount in _AMOUNT.finditer(text):
        found[_unit(amount)].add(f"{_number(amount['number'])}{_unit(amount)}")
    return found


def _levelled(text: str) -> str:
    """The text with its amounts in one form."""
    return _AMOUNT.sub(lambda amount: f"{_number(amount['number'])}{_unit(amount)}", text)


def _unit(amount: re.Match[str]) -> str:
    return _SAME_UNIT.get(amount["unit"], amount["unit"])


def _number(written: str) -> str:
    """三十五 as 35; digits as they are."""
    if written[0].isdigit():
        return written.removesuffix(".0")
    total, digit = 0, 0
    for sign in written:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[sign]
    return str(total + digit)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}……"
