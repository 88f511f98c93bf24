"""A row of the national platform's dump becomes an item, with nothing useful lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalogue import dump
from services.catalogue.incoming import ITEMS
from services.catalogue.types import Item
from services.importing.delivery import read_delivery
from services.importing.report import Report
from services.importing.values import cleaned

#: Shaped like the dump; the place and its office are made up.
ROW: dict[str, Any] = {
    "TASK_CODE": "11990000000000001A2990101001000",
    "ORGCODE": "000000001",
    "TASK_TYPE_TEXT": "行政许可",
    "LIMIT_SCENE_NUM": "1",
    "TASK_STATE": None,
    "CATANAME": "养蜂许可",
    "DEPT_NAME": "云江市农业农村局 ",
    "AREA_CODE_TEXT": "云江省云江市",
    "parentCatalogId": "99010100100Y",
    "TASK_TYPE": "01",
    "TASK_NAME": "养蜂许可(新申请)",
    "subTaskName": "新申请",
    "parentCatalogName": "养蜂许可",
    "CATAID": "990101001000",
    "URL": "https://zwfw.example/bees",
    "TASK_TAG": None,
    "AREACODE": "990000",
    "subCatalogName": "养蜂许可",
    "ONLINECHECK": "1",
    "matter_name": "养蜂许可",
    "matter_short": "养蜂证",
    "matter_daily": "养蜂,蜂场,新申请",
    "matter_code": "无",
    "matter_level": "市级",
    "visit_number": "1",
    "co_department": "无",
    "handle_location": "办理地点：云江大道1号",
    "handle_time": "30(工作日)",
    "handle_time_limit": "5（自然日）",
    "matter_type": "行政许可",
    "accept_standard": "有蜂箱。",
    "consult_phone": "0100-88001234",
    "courier_service": "不支持",
    "bear_paltform": "云江政务服务网",
    "complain_phone": "12345",
    "online_book": "是",
    "online_book_addr": "无",
    "district": "市级",
    "theme_category": ["农林牧渔"],
    "service_object_name": ["自然人", "企业法人"],
    "material_intro": ["申请表", "蜂箱照片"],
}


def delivered(tmp_path: Path, *rows: Any) -> tuple[list[Item], Report]:
    path = tmp_path / "dump.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = Report()
    return [entry.value for entry in read_delivery(ITEMS, [path], report).entries], report


def test_every_field_finds_its_place(tmp_path: Path) -> None:
    (item,), report = delivered(tmp_path, ROW)
    assert report.bad == []
    assert report.ignored_fields == {}
    assert item.task_code == "11990000000000001A2990101001000"
    assert (item.task_name, item.sub_catalog_name, item.task_handle_item) == ("养蜂许可(新申请)", "养蜂许可", "新申请")
    assert (item.catalog_code, item.parent_catalog_code, item.catalog_name) == (
        "990101001000",
        "99010100100Y",
        "养蜂许可",
    )
    assert (item.dept_name, item.dept_code) == ("云江市农业农村局", "000000001")
    assert (item.area_code, item.district, item.use_level) == ("990000", "云江市", "市级")
    assert (item.task_type, item.task_state) == ("01", "1")
    assert item.aliases == ["养蜂证", "养蜂蜂场新申请"]
    assert (item.anticipate_day, item.anticipate_type) == (30, "工作日")
    assert (item.promise_day, item.promise_type) == (5, "自然日")
    assert (item.limit_scene_num, item.is_online, item.is_schedule, item.is_express) == (1, True, True, False)
    assert (item.online_handle_url, item.online_platform, item.schedule_url) == (
        "https://zwfw.example/bees", "云江政务服务网", "",
    )  # fmt: skip
    assert (item.link_way, item.supervise_way) == ("0100-88001234", "12345")
    assert item.transact_addr == "办理地点：云江大道1号"
    assert item.accept_condition == "有蜂箱。"
    assert item.server_type == ["自然人", "企业法人"]
    assert (item.user_topic_type, item.corp_topic_type) == (["农林牧渔"], ["农林牧渔"])
    assert [material.material_name for material in item.material] == ["申请表", "蜂箱照片"]


def test_every_field_of_the_dump_is_known() -> None:
    assert set(ROW) == dump.KNOWN


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("handle_time", "很快", "handle_time"),
        ("handle_time_limit", "5(世纪)", "handle_time_limit"),
        ("LIMIT_SCENE_NUM", "两次", "LIMIT_SCENE_NUM"),
        ("courier_service", "也许", "courier_service"),
        ("material_intro", {"a": 1}, "material_intro"),
        ("TASK_NAME", None, "TASK_NAME"),
        ("TASK_NAME", "长" * 201, "TASK_NAME"),
        ("AREACODE", "云江", "AREACODE"),
        ("consult_phone", 12345, "consult_phone"),
        ("service_object_name", ["自然人", 3], "service_object_name[1]"),
        ("matter_short", ["养蜂"], "matter_short"),
    ],
)
def test_a_bad_field_is_named_as_the_dump_names_it(tmp_path: Path, field: str, value: object, named: str) -> None:
    items, report = delivered(tmp_path, {**ROW, field: value})
    assert items == []
    assert [(bad.place, bad.field) for bad in report.bad] == [("dump.jsonl:1", named)]


@pytest.mark.parametrize(
    ("lists", "aliases"),
    [
        (("无", "无"), []),
        (("地图审定", "地图审定"), ["地图审定"]),
        (("无", "注销律师证,律师证注销"), ["注销律师证", "律师证注销"]),
        (("无", "专职 律师 执业"), ["专职律师执业"]),
        (("台站延续", "无线电,台站,延续"), ["台站延续", "无线电台站延续"]),
        (("“户口页，借出”", "无"), ["户口页借出"]),
    ],
)
def test_alias_lists_are_taken_apart_with_sense(tmp_path: Path, lists: tuple[str, str], aliases: list[str]) -> None:
    (item,), _ = delivered(tmp_path, {**ROW, "matter_short": lists[0], "matter_daily": lists[1]})
    assert item.aliases == aliases


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("广东省", "广东省"),
        ("广东省广州市", "广州市"),
        ("广东省广州市天河区", "天河区"),
        ("内蒙古自治区阿拉善盟额济纳旗", "阿拉善盟额济纳旗"),
        ("开发区", "开发区"),
    ],
)
def test_the_district_is_the_last_part_of_the_area(tmp_path: Path, text: str, district: str) -> None:
    (item,), _ = delivered(tmp_path, {**ROW, "AREA_CODE_TEXT": text})
    assert item.district == district


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


@given(st.one_of(JSON, st.fixed_dictionaries({}, optional=dict.fromkeys(ROW, JSON))))
def test_no_row_breaks_the_importer(tmp_path_factory: pytest.TempPathFactory, row: object) -> None:
    items, report = delivered(tmp_path_factory.getbasetemp(), row)
    assert len(items) + len(report.bad) == 1


@given(st.sampled_from(sorted(ROW)), JSON)
def test_no_single_bad_field_breaks_the_importer(
    tmp_path_factory: pytest.TempPathFactory, field: str, value: object
) -> None:
    items, report = delivered(tmp_path_factory.getbasetemp(), {**ROW, field: value})
    assert len(items) + len(report.bad) == 1


def test_cleaning_keeps_what_the_dump_says() -> None:
    assert cleaned({"a": "无", "b": ["无", "自然人"]}) == {"b": ["自然人"]}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("养蜂许可(（一般变更）)", "养蜂许可（一般变更）"),
        ("养蜂许可(新申请)", "养蜂许可(新申请)"),
        ("养蜂许可((延期)）", "养蜂许可（延期）"),
    ],
)
def test_a_name_with_brackets_in_brackets_is_shown_with_one_pair(tmp_path: Path, name: str, shown: str) -> None:
    items, _ = delivered(tmp_path, ROW | {"TASK_NAME": name})

    assert items[0].task_name == shown
