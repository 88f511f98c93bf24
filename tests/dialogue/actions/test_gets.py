"""Is asked how long or how much one gets, or how long and how much the office takes?"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from actions.clauses import together
from actions.gets import HOW_LONG, HOW_MUCH, gets
from actions.offices import OFFICES, is_office
from actions.said import Said

CITY = Path(__file__).parents[3] / "data" / "city" / "items"


def heard(text: str, intent: str = "ask_time_limit") -> Said:
    return Said(text=text, intent=intent, confidence=0.9, found=(), message_id="", citizen_id="")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("领多久", HOW_LONG),
        ("失业金能领多长时间", HOW_LONG),
        ("能领几个月", HOW_LONG),
        ("公积金能提多少", HOW_MUCH),
        ("能领多少钱", HOW_MUCH),
        ("贷款能贷多少", HOW_MUCH),
        ("领证要多久", None),
        ("多久能领到", None),
        ("补办多少钱", None),
        ("产假休多久", None),
    ],
)
def test_what_one_gets_is_told_from_what_the_office_takes(text: str, asked: str | None) -> None:
    assert gets(text) == asked


def test_what_one_gets_stands_in_place_of_the_offices_time() -> None:
    assert heard("领多久").aspects == (HOW_LONG,)
    assert heard("要多久").aspects == ("time_limit",)
    assert heard("失业金领多少钱").unasked.strip() == "失业金"


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("护照和港澳一起办", ["护照", "港澳"]),
        ("我想护照跟港澳通行证同时办", ["我想护照", "港澳通行证"]),
        ("身份证和户口本都要带吗", []),
        ("和老公一起办", []),
        ("护照和港澳有什么区别", []),
    ],
)
def test_two_matters_to_be_done_together_are_both_heard(text: str, both: list[str]) -> None:
    assert [one.text for one in together(heard(text, "find_item"))] == both


def test_every_department_is_found_by_a_matter_of_the_citys_own_office() -> None:
    items = [one for path in CITY.glob("*.yml") for one in yaml.safe_load(path.read_text(encoding="utf-8"))]
    for name, matter in OFFICES.values():
        offices = {one["dept_name"] for one in items if matter[:2] in one["task_name"] + "".join(one["aliases"])}
        assert any(name in one and one.startswith("云江市") for one in offices), (name, matter)


def test_a_department_is_told_from_its_matters() -> None:
    assert all(map(is_office, ("交警", "交警大队", "车管所", "民政局", "社保局", "出入境管理局", "公积金中心")))
    assert not any(map(is_office, ("社保", "公积金", "身份证", "气象局", "局")))
