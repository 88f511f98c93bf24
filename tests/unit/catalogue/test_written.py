"""Do situations say the same as lines of text and back again?"""

from __future__ import annotations

import pytest

from services.catalogue.types import Item, Material, Situation, SituationOption
from services.catalogue.written import Unreadable, read_situations, situation_lines

MATERIALS = [
    Material(material_name="身份证", is_need=True, page_num=2, fill_explain="正反面\n复印", material_type="复印件"),
    Material(material_name="房屋租赁合同", is_need=False, order_num=3),
    Material(material_name="照片"),
]
SITUATIONS = [
    Situation(
        id="home",
        question="租房还是自有房？",
        options=[
            SituationOption(
                id="rent",
                label="租房",
                adds_material=["房屋租赁合同"],
                removes_material=["照片"],
                adds_condition=["已备案"],
            ),
            SituationOption(id="own", label="自有房"),
        ],
    )
]


def item(situations: list[Situation] | None = None) -> Item:
    return Item(
        task_code="A",
        task_name="居住证",
        dept_name="公安局",
        area_code="990000",
        material=MATERIALS,
        situations=SITUATIONS if situations is None else situations,
    )


def test_what_is_shown_and_sent_back_is_what_it_was() -> None:
    assert read_situations(situation_lines(SITUATIONS), item()) == SITUATIONS


def test_new_questions_and_answers_get_ids_that_nothing_has() -> None:
    text = situation_lines(SITUATIONS) + "\n- 亲友家\n问：有孩子吗？\n- 有\n- 没有"
    first, second = read_situations(text, item())
    assert [one.id for one in first.options] == ["rent", "own", "a1"]
    assert (second.id, [one.id for one in second.options]) == ("q1", ["a1", "a2"])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- 是", "第 1 行：请先写“问：”"),
        ("问：吗？\n加：照片", "第 2 行：请先用“- ”"),
        ("问：吗？\n是", "每行以“问：”"),
        ("问：吗？\n- 是", "2 到 9 个答案"),
        ("问：吗？\n- 是\n- 是", "答案“是”写了两次"),
        ("问：\n- 是\n- 否", "问题要有 1 到 200 个字"),
        ("问：吗？\n- 是\n- 否\n" * 2, "问题“吗？”写了两次"),
        ("问：吗？\n- 是\n  减：户口簿\n- 否", "申请材料里没有“户口簿”"),
        ("问：吗？\n- 是\n  加：身份证\n- 否", "写成“按情况”"),
        ("".join(f"问：{n}吗？\n- 是\n- 否\n" for n in range(13)), "问题最多 12 个"),
        (f"问：吗？\n- {'长' * 61}\n- 否", "答案要有 1 到 60 个字"),
    ],
)
def test_a_situation_that_cannot_be_read_is_named_by_its_line(text: str, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        read_situations(text, item([]))
