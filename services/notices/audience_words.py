"""Which rule did staff type? `主题=医保,社保` and the like; pure, and what cannot be read is refused with the way to
write it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from services.notices import audience_texts
from services.notices.audience import AudienceRules, Names, Rule
from services.notices.errors import BadNotice

KINDS: Mapping[str, str] = {
    "主题": "topic",
    "地区": "district",
    "活跃": "active",
    "办件": "case",
    "预约": "appointment",
    "标签": "tag",
    "名单": "list",
} | {kind: kind for kind in ("topic", "district", "active", "case", "appointment", "tag", "list")}
#: Words before a colon -> the rule's field.
CASE_FIELDS = {"事项": "task_codes", "状态": "states"}
APPOINTMENT_FIELDS = {"业务": "service_codes", "大厅": "hall_codes", "从": "first", "到": "last"}


def read_rules(include: Sequence[str], exclude: Sequence[str], *, match_all: bool, names: Names) -> AudienceRules:
    """The rules as typed; raises BadNotice."""
    return AudienceRules(
        match="all" if match_all else "any",
        include=[read_rule(text, names) for text in include],
        exclude=[read_rule(text, names) for text in exclude],
    )


def read_rule(text: str, names: Names) -> Rule:
    """One rule; names and codes are both understood. Raises BadNotice."""
    word, _, rest = text.replace("＝", "=").replace("：", ":").replace("，", ",").replace("、", ",").partition("=")
    kind, parts = KINDS.get(word.strip()), [part.strip() for part in rest.split(",") if part.strip()]
    try:
        given = {"kind": kind, **_fields(kind, parts, names)}
        rule: Rule = msgspec.convert(given, Rule)
    except (ValueError, KeyError, msgspec.ValidationError) as error:
        raise BadNotice(audience_texts.bad_rule(text)) from error
    return rule


def _fields(kind: str | None, parts: Sequence[str], names: Names) -> dict[str, Any]:
    coded = {"topic": names.topics, "district": names.districts, "tag": names.tags}
    if kind in coded:
        return {"codes": _codes(parts, coded[kind])}
    if kind == "active":
        (day,) = parts
        return {"since": dt.date.fromisoformat(day)}
    if kind == "case":
        return _named(parts, CASE_FIELDS, {"task_codes": names.tasks, "states": names.case_states})
    if kind == "appointment":
        return _named(parts, APPOINTMENT_FIELDS, {"service_codes": names.services, "hall_codes": names.halls})
    if kind == "list" and not parts:
        return {}
    raise ValueError(kind)


def _named(parts: Sequence[str], fields: Mapping[str, str], known: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """`业务:户籍业务,大厅:SZX,从:2026-12-01`: each part names its field; the same one may come again."""
    found: dict[str, Any] = {}
    for part in parts:
        word, _, value = part.partition(":")
        field = fields[word.strip()]
        if field in ("first", "last"):
            found[field] = dt.date.fromisoformat(value.strip())
        else:
            found.setdefault(field, []).extend(_codes([value.strip()], known.get(field, {})))
    return found


def _codes(parts: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Codes of what is named by its name, all where several are called so; anything else is taken for a code."""
    found: list[str] = []
    for part in parts:
        found += [code for code, name in names.items() if name == part] or [part]
    return found
