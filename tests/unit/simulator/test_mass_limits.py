"""Who gets a mass message?"""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from simulator.errors import ApiError
from simulator.rules.mass import MassLimits
from tests.fakes.clock import FixedClock


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc))


@pytest.fixture
def limits(clock):
    return MassLimits(clock)


def refused(errcode):
    return pytest.raises(ApiError, check=lambda error: error.errcode == errcode)


def everybody(openid):
    return True


def test_one_openid_is_too_few_and_ten_thousand_and_one_too_many(limits):
    with refused(40130):
        limits.check_list(["oA", "oA"])
    with refused(40032):
        limits.check_list([f"o{number}" for number in range(10_001)])
    assert len(limits.check_list([f"o{number}" for number in range(10_000)])) == 10_000


def test_the_fifth_message_of_a_month_fails_for_that_follower_only(limits, clock):
    for _ in range(4):
        assert [one.refused for one in limits.admit(["oA"], everybody)] == [""]
    admitted = limits.admit(["oA", "oB"], everybody)
    assert [(one.openid, bool(one.refused)) for one in admitted] == [("oA", True), ("oB", False)]
    clock.advance(days=8)
    assert [one.refused for one in limits.admit(["oA"], everybody)] == [""]


def test_who_does_not_follow_is_left_out_and_not_counted(limits):
    (one,) = limits.admit(["oA"], lambda openid: False)
    assert one.refused == "not a follower"


def test_a_clientmsgid_that_was_used_gives_the_first_message_s_id(limits):
    guard = limits.check_client_id("notice-1", b"{}")
    limits.remember(guard, 77)
    with pytest.raises(ApiError) as refusal:
        limits.check_client_id("notice-1", b'{"other": 1}')
    assert (refusal.value.errcode, refusal.value.extra) == (45065, {"msg_id": 77})


def test_without_a_clientmsgid_the_same_request_is_not_sent_again(limits):
    limits.remember(limits.check_client_id("", b"same"), 77)
    with refused(45065):
        limits.check_client_id("", b"same")
    limits.check_client_id("", b"another")


def test_there_are_five_speeds(limits):
    limits.set_speed(4)
    assert limits.followers_a_second() == pytest.approx(100_000 / 60)
    with refused(45083):
        limits.set_speed(5)
