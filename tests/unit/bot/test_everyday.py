"""Are everyday things found in a sentence, each with its true borders, also between hostile neighbours?"""

from __future__ import annotations

import pytest

from bot.rasa.everyday import Everyday
from bot.rasa.words import dictionary


@pytest.fixture(scope="module")
def everyday() -> Everyday:
    return Everyday(dictionary())


def found(everyday: Everyday, text: str) -> list[str]:
    return [f"{one.kind}:{text[one.start : one.end]}" for one in everyday.find(text)]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        (
            "明天下午三点去江北区政务服务中心办居住证",
            ["date:明天", "time:下午三点", "hall:江北区政务服务中心", "district:江北区"],
        ),
        (
            "12月15日上午九点到高新区政务大厅",
            ["date:12月15日", "time:上午九点", "hall:高新区政务大厅", "district:高新区"],
        ),
        ("约下周一下午两点半", ["date:下周一", "time:下午两点半"]),
        ("15:30行吗，2026-11-30", ["time:15:30", "date:2026-11-30"]),
        ("下个月5号", ["date:下个月5号"]),
        ("打12345还是0100-88010000", ["phone:12345", "phone:0100-88010000"]),
        ("我是残疾人，能上门办吗", ["applicant:残疾人"]),
        ("公司注册要什么", ["applicant:公司"]),
        ("住建局和发改委谁管", ["department:住建局", "department:发改委"]),
        ("人社局电话多少", ["department:人社局"]),
        ("江南区还是江北区", ["district:江南区", "district:江北区"]),
    ],
)
def test_what_is_said_is_found(everyday: Everyday, text: str, things: list[str]) -> None:
    assert found(everyday, text) == things


@pytest.mark.parametrize(
    ("text", "things"),
    [
        # 下 belongs to 一下, not to 下周一; 周三 is no part of the hall's name.
        ("帮我约一下周一上午的号", ["date:周一", "time:上午"]),
        ("查一下周三江北大厅有没有号", ["date:周三", "hall:江北大厅"]),
        # The dictionary parts 东/山区.
        ("我家在东山区，办身份证去哪", ["district:东山区"]),
        ("东山区大厅几点开门", ["hall:东山区大厅", "district:东山区"]),
        # Verbs and prepositions before a name are none of it.
        ("我要去市公安局办护照", ["department:市公安局"]),
        ("投诉江南区市场监督管理局", ["department:江南区市场监督管理局", "district:江南区"]),
        # 和 within a name, and between two.
        ("找云江市人力资源和社会保障局", ["department:云江市人力资源和社会保障局", "district:云江市"]),
        ("云江市住房公积金管理中心", ["department:云江市住房公积金管理中心", "district:云江市"]),
    ],
)
def test_borders_are_true_where_neighbours_are_hostile(everyday: Everyday, text: str, things: list[str]) -> None:
    assert found(everyday, text) == things


@pytest.mark.parametrize(
    "text",
    [
        "以后天天都能办吗",
        "今后天气怎么样",
        "说明天数不够",
        "提前天数要求",
        "便宜一点的",
        "有两点要问",
        "三号窗口在哪",
        "区别是什么",
        "超市办营业执照",
        "个人所得税怎么交",
        "去办事大厅要预约吗",
        "证去哪个派出所办",
        "YJ20261103000017",
        "",
        "\U0001f600\u200d",
    ],
)
def test_what_only_looks_like_a_thing_is_none(everyday: Everyday, text: str) -> None:
    assert found(everyday, text) == []


@pytest.mark.parametrize("sign", ["局", "区", "一", "周", "1"])
def test_a_long_odd_message_is_read_too(everyday: Everyday, sign: str) -> None:
    for one in everyday.find(sign * 2000):
        assert 0 <= one.start < one.end <= 2000
