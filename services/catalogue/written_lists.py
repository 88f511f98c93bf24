"""How do staff write an item's materials, fees and official questions as plain lines, and what do the lines say? Pure.

What is less often needed stands below its line, with its name:

    房屋租赁合同 | 按情况 | 1份 | 在有效期内        申请费 | 每件60元 | 可减免        问：周末办吗？
      类型：原件和复印件                               依据：发改价格〔2020〕1号        答：周末不办。
      来源：申请人自备
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from services.catalogue.guide import in_order
from services.catalogue.types import FeeProject, Material, Question
from services.catalogue.written import Unreadable

NEEDS: Mapping[str, bool | None] = {"必需": True, "按情况": False, "": None}
REDUCED: Mapping[str, bool | None] = {"可减免": True, "不减免": False, "": None}
#: What stands below a material: name -> field and its length.
MATERIAL_DETAILS: Mapping[str, tuple[str, int]] = {
    "类型": ("material_type", 200),
    "形式": ("material_format", 200),
    "来源": ("source_type", 200),
    "空白表格": ("form_guid", 2_000),
    "填写样例": ("example_guid", 2_000),
}
FEE_DETAILS: Mapping[str, tuple[str, int]] = {"依据": ("by_law", 20_000)}
MOST_MATERIALS, MOST_FEES, MOST_QUESTIONS = 200, 100, 100
LONGEST_MATERIAL, LONGEST_EXPLAINED, LONGEST_ASKED, LONGEST_ANSWERED = 500, 20_000, 500, 20_000
LONGEST_FEE, LONGEST_STANDARD, LONGEST_REDUCED = 200, 2_000, 2_000
_COPIES = re.compile(r"(\d{1,5})\s*份?")
_SAID = re.compile(r"(问|答)\s*[:：]\s*(.*)")
T = TypeVar("T")


class UnreadableMaterial(Unreadable):
    """In the materials."""

    field = "申请材料"


class UnreadableFee(Unreadable):
    """In the fees."""

    field = "收费项目"


class UnreadableQuestion(Unreadable):
    """In the official questions."""

    field = "常见问题"


@dataclass(frozen=True, slots=True)
class _Block:
    """A line with what stands below it: name -> text."""

    line: int
    head: str
    details: dict[str, str]

    @property
    def text(self) -> str:
        return _text(self.head.replace("｜", "|").split("|"), self.details.items())


def material_lines(materials: Sequence[Material]) -> str:
    """Materials as text, in the order in which citizens read them."""
    return "\n".join(_material_text(one) for one in in_order(materials))


def _material_text(one: Material) -> str:
    need = next(word for word, value in NEEDS.items() if value is one.is_need)
    copies = f"{one.page_num}份" if one.page_num else ""
    details = ((name, getattr(one, field)) for name, (field, _) in MATERIAL_DETAILS.items())
    return _text((one.material_name, need, copies, one.fill_explain), details)


def read_materials(text: str, known: Sequence[Material]) -> list[Material]:
    """The lines as materials, in their order; raises UnreadableMaterial."""
    if _same(text, material_lines(known)):
        return list(known)
    unchanged = {_material_text(one): one for one in known}
    by_name = {" ".join(one.material_name.split()): one for one in known}
    found: dict[str, Material] = {}
    for block in _blocks(text, MATERIAL_DETAILS, UnreadableMaterial):
        one = unchanged.get(block.text) or _material(block, by_name)
        if one.material_name in found:
            raise UnreadableMaterial(block.line, f"材料“{one.material_name}”写了两次。")
        found[one.material_name] = one
    if len(found) > MOST_MATERIALS:
        raise UnreadableMaterial(MOST_MATERIALS + 1, f"材料最多 {MOST_MATERIALS} 种。")
    return _placed(list(found.values()))


def _material(block: _Block, known: Mapping[str, Material]) -> Material:
    name, need, copies, explain = _parts(block.head, 4)
    if not 1 <= len(name) <= LONGEST_MATERIAL:
        raise UnreadableMaterial(block.line, f"材料名称要有 1 到 {LONGEST_MATERIAL} 个字。")
    if need not in NEEDS:
        raise UnreadableMaterial(block.line, "名称后面请写“必需”或“按情况”，不知道请留空。")
    pages = _COPIES.fullmatch(copies)
    if copies and pages is None:
        raise UnreadableMaterial(block.line, "份数请写成“2份”的样子，不知道请留空。")
    if len(explain) > LONGEST_EXPLAINED:
        raise UnreadableMaterial(block.line, f"说明最多 {LONGEST_EXPLAINED} 个字。")
    before = known.get(name, Material(material_name=name))
    details = {field: block.details.get(label, "") for label, (field, _) in MATERIAL_DETAILS.items()}
    return msgspec.structs.replace(
        before, is_need=NEEDS[need], page_num=int(pages[1]) if pages else None, fill_explain=explain, **details
    )


def _placed(materials: list[Material]) -> list[Material]:
    """Numbered anew where the numbers would put them in another order than they are written in."""
    if in_order(materials) == materials:
        return materials
    return [msgspec.structs.replace(one, order_num=place) for place, one in enumerate(materials, start=1)]


def fee_lines(fees: Sequence[FeeProject]) -> str:
    """Fees as text."""
    return "\n".join(map(_fee_text, fees))


def _fee_text(one: FeeProject) -> str:
    words = {value: word for word, value in REDUCED.items()}
    reduced = one.is_desc if isinstance(one.is_desc, str) else words[one.is_desc]
    return _text((one.fee_name, one.fee_stand, reduced), [("依据", one.by_law)])


def read_fees(text: str, known: Sequence[FeeProject]) -> list[FeeProject]:
    """The lines as fees; raises UnreadableFee."""
    if _same(text, fee_lines(known)):
        return list(known)
    unchanged = {_fee_text(one): one for one in known}
    found = [unchanged.get(one.text) or _fee(one) for one in _blocks(text, FEE_DETAILS, UnreadableFee)]
    if len(found) > MOST_FEES:
        raise UnreadableFee(MOST_FEES + 1, f"收费项目最多 {MOST_FEES} 个。")
    return found


def _fee(block: _Block) -> FeeProject:
    name, standard, reduced = _parts(block.head, 3)
    if not (name or standard):
        raise UnreadableFee(block.line, "请写收费项目的名称，或者收多少。")
    for told, most, what in ((name, LONGEST_FEE, "名称"), (standard, LONGEST_STANDARD, "标准"),
                             (reduced, LONGEST_REDUCED, "减免")):  # fmt: skip
        if len(told) > most:
            raise UnreadableFee(block.line, f"{what}最多 {most} 个字。")
    return FeeProject(
        fee_name=name,
        fee_stand=standard,
        is_desc=REDUCED.get(reduced, reduced),
        by_law=block.details.get("依据", ""),
    )


def question_lines(questions: Sequence[Question]) -> str:
    """Questions and answers as text."""
    return "\n".join(f"问：{' '.join(one.question.split())}\n答：{one.answer.strip()}" for one in questions)


def read_questions(text: str, known: Sequence[Question]) -> list[Question]:
    """The lines as questions with their answers, which may have several lines; raises UnreadableQuestion."""
    if _same(text, question_lines(known)):
        return list(known)
    before = {" ".join(one.question.split()): one for one in known}
    found: list[tuple[int, str, list[str]]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        match = _SAID.fullmatch(raw.strip())
        if match and match[1] == "问":
            found.append((number, match[2].strip(), []))
        elif raw.strip() and not found:
            raise UnreadableQuestion(number, "请先写“问：”和问题。")
        elif found:
            found[-1][2].append(match[2] if match else raw.rstrip())
    if len(found) > MOST_QUESTIONS:
        raise UnreadableQuestion(found[MOST_QUESTIONS][0], f"问题最多 {MOST_QUESTIONS} 个。")
    return [_question(line, asked, "\n".join(answer).strip(), before) for line, asked, answer in found]


def _question(line: int, asked: str, answer: str, known: Mapping[str, Question]) -> Question:
    if not 1 <= len(asked) <= LONGEST_ASKED:
        raise UnreadableQuestion(line, f"问题要有 1 到 {LONGEST_ASKED} 个字。")
    if not 1 <= len(answer) <= LONGEST_ANSWERED:
        raise UnreadableQuestion(line, f"请在下面用“答：”写出答案，最多 {LONGEST_ANSWERED} 个字。")
    return msgspec.structs.replace(known.get(asked, Question(question=asked)), answer=answer)


def _text(parts: Iterable[str], details: Iterable[tuple[str, str]]) -> str:
    """One line with what stands below it; nothing of it has a line break of its own."""
    head = [" ".join(part.split()) for part in parts]
    while len(head) > 1 and not head[-1]:
        head.pop()
    below = [f"  {name}：{' '.join(text.split())}" for name, text in details if text.strip()]
    return "\n".join((" | ".join(head).strip(), *below))


def _parts(head: str, count: int) -> list[str]:
    parts = [part.strip() for part in head.replace("｜", "|").split("|", count - 1)]
    return [*parts, *("" for _ in range(count))][:count]


def _blocks(
    text: str, labels: Mapping[str, tuple[str, int]], wrong: Callable[[int, str], Unreadable]
) -> Sequence[_Block]:
    below = re.compile(rf"({'|'.join(labels)})\s*[:：]\s*(.*)")
    found: list[_Block] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        match = below.fullmatch(line)
        if not line:
            continue
        if match is None:
            found.append(_Block(number, line, {}))
        elif not found:
            raise wrong(number, f"“{match[1]}”要写在名称的下面一行。")
        elif match[1] in found[-1].details:
            raise wrong(number, f"“{match[1]}”写了两次。")
        elif len(match[2]) > labels[match[1]][1]:
            raise wrong(number, f"“{match[1]}”最多 {labels[match[1]][1]} 个字。")
        else:
            found[-1].details[match[1]] = match[2].strip()
    return found


def _same(text: str, shown: str) -> bool:
    """Is it sent back as it was shown, but for how a browser sends it?"""
    return [line.rstrip() for line in text.strip().splitlines()] == [line.rstrip() for line in shown.splitlines()]
