"""How are the rules of an audience told to staff? In words, and refused in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from services.notices.audience import (
    ActiveRule,
    AppointmentRule,
    AudienceRules,
    CaseRule,
    DistrictRule,
    Names,
    Rule,
    TagRule,
    TopicRule,
)

EVERY_FOLLOWER = "全部关注者"
OWN_LIST = "名单上的人"


def lines(rules: AudienceRules, names: Names, *, listed: bool) -> Iterator[str]:
    """Who gets it and who does not, line by line; `listed`: the notice has a list of its own."""
    base = OWN_LIST if listed and not rules.names_list else EVERY_FOLLOWER
    if not rules.include:
        yield f"发给：{base}"
    else:
        among = f"{base}中" if base == OWN_LIST else ""
        joined = {"any": "，或者", "all": "，并且"}[rules.match]
        yield f"发给：{among}{joined.join(rule_words(rule, names) for rule in rules.include)}"
    if rules.exclude:
        yield f"不发给：{'；'.join(rule_words(rule, names) for rule in rules.exclude)}"


def rule_words(rule: Rule, names: Names) -> str:
    """One rule, such as 订阅了医保或社保的人."""
    if isinstance(rule, TopicRule | DistrictRule):
        return f"订阅了{_named(rule.codes, {**names.topics, **names.districts})}的人"
    if isinstance(rule, TagRule):
        return f"有标签{_named(rule.codes, names.tags)}的人"
    if isinstance(rule, ActiveRule):
        return f"{_day(rule.since)}以来给公众号发过消息的人"
    if isinstance(rule, CaseRule):
        return _case_words(rule, names)
    if isinstance(rule, AppointmentRule):
        return _appointment_words(rule, names)
    return OWN_LIST


def _case_words(rule: CaseRule, names: Names) -> str:
    what = "事项" if all(code in names.tasks for code in rule.task_codes) else "事项编码"
    task = f"{what}为{_named(rule.task_codes, names.tasks)}、" if rule.task_codes else ""
    state = f"状态为{_named(rule.states, names.case_states)}、" if rule.states else ""
    return f"订阅了{(task + state).rstrip('、')}{'的' if task or state else ''}办件进展的人"


def _appointment_words(rule: AppointmentRule, names: Names) -> str:
    days = ""
    if rule.first and rule.last:
        days = f"{_day(rule.first)}" if rule.first == rule.last else f"{_day(rule.first)}至{_day(rule.last)}"
    elif rule.first or rule.last:
        days = f"{_day(rule.first)}起" if rule.first else f"{_day(rule.last)}以前" if rule.last else ""
    hall = f"到{_named(rule.hall_codes, names.halls)}" if rule.hall_codes else ""
    service = f"办{_named(rule.service_codes, names.services)}" if rule.service_codes else ""
    what = f"{days}{hall}{service}"
    return f"预约了{what}的人" if what else "有预约的人"


def _named(codes: Sequence[str], names: Mapping[str, str]) -> str:
    return "或".join(dict.fromkeys(names.get(code, code) for code in codes))


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def unknown(kind: str, code: str) -> str:
    return f"没有“{code}”这个{kind}，请从已有的里面选。"


def no_list() -> str:
    return "收件范围里用到了名单，但没有给出名单。"


def days_reversed() -> str:
    return "预约日期的结束早于开始，请检查。"


def bad_rule(text: str) -> str:
    return (
        f"看不懂“{text}”。写法：主题=医保,社保；地区=江北区；标签=企业；活跃=2026-11-01；办件=状态:已受理；"
        "预约=业务:户籍业务,大厅:SZX,从:2026-12-01,到:2026-12-31；名单。"
    )


def counted(audience: int, left: int, followers: int) -> str:
    """How many would get it now."""
    kept = f"，另有 {left} 人退订了全部通知，不会收到" if left else ""
    return f"现在符合的有 {audience} 人（关注者共 {followers} 人）{kept}"
