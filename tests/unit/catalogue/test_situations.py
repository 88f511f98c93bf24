"""Does a checklist hold what this citizen needs, no more and no less, and is bad data refused with its place?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.situations import UnknownAnswer, checklist, fault
from services.catalogue.types import Item

CITY = Path(__file__).resolve().parents[3] / "data" / "city" / "items"
HOME = {
    "id": "home",
    "question": "住的房子是？",
    "options": [
        {"id": "rent", "label": "租的", "adds_material": ["租房合同"], "adds_condition": ["合同要满半年。"]},
        {"id": "own", "label": "自己的", "adds_material": ["房产证"]},
        {"id": "dorm", "label": "单位宿舍", "removes_material": ["照片"]},
    ],
}
REASON = {
    "id": "reason",
    "question": "为什么来？",
    "options": [{"id": "work", "label": "上班"}, {"id": "study", "label": "读书"}],
}


def item(*situations: dict[str, Any], **fields: Any) -> Item:
    values = {
        "task_code": "1",
        "task_name": "居住证申领",
        "dept_name": "公安局",
        "area_code": "990000",
        "accept_condition": "住满半年。",
        "link_way": "0100-1",
        "material": [
            {"material_name": "身份证", "is_need": True, "order_num": 1},
            {"material_name": "照片", "is_need": True, "order_num": 2},
            {"material_name": "租房合同", "is_need": False, "order_num": 3},
            {"material_name": "房产证", "is_need": False, "order_num": 4},
            {"material_name": "委托书", "is_need": False, "order_num": 5},
        ],
        "situations": list(situations),
        **fields,
    }
    return msgspec.convert(values, Item)


def test_questions_come_one_by_one_in_their_order() -> None:
    first = checklist(item(HOME, REASON), {}).asked
    assert first is not None
    assert (first.id, first.number, first.count) == ("home", 1, 2)
    assert [one.label for one in first.options] == ["租的", "自己的", "单位宿舍"]

    second = checklist(item(HOME, REASON), {"home": "rent"}).asked
    assert second is not None
    assert (second.id, second.number) == ("reason", 2)


def test_a_checklist_holds_what_the_answers_add_and_not_what_other_answers_would() -> None:
    found = checklist(item(HOME, REASON), {"home": "rent", "reason": "work"})

    assert found.asked is None
    assert found.materials == ["身份证", "照片", "租房合同", "委托书（按情况提供）"]
    assert found.conditions == ["住满半年。", "合同要满半年。"]
    assert found.given == ["住的房子是？租的", "为什么来？上班"]
    assert [one.text for one in found.sections if one.aspect == "phone"] == ["0100-1"]


def test_an_answer_takes_away_what_is_not_needed_in_this_case() -> None:
    assert checklist(item(HOME), {"home": "dorm"}).materials == ["身份证", "委托书（按情况提供）"]


def test_nothing_is_told_before_everything_is_answered() -> None:
    found = checklist(item(HOME, REASON), {"reason": "work"})

    assert found.asked is not None
    assert (found.materials, found.conditions, found.sections) == ([], [], [])


def test_an_item_without_situations_has_one_checklist_for_all() -> None:
    found = checklist(item(), {})

    assert found.asked is None
    assert len(found.materials) == 5


@pytest.mark.parametrize("answers", [{"house": "rent"}, {"home": "tent"}])
def test_an_answer_that_nobody_asked_for_is_refused(answers: dict[str, str]) -> None:
    with pytest.raises(UnknownAnswer):
        checklist(item(HOME), answers)


@pytest.mark.parametrize(
    ("changed", "place", "reason"),
    [
        ({"options": [{"id": "a", "label": "甲", "adds_material": ["驾照"]}, {"id": "b", "label": "乙"}]},
         "situations[0].options[0]", "no material 驾照"),
        ({"options": [{"id": "a", "label": "甲", "adds_material": ["身份证"]}, {"id": "b", "label": "乙"}]},
         "situations[0].options[0].adds_material", "needed by everybody"),
        ({"options": [{"id": "a", "label": "甲"}, {"id": "a", "label": "乙"}]},
         "situations[0].options", "two options have the id a"),
        ({"options": [{"id": "a", "label": "甲"}, {"id": "b", "label": "甲"}]},
         "situations[0].options", "two options have the label 甲"),
    ],
)  # fmt: skip
def test_a_situation_that_makes_no_sense_is_named_with_its_place(
    changed: dict[str, Any], place: str, reason: str
) -> None:
    found = fault(item({**HOME, **changed}))

    assert found is not None
    assert found[0] == place
    assert reason in found[1]


def test_two_questions_with_one_id_are_refused() -> None:
    assert fault(item(HOME, HOME)) == ("situations[1].id", "the id home is there twice")


def _city_items() -> list[Item]:
    found = []
    for path in sorted(CITY.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [msgspec.convert(row, Item) for row in (content["items"] if isinstance(content, dict) else content)]
    return [one for one in found if one.situations]


WITH_SITUATIONS = _city_items()


@given(st.data())
def test_every_way_through_every_item_of_the_city_ends_with_a_checklist(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(WITH_SITUATIONS))
    answers: dict[str, str] = {}
    for _ in one.situations:
        asked = checklist(one, answers).asked
        assert asked is not None
        answers[asked.id] = data.draw(st.sampled_from(asked.options)).id

    found = checklist(one, answers)
    assert found.asked is None
    assert found.materials
    assert len(found.materials) == len(set(found.materials))
    assert fault(one) is None
