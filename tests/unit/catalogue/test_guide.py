"""A guide tells each fact in plain Chinese, and says what is missing instead of inventing it."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue.guide import make_guide, plain
from services.catalogue.types import Aspect
from tests.unit.catalogue.items import item


def told(aspect: Aspect, **fields: Any) -> str:
    """The text of one aspect of an item with these fields."""
    (section,) = [one for one in make_guide(item(**fields)).sections if one.aspect == aspect]
    assert section.missing == (section.text == "")
    return section.text


def test_every_aspect_has_its_section_once() -> None:
    assert [section.aspect for section in make_guide(item()).sections] == list(get_args(Aspect))


def test_what_the_source_does_not_say_is_missing_and_empty() -> None:
    missing = {section.aspect for section in make_guide(item()).sections if section.missing}
    assert missing == set(get_args(Aspect)) - {"department"}


def test_the_department_is_the_source_where_none_is_named() -> None:
    assert make_guide(item()).source == "云江市公安局"
    assert make_guide(item(source="云江市示例数据")).source == "云江市示例数据"


def test_materials_are_numbered_in_their_order() -> None:
    materials = [
        {"material_name": "照片", "is_need": False, "order_num": 2},
        {
            "material_name": "居民身份证",
            "material_type": "原件",
            "material_format": "纸质",
            "page_num": 1,
            "is_need": True,
            "fill_explain": "在有效期内",
            "order_num": 1,
        },
    ]
    assert (
        told("materials", material=materials) == "1. 居民身份证（原件，纸质，1份）：在有效期内\n2. 照片（按情况提供）"
    )


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"promise_day": 7, "promise_type": "工作日", "anticipate_day": 30, "anticipate_type": "工作日"},
            "承诺7个工作日内办结；法定时限30个工作日。",
        ),
        ({"promise_day": 30, "promise_type": "分钟"}, "承诺30分钟内办结。"),
        ({"promise_day": 0, "promise_type": "工作日"}, "当场办结。"),
        ({"anticipate_day": 2, "anticipate_type": "月"}, "法定时限2个月。"),
        ({"project_type": "即办件"}, "属于即办件。"),
    ],
)
def test_times_are_sentences(fields: dict[str, Any], text: str) -> None:
    assert told("time_limit", **fields) == text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"is_fee": False}, "不收费。"),
        ({"is_fee": False, "fee_project": [{"fee_name": "工本费", "fee_stand": "20元"}]}, "不收费。"),
        ({"is_fee": True}, "需要缴费，具体标准请咨询办理单位。"),
        (
            {
                "is_fee": True,
                "fee_project": [{"fee_name": "工本费", "fee_stand": "20元/证", "is_desc": True}],
                "fee_basis": "价费字〔2026〕1号",
            },
            "工本费：20元/证（符合条件可减免）\n收费依据：价费字〔2026〕1号",
        ),
        (
            {"fee_project": [{"fee_name": "工本费", "fee_stand": "20元", "is_desc": "低保户免交"}]},
            "工本费：20元（低保户免交）",
        ),
    ],
)
def test_fees_are_told_as_the_source_has_them(fields: dict[str, Any], text: str) -> None:
    assert told("fee", **fields) == text


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("办理地点：云江大道1号", "云江大道1号"),
        ("办公地址: 云江大道1号\n二楼", "云江大道1号\n二楼"),
        ("无线下办理窗口", "没有线下办理窗口。"),
        ("<p>云江大道1号&nbsp;&nbsp;二楼</p>", "云江大道1号 二楼"),
    ],
)
def test_addresses_lose_their_labels(address: str, text: str) -> None:
    assert told("place", transact_addr=address) == text


def test_trips_and_online_and_courier_and_appointment() -> None:
    assert told("trips", limit_scene_num=0) == "不用跑现场（到现场0次）。"
    assert told("trips", limit_scene_num=2) == "最多到现场2次。"
    online = told(
        "online", is_online=True, online_handle_url="https://zwfw.example/a", online_platform="云江政务服务网"
    )
    assert online == "可以网上办理。\n网上办理入口：https://zwfw.example/a\n办理平台：云江政务服务网"
    assert told("online", is_online=False, handle_type="窗口办理") == "暂不支持网上办理。\n办理形式：窗口办理"
    assert told("courier", is_express=False) == "不支持快递送达。"
    assert told("appointment", is_schedule=True, schedule_url="https://zwfw.example/b") == (
        "可以预约办理。\n预约入口：https://zwfw.example/b"
    )
    assert told("audience", server_type=["自然人", "企业法人"]) == "自然人、企业法人"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("一、<b>年满</b>十六周岁<br/>二、有住所", "一、年满十六周岁\n二、有住所"),
        ("<table><tr><td>甲</td><td>乙</td></tr></table>", "甲 乙"),
        ("依据<某某办法>第5条", "依据<某某办法>第5条"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
        ("甲\r\n\r\n\r\n  乙\u3000丙", "甲\n乙 丙"),
        ("<script>alert(1)</script>好", "好"),
        ("", ""),
    ],
)
def test_markup_goes_and_words_stay(raw: str, text: str) -> None:
    assert plain(raw) == text


@given(st.text(max_size=80))
def test_no_text_breaks_a_guide(text: str) -> None:
    guide = make_guide(item(accept_condition=text, transact_addr=text, material=[{"material_name": "x" + text}]))
    assert len(guide.sections) == len(get_args(Aspect))


def test_long_texts_are_kept_whole() -> None:
    assert told("conditions", accept_condition="条" * 5_000) == "条" * 5_000
