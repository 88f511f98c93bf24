"""Which template and subscription messages does the platform take?"""

from __future__ import annotations

import pytest

from simulator.errors import ApiError
from simulator.rules.notices import Consents, Line, RepeatGuard, Template, Templates, check_subscription_values
from tests.fakes.clock import FixedClock

NOTICE = Template(template_id="t1", kind="template", title="通知", fields={"first": "", "keyword1": "事项"})
OPEN = Template(template_id="t2", kind="subscription", title="通知", fields={})


def refused(errcode):
    return pytest.raises(ApiError, check=lambda error: error.errcode == errcode)


def test_a_card_shows_the_template_s_fields_in_its_order():
    lines = NOTICE.lines({"keyword1": "社保缴费", "other": "x", "first": "您好"})
    assert lines == [Line(label="", value="您好"), Line(label="事项", value="社保缴费")]


def test_a_template_of_the_other_kind_or_of_no_kind_is_unknown():
    templates = Templates([NOTICE, OPEN])
    assert templates.get("t1", "template") == NOTICE
    with refused(40037):
        templates.get("t1", "subscription")
    with refused(40037):
        templates.get("t3", "template")


def test_a_thing_has_at_most_twenty_characters():
    check_subscription_values(OPEN, {"thing1": "二" * 20})
    with refused(47003):
        check_subscription_values(OPEN, {"thing1": "二" * 21})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("time2", "2026年11月23日 15:30"),
        ("time2", "2026-11-23 15:30"),
        ("time2", "15:30"),
        ("date3", "2026年11月23日"),
        ("phrase4", "已受理"),
        ("number5", "12.5"),
        ("character_string6", "YJ20261103000017"),
        ("amount7", "¥20.00"),
        ("phone_number8", "0100-88000000"),
        ("name9", "张三"),
    ],
)
def test_a_value_that_fits_its_type_is_taken(field, value):
    check_subscription_values(OPEN, {field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("thing1", ""),
        ("time2", "明天下午"),
        ("date3", "soon"),
        ("phrase4", "已经全部受理"),
        ("number5", "许多"),
        ("character_string6", "中文"),
        ("phone_number8", "打12345"),
        ("keyword1", "不是类型"),
        ("thing", "没有编号"),
    ],
)
def test_a_value_against_its_type_is_refused(field, value):
    with refused(47003):
        check_subscription_values(OPEN, {field: value})


def test_no_values_and_fields_that_the_template_does_not_have_are_refused():
    template = Template(template_id="t3", kind="subscription", title="通知", fields={"thing1": "事项"})
    check_subscription_values(template, {"thing1": "社保"})
    with refused(47003):
        check_subscription_values(template, {})
    with refused(47003):
        check_subscription_values(template, {"thing1": "社保", "thing2": "医保"})
    with refused(47003):
        check_subscription_values(OPEN, {})


def test_a_client_msg_id_guards_for_ten_minutes_and_one_citizen():
    clock = FixedClock()
    guard = RepeatGuard(clock)
    assert guard.find("oA", "n1") is None
    guard.remember("oA", "n1", 7)
    assert guard.find("oB", "n1") is None
    clock.advance(minutes=9, seconds=59)
    assert guard.find("oA", "n1") == 7
    clock.advance(seconds=1)
    assert guard.find("oA", "n1") is None


def test_the_guard_keeps_nothing_that_is_over():
    clock = FixedClock()
    guard = RepeatGuard(clock)
    many = 20_000
    for number in range(many):
        guard.remember("oA", f"n{number}", number)
        clock.advance(seconds=1)
    assert [guard.find("oA", f"n{number}") for number in (0, many - 601, many - 599, many - 1)] == [
        None,
        None,
        many - 599,
        many - 1,
    ]
    assert len(guard) < 600


def test_without_a_client_msg_id_nothing_is_guarded_and_a_long_one_is_refused():
    guard = RepeatGuard(FixedClock())
    guard.remember("oA", "", 7)
    assert guard.find("oA", "") is None
    with refused(47003):
        guard.find("oA", "x" * 33)


def test_a_consent_given_once_is_good_for_one_message():
    consents = Consents()
    with refused(43101):
        consents.use("oA", "t2")
    consents.accept("oA", "t2", once=True)
    consents.use("oA", "t2")
    with refused(43101):
        consents.use("oA", "t2")


def test_a_lasting_consent_lasts_until_it_is_withdrawn():
    consents = Consents()
    consents.accept("oA", "t2", once=False)
    consents.use("oA", "t2")
    consents.use("oA", "t2")
    assert consents.of("oA") == ["t2"]
    consents.withdraw_all("oA")
    with refused(43101):
        consents.use("oA", "t2")
