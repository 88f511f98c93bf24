"""Does the example city hang together: are its ids unique and does everything that is named exist?"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from stdnum.cn import ric

CITY = Path(__file__).resolve().parents[3] / "data" / "city"
AREAS = {
    "990000": "云江市",
    "990101": "江北区",
    "990102": "江南区",
    "990103": "云湖区",
    "990104": "东山区",
    "990105": "高新区",
}
TASK_TYPES = {"01", "05", "07", "08", "09", "20", "21"}
DAY_TYPES = {"工作日", "自然日", "小时", "分钟", "月"}
STATES = {
    "received",
    "accepted",
    "reviewing",
    "correction_needed",
    "suspended",
    "approved",
    "finished",
    "rejected",
    "withdrawn",
}
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
PHONE = re.compile(r"0100-88\d{6}")
ANY_PHONE = re.compile(r"(?<!\d)0\d{2,3}-\d{5,}|(?<!\d)1\d{10}(?!\d)")
OPENING = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d")
ITEM_TOPICS = [
    "hukou",
    "exit_entry",
    "social_security",
    "medical_insurance",
    "housing_fund",
    "real_estate",
    "marriage_birth",
    "education",
    "vehicle",
    "business",
    "others",
]
FAQ_TOPICS = [
    "hukou",
    "social_security",
    "medical_insurance",
    "housing_fund",
    "exit_entry",
    "real_estate",
    "marriage",
    "education",
    "vehicle",
    "business",
    "general",
]

Row = dict[str, Any]


def _rows(name: str) -> list[Row]:
    rows = yaml.safe_load((CITY / name).read_text(encoding="utf-8"))
    assert isinstance(rows, list), name
    return rows


def _all(folder: str) -> list[Row]:
    return [row for path in sorted((CITY / folder).glob("*.yml")) for row in _rows(f"{folder}/{path.name}")]


@pytest.fixture(scope="module")
def items() -> list[Row]:
    return _all("items")


@pytest.fixture(scope="module")
def entries() -> list[Row]:
    return _all("faq")


@pytest.fixture(scope="module")
def halls() -> list[Row]:
    return _rows("halls.yml")


@pytest.fixture(scope="module")
def cases() -> list[Row]:
    return _rows("cases.yml")


def _twice(values: list[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _bare(wording: str) -> str:
    return re.sub(r"[\s，。？！、,.?!]", "", wording)


def test_the_city_is_as_large_as_promised(items, entries, halls, cases):
    assert len(items) >= 66
    assert len(halls) == 6
    assert len(entries) >= 160
    assert len(cases) == 30
    assert sum("situations" in item for item in items) >= 12


@pytest.mark.parametrize("topic", ITEM_TOPICS)
def test_every_topic_has_items(topic):
    assert len(_rows(f"items/{topic}.yml")) >= 5


@pytest.mark.parametrize("topic", FAQ_TOPICS)
def test_every_topic_has_questions(topic):
    rows = _rows(f"faq/{topic}.yml")
    assert len(rows) >= 10
    assert all(topic in row["topics"] for row in rows)


def test_no_file_is_too_long_to_read():
    too_long = [path.name for path in CITY.rglob("*.yml") if path.read_text(encoding="utf-8").count("\n") >= 2500]
    assert too_long == []


def test_ids_are_unique(items, entries, halls, cases):
    assert _twice([item["task_code"] for item in items]) == []
    assert _twice([entry["id"] for entry in entries]) == []
    assert _twice([hall["hall_code"] for hall in halls]) == []
    assert _twice([case["project_no"] for case in cases]) == []
    assert _twice([f"{item['task_name']} {item['area_code']}" for item in items]) == []


def test_task_codes_have_the_national_shape(items):
    odd = [item["task_code"] for item in items if not re.fullmatch(r"11990000\d{9}K[23]\d{12}", item["task_code"])]
    assert odd == []
    assert all(item["task_code"].endswith(item["catalog_code"]) for item in items)


def test_items_say_which_district_they_belong_to(items):
    for item in items:
        assert AREAS[item["area_code"]] == item["district"], item["task_name"]


def test_some_services_exist_in_several_districts_with_facts_of_their_own(items):
    by_name: dict[str, list[Row]] = {}
    for item in items:
        by_name.setdefault(item["task_name"], []).append(item)
    shared = {name: rows for name, rows in by_name.items() if len(rows) > 1}
    assert "居住证申领" in shared
    for name, rows in shared.items():
        assert len({row["transact_addr"] for row in rows}) == len(rows), name
        assert len({row["link_way"] for row in rows}) == len(rows), name


def test_coded_fields_hold_known_codes(items):
    for item in items:
        assert item["task_type"] in TASK_TYPES, item["task_name"]
        assert item["project_type"] in {"即办件", "承诺件"}, item["task_name"]
        for kind in ("anticipate", "promise"):
            day = item.get(f"{kind}_day")
            assert (day is None) == (item.get(f"{kind}_type") is None), item["task_name"]
            assert day is None or (day > 0 and item[f"{kind}_type"] in DAY_TYPES), item["task_name"]


def test_a_fee_is_listed_exactly_where_one_is_taken(items):
    for item in items:
        assert bool(item.get("fee_project")) == bool(item.get("is_fee")), item["task_name"]
    assert any("is_fee" not in item for item in items), "some items must lack the fee so that 'missing' is exercised"


def test_what_is_done_online_has_a_fictional_address(items):
    for item in items:
        address = item.get("online_handle_url", "")
        assert address.startswith("https://zwfw.example/") == bool(item.get("is_online")), item["task_name"]


def test_halls_of_an_item_exist_and_offer_its_service(items, halls):
    offered = {hall["hall_code"]: {service["service_code"] for service in hall["services"]} for hall in halls}
    for item in items:
        for code in item["hall_codes"]:
            assert code in offered, item["task_name"]
            assert item["service_code"] in offered[code], (item["task_name"], code)
        assert item["is_schedule"] == bool(item["hall_codes"]), item["task_name"]


def test_the_place_of_an_item_agrees_with_its_hall(items, halls):
    known = {hall["address"]: hall for hall in halls}
    for item in items:
        address = item["transact_addr"].split(" ")[0]
        if item["hall_codes"]:
            assert address in known, item["task_name"]
            assert known[address]["hall_code"] in item["hall_codes"], item["task_name"]
            assert known[address]["name"] in item["transact_addr"], item["task_name"]


def test_materials_are_numbered_and_named_once(items):
    for item in items:
        names = [material["material_name"] for material in item["material"]]
        assert names, item["task_name"]
        assert _twice(names) == [], item["task_name"]
        assert [m["order_num"] for m in item["material"]] == list(range(1, len(names) + 1)), item["task_name"]


def _situation_faults(item: Row) -> list[str]:
    need = {material["material_name"]: material["is_need"] for material in item["material"]}
    faults = []
    for situation in item["situations"]:
        if len(situation["options"]) < 2 or _twice([option["id"] for option in situation["options"]]):
            faults.append(f"{item['task_name']}/{situation['id']}: options")
        for option in situation["options"]:
            where = f"{item['task_name']}/{situation['id']}/{option['id']}"
            faults += [f"{where} adds {name}" for name in option["adds_material"] if need.get(name) is not False]
            faults += [f"{where} removes {name}" for name in option["removes_material"] if name not in need]
    return faults


def test_situations_add_only_conditional_materials_and_remove_only_existing_ones(items):
    with_situations = [item for item in items if "situations" in item]
    assert [fault for item in with_situations for fault in _situation_faults(item)] == []
    for item in with_situations:
        assert _twice([situation["id"] for situation in item["situations"]]) == [], item["task_name"]


def test_everything_is_marked_as_the_example_citys(items, entries):
    assert {item["source"] for item in items} == {"云江市示例数据"}
    assert all(entry["source"] and entry["source_url"] == "" for entry in entries)


def test_every_phone_number_is_a_fictional_one(items):
    for item in items:
        assert PHONE.fullmatch(item["link_way"]), item["task_name"]
    for path in CITY.rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert [found for found in ANY_PHONE.findall(text) if not PHONE.fullmatch(found)] == [], path.name


def test_no_wording_is_given_to_two_entries_or_twice(entries):
    wordings = [_bare(wording) for entry in entries for wording in (entry["question"], *entry["similar"])]
    assert _twice(wordings) == []


def test_entries_are_complete_and_point_at_items_that_exist(entries, items):
    codes = {item["task_code"] for item in items}
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry["id"])
        assert 3 <= len(entry["similar"]) <= 6, entry["id"]
        assert 2 <= len(re.findall(r"[。！？]", entry["answer"])) <= 6, entry["id"]
        assert entry["department"], entry["id"]
        assert entry.get("task_code") is None or entry["task_code"] in codes, entry["id"]


def test_three_entries_have_expired_and_some_never_expire(entries):
    until = [date.fromisoformat(entry["valid_until"]) for entry in entries if entry["valid_until"]]
    assert sum(day < date(2026, 11, 1) for day in until) == 3
    assert len(until) < len(entries)


def test_halls_open_on_weekdays_and_serve_somebody_in_every_slot(halls):
    for hall in halls:
        assert AREAS[hall["area_code"]] == hall["district"]
        assert PHONE.fullmatch(hall["phone"])
        assert list(hall["opening"]) == WEEK
        assert all(hall["opening"][day] for day in WEEK[:5])
        for span in (span for day in WEEK for span in hall["opening"][day]):
            assert OPENING.fullmatch(span), span
            assert span[:5] < span[6:], span
        assert all(1 <= service["capacity"] <= 10 for service in hall["services"])
        assert all(service["slot_minutes"] in {15, 30, 60} for service in hall["services"])


def test_a_service_has_one_name_and_no_hall_offers_all_of_them(halls):
    names = {(service["service_code"], service["name"]) for hall in halls for service in hall["services"]}
    assert len(names) == len({code for code, _ in names}) == 10
    assert all(len(hall["services"]) < 10 for hall in halls)


def test_holidays_name_each_day_once_and_make_working_days_only_of_weekends():
    holidays = _rows("holidays.yml")
    days = [row["date"] for row in holidays]
    assert days == sorted(set(days))
    assert {row["closed"] for row in holidays} == {True, False}
    assert all(date.fromisoformat(row["date"]).weekday() >= 5 for row in holidays if not row["closed"])
    assert {"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"} <= {row["name"] for row in holidays}


def test_applicants_ids_are_fictional_with_a_correct_check_digit(cases):
    for case in cases:
        number = case["id_number"]
        assert re.fullmatch(r"990101\d{11}[\dX]", number)
        assert ric.calc_check_digit(number[:-1]) == number[-1], case["project_no"]
        assert date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}") < date(2026, 1, 1)


def test_cases_name_items_that_exist_and_numbers_that_tell_their_day(cases, items):
    by_code = {item["task_code"]: item for item in items}
    for case in cases:
        item = by_code[case["task_code"]]
        assert (case["task_name"], case["org_name"]) == (item["task_name"], item["dept_name"]), case["project_no"]
        assert re.fullmatch(r"YJ\d{14}", case["project_no"])
        assert case["project_no"][2:10] == case["apply_date"].replace("-", "")
        assert re.fullmatch(r"\d{6}", case["query_code"])


def test_cases_show_every_state_and_move_forward_in_time(cases):
    assert {case["state"] for case in cases} == STATES
    for case in cases:
        moments = [step[key] for step in case["steps"] for key in ("started_at", "ended_at") if step[key]]
        assert moments == sorted(moments), case["project_no"]
        times = [datetime.fromisoformat(moment) for moment in moments]
        assert all(time.tzinfo is not None for time in times)
        assert times[0].date().isoformat() == case["apply_date"]
        decided = case["state"] in {"approved", "finished", "rejected", "withdrawn"}
        assert (case["result"] is not None) == decided, case["project_no"]
        still_open = case["steps"][-1]["ended_at"] is None
        assert still_open == (case["state"] not in {"accepted", "finished", "rejected", "withdrawn"}), case[
            "project_no"
        ]


def test_every_district_of_the_halls_can_be_followed_and_no_other(halls):
    districts = {row["code"]: row["name"] for row in _rows("subjects.yml") if row["kind"] == "district"}
    assert districts == {code: name for code, name in AREAS.items() if code != "990000"}
    assert {hall["area_code"]: hall["district"] for hall in halls} == AREAS


def test_a_word_names_one_subject_only():
    words = [word for row in _rows("subjects.yml") for word in (row["name"], *row["aliases"])]
    assert _twice(words) == []
