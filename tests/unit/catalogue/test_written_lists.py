"""Do materials, fees and questions say the same as lines of text and back again, and are faults named by their line?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.catalogue.types import FeeProject, Material, Question
from services.catalogue.written import Unreadable
from services.catalogue.written_lists import (
    fee_lines,
    material_lines,
    question_lines,
    read_fees,
    read_materials,
    read_questions,
)

MATERIALS = [
    Material(
        material_name="身份证",
        is_need=True,
        page_num=2,
        fill_explain="正反面\n复印",
        material_type="复印件",
        order_num=1,
    ),
    Material(material_name="房屋租赁合同", is_need=False, order_num=2, source_type="申请人\n自备"),
    Material(material_name="照片"),
]
FEES = [
    FeeProject(fee_name="工本费", fee_stand="每证5元", by_law="发改价格\n〔2020〕1号", is_desc=True),
    FeeProject(fee_stand="10元", is_desc="低保家庭免收"),
    FeeProject(fee_name="检测费", is_desc=False),
]
QUESTIONS = [
    Question(question="周末办吗？", answer="不办。\n\n节假日也不办。", order_num=2),
    Question(question="能代办吗？", answer="能：要委托书。"),
]


def test_what_is_shown_and_sent_back_as_browsers_do_is_what_it_was() -> None:
    shown = material_lines(MATERIALS)
    # The numbers are the order in which citizens read; what has none stands last.
    assert shown.splitlines() == [
        "身份证 | 必需 | 2份 | 正反面 复印", "  类型：复印件", "房屋租赁合同 | 按情况", "  来源：申请人 自备", "照片",
    ]  # fmt: skip
    assert read_materials(shown.replace("\n", "\r\n") + "\r\n", MATERIALS) == MATERIALS
    assert fee_lines(FEES).splitlines() == [
        "工本费 | 每证5元 | 可减免", "  依据：发改价格 〔2020〕1号", "| 10元 | 低保家庭免收", "检测费 |  | 不减免",
    ]  # fmt: skip
    assert read_fees(fee_lines(FEES), FEES) == FEES
    assert read_questions(question_lines(QUESTIONS), QUESTIONS) == QUESTIONS


def test_a_change_of_one_leaves_the_others_as_they_were() -> None:
    changed = read_materials(material_lines(MATERIALS) + "\n委托书 | 按情况", MATERIALS)
    assert changed[:3] == MATERIALS
    assert changed[3] == Material(material_name="委托书", is_need=False)
    assert read_fees(fee_lines(FEES) + "\n复印费｜1元", FEES) == [*FEES, FeeProject(fee_name="复印费", fee_stand="1元")]
    assert read_questions(question_lines(QUESTIONS) + "\n问：新的？\n答：是", QUESTIONS)[:2] == QUESTIONS


def test_what_a_line_no_longer_says_is_gone() -> None:
    (one,) = read_materials("身份证｜按情况｜3", MATERIALS)
    assert one == Material(material_name="身份证", is_need=False, page_num=3, order_num=1)
    (fee,) = read_fees("工本费 | 每证6元", FEES)
    assert fee == FeeProject(fee_name="工本费", fee_stand="每证6元")


def test_materials_are_read_by_citizens_in_the_order_in_which_they_are_written() -> None:
    found = read_materials("照片\n身份证 | 必需\n房屋租赁合同", MATERIALS)
    assert [(one.material_name, one.order_num) for one in found] == [("照片", 1), ("身份证", 2), ("房屋租赁合同", 3)]


Read = Callable[[str], object]


def materials(text: str) -> object:
    return read_materials(text, MATERIALS)


def fees(text: str) -> object:
    return read_fees(text, FEES)


def questions(text: str) -> object:
    return read_questions(text, QUESTIONS)


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (materials, "| 必需", "申请材料第 1 行：材料名称要有"),
        (materials, "身份证\n\n照片 | 也许", "第 3 行：名称后面请写"),
        (materials, "身份证 | 必需 | 两份", "份数请写成"),
        (materials, "身份证\n身份证 | 必需", "第 2 行：材料“身份证”写了两次"),
        (materials, "\n".join(f"材料{n}" for n in range(201)), "材料最多 200 种"),
        (materials, "类型：原件\n身份证", "第 1 行：“类型”要写在名称的下面一行"),
        (materials, "身份证\n类型：原件\n类型：复印件", "第 3 行：“类型”写了两次"),
        (materials, f"身份证\n形式：{'长' * 201}", "“形式”最多 200 个字"),
        (fees, "|  | 可减免", "收费项目第 1 行：请写收费项目的名称，或者收多少"),
        (fees, f"{'长' * 201} | 5元", "名称最多 200 个字"),
        (fees, "\n".join(f"费{n}" for n in range(101)), "收费项目最多 100 个"),
        (questions, "答：是", "常见问题第 1 行：请先写“问：”"),
        (questions, "问：吗？", "第 1 行：请在下面用“答：”写出答案"),
        (questions, "问：\n答：是", "问题要有 1 到 500 个字"),
        (questions, "问：吗？\n答：是\n" * 101, "第 201 行：问题最多 100 个"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(read: Read, text: str, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        read(text)
