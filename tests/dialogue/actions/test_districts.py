"""Is one item in several districts on the table, and is none of them chosen on purpose?"""

from __future__ import annotations

import pytest

from actions.answers import ItemHit
from actions.districts import any_district, elsewhere, same_item
from actions.options import Option, picked


def options(*titles: str) -> list[Option]:
    return [Option(kind="item", value=title, title=title) for title in titles]


DISTRICTS = options("居住证申领（江北区）", "居住证申领（云湖区）")
#: As the example city's catalogue finds them for 江南区居住证.
FOUND = [
    ItemHit(task_code="sign", task_name="居住证签注", district="云江市", score=0.8185),
    ItemHit(task_code="north", task_name="居住证申领", district="江北区", score=0.8),
    ItemHit(task_code="lake", task_name="居住证申领", district="云湖区", score=0.8),
]


def test_one_item_in_several_districts_is_known_by_its_titles() -> None:
    assert same_item(DISTRICTS) == ("居住证申领", "江北区")
    assert same_item(options("居住证申领（江北区）", "居住证签注")) is None
    assert same_item(options("居住证申领（江北区）", "结婚登记（江南区）")) is None
    assert same_item(DISTRICTS[:1]) is None


@pytest.mark.parametrize("text", ["随便", "都行", "不知道", "不知道哪个区", "都可以吧", "我不清楚"])
def test_any_of_the_districts_will_do(text: str) -> None:
    assert any_district(text, DISTRICTS)
    assert not any_district(text, options("护照申领", "居住证签注"))


@pytest.mark.parametrize("text", ["江北区", "1", "不知道要带什么", "都行吗我住江北"])
def test_what_chooses_or_asks_leaves_nothing_open(text: str) -> None:
    assert not any_district(text, DISTRICTS)


def test_an_item_that_a_district_has_not_is_offered_in_those_that_have_it() -> None:
    assert [one.task_code for one in elsewhere(FOUND, "江南区")] == ["north", "lake"]
    assert elsewhere(FOUND, "江北区") == []
    assert elsewhere(FOUND[:2], "江南区") == []


def test_who_says_what_one_is_chooses_by_it() -> None:
    fund = options("购房提取住房公积金", "租房提取住房公积金", "退休提取住房公积金")

    assert picked("我租房的", fund) == fund[1]
    assert picked("我是退休的", fund) == fund[2]
    assert picked("我的", fund) is None
