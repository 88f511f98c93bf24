"""How often may an API be called?"""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from simulator.errors import ApiError
from simulator.rules.quotas import Quotas
from tests.fakes.clock import FixedClock

PATH = "/cgi-bin/message/mass/send"


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 11, 23, 15, 0, tzinfo=timezone.utc))


@pytest.fixture
def quotas(clock):
    return Quotas(clock)


def refused(errcode):
    return pytest.raises(ApiError, check=lambda error: error.errcode == errcode)


def test_the_sixty_first_mass_message_within_a_minute_must_wait(quotas, clock):
    for _ in range(60):
        quotas.take(PATH)
    with refused(45011):
        quotas.take(PATH)
    clock.advance(minutes=1)
    quotas.take(PATH)


def test_the_day_s_number_is_refused_until_midnight_in_china(quotas, clock):
    quotas.set_limit("/cgi-bin/user/get", 2)
    quotas.take("/cgi-bin/user/get")
    quotas.take("/cgi-bin/user/get")
    with refused(45009):
        quotas.take("/cgi-bin/user/get")
    clock.advance(minutes=59)
    with refused(45009):
        quotas.take("/cgi-bin/user/get")
    clock.advance(minutes=1)
    quotas.take("/cgi-bin/user/get")


def test_a_new_account_has_the_published_numbers(quotas):
    daily = {path.removeprefix("/cgi-bin/"): numbers["daily"] for path, numbers in quotas.report().items()}
    assert (daily["token"], daily["message/custom/send"], daily["message/mass/send"]) == (2000, 500_000, 100)
    assert (daily["user/get"], daily["menu/create"], daily["message/template/send"]) == (500, 1000, 100_000)


def test_each_path_is_counted_by_itself(quotas):
    quotas.set_limit("/cgi-bin/menu/get", 1)
    quotas.take("/cgi-bin/menu/get")
    quotas.take("/cgi-bin/menu/delete")
    assert quotas.report()["/cgi-bin/menu/get"] == {"daily": 1, "used": 1}


def test_clearing_starts_the_day_anew_ten_times_a_month(quotas, clock):
    quotas.set_limit("/cgi-bin/menu/get", 1)
    for _ in range(10):
        quotas.take("/cgi-bin/menu/get")
        quotas.clear()
    with refused(48006):
        quotas.clear()
    clock.advance(days=8)
    quotas.clear()
