"""What a citizen wants done is read from the question, and compared with what an item's name says it is for."""

from __future__ import annotations

import pytest

from services.catalogue.deeds import Wish


@pytest.mark.parametrize(
    ("question", "wanted", "other"),
    [
        ("从业资格证丢了", "从业资格证补发", "从业资格证核发"),
        ("资格证快到期了", "资格证延续", "资格证变更"),
        ("身份证快到期了怎么换", "居民身份证到期换领", "居民身份证补领"),
        ("公司搬家了，许可证上地址要改", "许可证变更", "许可证注销"),
        ("店不开了", "个体工商户注销登记", "个体工商户变更登记"),
        ("头一次注册", "初始注册", "变更注册"),
        ("传统戏剧想申报省级项目", "代表性项目评审", "代表性项目查询"),
        ("这个人的证是不是真的", "资格证查询", "资格证注销"),
        ("证办到哪一步了", "办证进度查询", "证件变更"),
        ("我们公司要签划缴协议", "划缴协议（企业）", "划缴协议（个人）"),
        ("我自己要签划缴协议", "划缴协议（个人）", "划缴协议（企业）"),
    ],
)
def test_the_item_that_does_what_is_wanted_fits_better(question: str, wanted: str, other: str) -> None:
    wish = Wish(question)
    assert wish.fit(wanted) > wish.fit(other)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("办这个要什么手续", "资质延续"),
        ("经济发展的事", "展览查询"),
        ("要审查多久", "信息查询"),
    ],
)
def test_a_word_that_only_looks_like_a_deed_is_none(question: str, name: str) -> None:
    assert Wish(question).fit(name) < 1


def test_where_nothing_is_wanted_a_plain_name_stays_as_it_is() -> None:
    assert Wish("户口").fit("户口登记") == 1
