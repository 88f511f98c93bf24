"""How do staff write an item's situations as plain lines, and what do the lines say? Pure.

A situation is its question and its answers:

    问：租房还是自有房？
    - 租房
      加：房屋租赁合同
      减：不动产权证书
      条件：租赁已备案
    - 自有房
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.catalogue.types import Item, Situation, SituationOption

MOST_SITUATIONS, MOST_ANSWERS, LEAST_ANSWERS = 12, 9, 2
LONGEST_QUESTION, LONGEST_ANSWER, LONGEST_CONDITION = 200, 60, 2_000
MOST_CONDITIONS = 20
_LINE = re.compile(r"(问|加|减|条件)\s*[:：]\s*(.*)")


class Unreadable(ValueError):
    """A line says nothing that can be understood; its text names the line, in Chinese."""

    #: What is written there.
    field = ""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"{self.field}第 {line} 行：{reason}")


class UnreadableSituation(Unreadable):
    """In the situations."""

    field = "情形"


def situation_lines(situations: Sequence[Situation]) -> str:
    """Situations as text."""
    lines: list[str] = []
    for situation in situations:
        lines.append(f"问：{situation.question}")
        for option in situation.options:
            lines.append(f"- {option.label}")
            lines += [f"  加：{name}" for name in option.adds_material]
            lines += [f"  减：{name}" for name in option.removes_material]
            lines += [f"  条件：{' '.join(text.split())}" for text in option.adds_condition]
        lines.append("")
    return "\n".join(lines).rstrip()


@dataclass
class _Answer:
    line: int
    label: str
    adds: list[str] = field(default_factory=list)
    removes: list[str] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)


@dataclass
class _Question:
    line: int
    text: str
    answers: list[_Answer] = field(default_factory=list)


def read_situations(text: str, item: Item) -> list[Situation]:
    """The lines as situations of the item, whose materials they name; known questions and answers keep their ids."""
    questions = _questions(text)
    if len(questions) > MOST_SITUATIONS:
        raise UnreadableSituation(questions[MOST_SITUATIONS].line, f"问题最多 {MOST_SITUATIONS} 个。")
    need = {one.material_name: one.is_need for one in item.material}
    for question in questions:
        _check(question, need)
    texts = [question.text for question in questions]
    for number, question in enumerate(questions):
        if question.text in texts[:number]:
            raise UnreadableSituation(question.line, f"问题“{question.text}”写了两次。")
    ids = _ids(texts, {one.question: one.id for one in item.situations}, "q")
    known = {one.question: one for one in item.situations}
    return [
        Situation(id=key, question=one.text, options=_options(one, known.get(one.text)))
        for key, one in zip(ids, questions, strict=True)
    ]


def _questions(text: str) -> list[_Question]:
    found: list[_Question] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match and match[1] == "问":
            found.append(_Question(number, match[2].strip()))
        elif not found:
            raise UnreadableSituation(number, "请先写“问：”和问题。")
        elif line[0] in "-－—":
            found[-1].answers.append(_Answer(number, line[1:].strip()))
        elif match is None:
            raise UnreadableSituation(number, "每行以“问：”“- ”“加：”“减：”或“条件：”开头。")
        elif not found[-1].answers:
            raise UnreadableSituation(number, "请先用“- ”写出这个问题的一个答案。")
        else:
            answer = found[-1].answers[-1]
            {"加": answer.adds, "减": answer.removes, "条件": answer.conditions}[match[1]].append(match[2].strip())
    return found


def _check(question: _Question, need: Mapping[str, bool | None]) -> None:
    """Raises Unreadable."""
    if not 1 <= len(question.text) <= LONGEST_QUESTION:
        raise UnreadableSituation(question.line, f"问题要有 1 到 {LONGEST_QUESTION} 个字。")
    if not LEAST_ANSWERS <= len(question.answers) <= MOST_ANSWERS:
        raise UnreadableSituation(question.line, f"每个问题要有 {LEAST_ANSWERS} 到 {MOST_ANSWERS} 个答案。")
    labels = [answer.label for answer in question.answers]
    for number, answer in enumerate(question.answers):
        if answer.label in labels[:number]:
            raise UnreadableSituation(answer.line, f"答案“{answer.label}”写了两次。")
        _check_answer(answer, need)


def _check_answer(answer: _Answer, need: Mapping[str, bool | None]) -> None:
    """Raises Unreadable."""
    if not 1 <= len(answer.label) <= LONGEST_ANSWER:
        raise UnreadableSituation(answer.line, f"答案要有 1 到 {LONGEST_ANSWER} 个字。")
    for name in (*answer.adds, *answer.removes):
        if name not in need:
            raise UnreadableSituation(answer.line, f"申请材料里没有“{name}”。")
    for name in answer.adds:
        if need[name] is not False:
            raise UnreadableSituation(answer.line, f"“{name}”只有这种情况才要，请在申请材料里写成“按情况”。")
    if len(answer.conditions) > MOST_CONDITIONS or any(len(one) > LONGEST_CONDITION for one in answer.conditions):
        text = f"条件最多 {MOST_CONDITIONS} 条，每条最多 {LONGEST_CONDITION} 个字。"
        raise UnreadableSituation(answer.line, text)


def _options(question: _Question, known: Situation | None) -> list[SituationOption]:
    labels = [answer.label for answer in question.answers]
    ids = _ids(labels, {one.label: one.id for one in known.options} if known else {}, "a")
    return [
        SituationOption(
            id=key,
            label=answer.label,
            adds_material=answer.adds,
            removes_material=answer.removes,
            adds_condition=answer.conditions,
        )
        for key, answer in zip(ids, question.answers, strict=True)
    ]


def _ids(texts: Sequence[str], known: Mapping[str, str], letter: str) -> list[str]:
    """An id for each; new ones take numbers that nothing has."""
    taken = set(known.values())
    names = (f"{letter}{number}" for number in itertools.count(1))
    fresh = (name for name in names if name not in taken)
    return [known[text] if text in known else next(fresh) for text in texts]
