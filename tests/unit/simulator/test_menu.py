"""Which menus does the platform take?"""

from __future__ import annotations

import pytest

from simulator.errors import ApiError
from simulator.rules.menu import Button, check_menu

CLICK = Button(name="帮助", type="click", key="help")


def below(*buttons):
    return Button(name="办事", sub_button=list(buttons))


def test_three_buttons_with_five_below_each_are_taken():
    check_menu([below(*[CLICK] * 5), below(Button(name="网站", type="view", url="https://example.org")), CLICK])


@pytest.mark.parametrize(
    ("buttons", "errcode"),
    [
        ([], 40016),
        ([CLICK] * 4, 40016),
        ([Button(name="六个汉字太长", type="click", key="k")], 40018),
        ([Button(name="", type="click", key="k")], 40018),
        ([Button(name="无类型")], 40017),
        ([Button(name="无键", type="click")], 40019),
        ([Button(name="长键", type="click", key="k" * 129)], 40019),
        ([Button(name="无址", type="view")], 40020),
        ([Button(name="错址", type="view", url="ftp://example.org")], 40055),
        ([below(*[CLICK] * 6)], 40023),
        ([below(below(CLICK))], 40022),
        ([below(Button(name="字" * 21, type="click", key="k"))], 40025),
        ([below(Button(name="无键", type="click"))], 40026),
        ([below(Button(name="无类型"))], 40024),
        ([below(Button(name="无址", type="view"))], 40027),
        ([below(Button(name="错址", type="view", url="javascript:1"))], 40054),
        ([Button(name="素材", type="media_id")], 40007),
    ],
)
def test_what_is_wrong_with_a_menu_is_named(buttons, errcode):
    with pytest.raises(ApiError) as refusal:
        check_menu(buttons)
    assert refusal.value.errcode == errcode
