"""Are rules read as staff write them, and told as staff would say them?"""

from __future__ import annotations

from datetime import date

import pytest

from services.notices.audience import (
    ActiveRule,
    AppointmentRule,
    AudienceRules,
    CaseRule,
    DistrictRule,
    ListRule,
    Names,
    Rule,
    TagRule,
    TopicRule,
)
from services.notices.audience_texts import lines
from services.notices.audience_words import read_rule
from services.notices.errors import BadNotice

NAMES = Names(
    topics={"yb": "医保", "sb": "社保"},
    districts={"990101": "江北区"},
    services={"HJ": "户籍业务"},
    halls={"JB": "江北大厅"},
    case_states={"2": "已受理"},
    tags={"101": "企业"},
    tasks={"JZ-1": "居住证", "JZ-2": "居住证"},
)
EVERYTHING: list[tuple[str, Rule, str]] = [
    ("主题=医保,社保", TopicRule(codes=["yb", "sb"]), "订阅了医保或社保的人"),
    ("topic＝yb，社保", TopicRule(codes=["yb", "sb"]), "订阅了医保或社保的人"),
    ("地区=江北区", DistrictRule(codes=["990101"]), "订阅了江北区的人"),
    ("活跃=2026-11-01", ActiveRule(since=date(2026, 11, 1)), "2026年11月1日以来给公众号发过消息的人"),
    ("办件", CaseRule(), "订阅了办件进展的人"),
    ("办件=状态:已受理", CaseRule(states=["2"]), "订阅了状态为已受理的办件进展的人"),
    (
        "办件=事项:YJ-1,状态：2",
        CaseRule(task_codes=["YJ-1"], states=["2"]),
        "订阅了事项编码为YJ-1、状态为已受理的办件进展的人",
    ),
    ("办件=事项:居住证", CaseRule(task_codes=["JZ-1", "JZ-2"]), "订阅了事项为居住证的办件进展的人"),
    ("预约", AppointmentRule(), "有预约的人"),
    (
        "预约=业务:户籍业务,大厅:江北大厅,从:2026-12-01,到:2026-12-01",
        AppointmentRule(service_codes=["HJ"], hall_codes=["JB"], first=date(2026, 12, 1), last=date(2026, 12, 1)),
        "预约了2026年12月1日到江北大厅办户籍业务的人",
    ),
    ("预约=到:2026-12-01", AppointmentRule(last=date(2026, 12, 1)), "预约了2026年12月1日以前的人"),
    ("标签=企业", TagRule(codes=["101"]), "有标签企业的人"),
    ("名单", ListRule(), "名单上的人"),
]


@pytest.mark.parametrize(("text", "rule", "words"), EVERYTHING)
def test_a_rule_is_read_as_it_is_written_and_told_in_words(text: str, rule: Rule, words: str) -> None:
    assert read_rule(text, NAMES) == rule
    assert list(lines(AudienceRules(include=[rule]), NAMES, listed=False)) == [f"发给：{words}"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "月亮",
        "主题",
        "主题=",
        "活跃=昨天",
        "活跃=",
        "办件=颜色:红",
        "预约=从:明天",
        "名单=张三",
        "地区江北区",
        "=医保",
    ],
)
def test_what_cannot_be_read_is_refused_with_the_way_to_write_it(text: str) -> None:
    with pytest.raises(BadNotice, match="写法"):
        read_rule(text, NAMES)


def test_rules_are_told_with_their_combination_their_list_and_their_exclusions() -> None:
    topic, district = TopicRule(codes=["yb"]), DistrictRule(codes=["990101"])
    both = AudienceRules(match="all", include=[topic, district], exclude=[CaseRule(), ListRule()])

    assert list(lines(AudienceRules(), NAMES, listed=False)) == ["发给：全部关注者"]
    assert list(lines(AudienceRules(), NAMES, listed=True)) == ["发给：名单上的人"]
    assert list(lines(AudienceRules(include=[topic]), NAMES, listed=True)) == ["发给：名单上的人中订阅了医保的人"]
    assert list(lines(both, NAMES, listed=True)) == [
        "发给：订阅了医保的人，并且订阅了江北区的人",
        "不发给：订阅了办件进展的人；名单上的人",
    ]
