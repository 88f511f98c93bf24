"""How does a row of the national platform's dump become our item? One table of names, and readers for its habits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from services.importing.values import BadRowError

#: 30(工作日), 5（自然日）, 15个工作日, 3工作日.
_TIME = re.compile(r"^(\d{1,5})\s*个?\s*[（(]?\s*(工作日|自然日|小时|分钟|月|日|天)\s*[）)]?$")
_DISTRICT_PART = re.compile(r".+?(?:自治区|特别行政区|自治州|自治县|地区|省|市|区|县|旗)")
_ALIAS_MARKS = re.compile(r"[,，、;；/.]+")
#: A shorter piece of an alias list is a keyword: 无线电,台站,新申请 is one name in pieces, not three.
_SHORTEST_ALIAS = 3
_PERSON = "自然人"

#: Dump name -> our name, where the value is taken as it is.
PLAIN: Mapping[str, str] = {
    "TASK_CODE": "task_code",
    "TASK_NAME": "task_name",
    "DEPT_NAME": "dept_name",
    "ORGCODE": "dept_code",
    "AREACODE": "area_code",
    "CATAID": "catalog_code",
    "CATANAME": "catalog_name",
    "subCatalogName": "sub_catalog_name",
    "parentCatalogId": "parent_catalog_code",
    "subTaskName": "task_handle_item",
    "matter_code": "local_code",
    "TASK_TYPE": "task_type",
    "TASK_STATE": "task_state",
    "TASK_TAG": "task_tag",
    "co_department": "co_department",
    "matter_level": "use_level",
    "accept_standard": "accept_condition",
    "URL": "online_handle_url",
    "bear_paltform": "online_platform",
    "online_book_addr": "schedule_url",
    "handle_location": "transact_addr",
    "consult_phone": "link_way",
    "complain_phone": "supervise_way",
    "service_object_name": "server_type",
}
#: 变更许可(（一般变更）): the part of a name in its own brackets, put into brackets once more.
_DOUBLE_BRACKETS = re.compile(r"[(（]\s*[(（]([^()（）]*)[)）]\s*[)）]")
#: Says what another field of the same row says.
_TWINS: Mapping[str, str] = {
    "parentCatalogName": "CATANAME",
    "matter_name": "subCatalogName",
    "matter_type": "TASK_TYPE_TEXT",
    "visit_number": "LIMIT_SCENE_NUM",
    "district": "matter_level",
}
#: Read by hand below.
_READ = frozenset({
    "TASK_TYPE_TEXT", "LIMIT_SCENE_NUM", "AREA_CODE_TEXT", "ONLINECHECK", "online_book", "courier_service",
    "handle_time", "handle_time_limit", "matter_short", "matter_daily", "theme_category", "material_intro",
})  # fmt: skip
KNOWN = frozenset({*PLAIN, *_TWINS, *_READ})

_TASK_TYPES: Mapping[str, str] = {
    "行政许可": "01", "行政给付": "05", "行政确认": "07", "行政奖励": "08",
    "行政裁决": "09", "其他行政权力": "20", "公共服务": "21",
}  # fmt: skip
_YES_NO: Mapping[str, bool] = {"是": True, "1": True, "支持": True, "否": False, "0": False, "不支持": False}

#: Our name -> dump name, to name a bad field as its source does.
DUMP_NAMES: Mapping[str, str] = {
    **{ours: theirs for theirs, ours in PLAIN.items()},
    "limit_scene_num": "LIMIT_SCENE_NUM",
    "district": "AREA_CODE_TEXT",
    "aliases": "matter_daily",
    "material": "material_intro",
    "user_topic_type": "theme_category",
    "corp_topic_type": "theme_category",
    "anticipate_day": "handle_time",
    "promise_day": "handle_time_limit",
}


def is_dump(row: Mapping[str, Any]) -> bool:
    """Does the row use the dump's names?"""
    return "TASK_CODE" in row or "TASK_NAME" in row


def from_dump(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row, cleaned before, under our names; raises BadRowError naming the dump's field."""
    found: dict[str, Any] = {ours: row[theirs] for theirs, ours in PLAIN.items() if theirs in row}
    # A twin stands in where the field itself is missing; where both say something, they say the same.
    for twin, name in _TWINS.items():
        if name in PLAIN and name not in row and twin in row:
            found[PLAIN[name]] = row[twin]
    if "task_type" not in found and "TASK_TYPE_TEXT" in row:
        found["task_type"] = _TASK_TYPES.get(str(row["TASK_TYPE_TEXT"]), "")
    if isinstance(found.get("task_name"), str):
        found["task_name"] = _DOUBLE_BRACKETS.sub(r"（\1）", found["task_name"])
    readers: Mapping[str, Callable[[], Any]] = {
        "district": lambda: _district(_text(row, "AREA_CODE_TEXT")),
        "limit_scene_num": lambda: _number(row, "LIMIT_SCENE_NUM", "visit_number"),
        "is_online": lambda: _yes_no(row, "ONLINECHECK"),
        "is_schedule": lambda: _yes_no(row, "online_book"),
        "is_express": lambda: _yes_no(row, "courier_service"),
        "aliases": lambda: _aliases([_text(row, "matter_short"), _text(row, "matter_daily")], _text(row, "TASK_NAME")),
        "material": lambda: _materials(row),
    }
    found.update({name: value for name, read in readers.items() if (value := read()) is not None})
    found.update(_time(row, "handle_time", "anticipate"))
    found.update(_time(row, "handle_time_limit", "promise"))
    found.update(_themes(row))
    return found


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str):
        raise BadRowError(name, f"expected text, got {type(value).__name__}")
    return value


def _number(row: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = row.get(name)
        if value is None:
            continue
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
            return int(value)
        raise BadRowError(name, f"expected a number, got {value!r:.40}")
    return None


def _yes_no(row: Mapping[str, Any], name: str) -> bool | None:
    value = row.get(name)
    if value is None:
        return None
    if str(value) not in _YES_NO:
        raise BadRowError(name, f"expected 是 or 否, got {value!r:.40}")
    return _YES_NO[str(value)]


def _time(row: Mapping[str, Any], name: str, ours: str) -> dict[str, Any]:
    text = _text(row, name)
    if not text:
        return {}
    read = _TIME.match(text)
    if read is None:
        raise BadRowError(name, f"expected a number with 工作日, 自然日, 小时, 分钟 or 月, got {text!r:.40}")
    unit = "自然日" if read.group(2) in {"日", "天"} else read.group(2)
    return {f"{ours}_day": int(read.group(1)), f"{ours}_type": unit}


def _district(text: str) -> str:
    """The last part: 广州市 of 广东省广州市."""
    parts = _DISTRICT_PART.findall(text)
    return parts[-1] if parts else text


def _aliases(lists: list[str], name: str) -> list[str]:
    """The names in the dump's two lists, each once, without the item's own name."""
    found: dict[str, None] = {}
    for text in lists:
        pieces = ["".join(piece.split()).strip("“”\"'") for piece in _ALIAS_MARKS.split(text)]
        pieces = [piece for piece in pieces if piece]
        if any(len(piece) < _SHORTEST_ALIAS for piece in pieces):
            pieces = ["".join(pieces)]
        found.update(dict.fromkeys(piece[:200] for piece in pieces))
    found.pop(name, None)
    return list(found)


def _materials(row: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    value = row.get("material_intro")
    if value is None:
        return None
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadRowError("material_intro", "expected a list of names")
    return [{"material_name": name, "order_num": number} for number, name in enumerate(names, start=1)]


def _themes(row: Mapping[str, Any]) -> dict[str, Any]:
    """The dump has one list of themes; whom they are for is told by whom the item serves."""
    themes = row.get("theme_category")
    if themes is None:
        return {}
    audience = row.get("service_object_name")
    audience = audience if isinstance(audience, list) else []
    found = {}
    if not audience or _PERSON in audience:
        found["user_topic_type"] = themes
    if any(one != _PERSON for one in audience):
        found["corp_topic_type"] = themes
    return found
