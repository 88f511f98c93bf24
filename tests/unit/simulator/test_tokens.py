"""Which token is valid, and until when?"""

from __future__ import annotations

import pytest

from simulator.errors import ApiError
from simulator.rules.tokens import TokenIssuer
from tests.fakes.clock import FixedClock


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def tokens(clock):
    return TokenIssuer(app_id="wx1", app_secret="secret", clock=clock)


def refused(errcode):
    return pytest.raises(ApiError, check=lambda error: error.errcode == errcode)


def test_the_stable_token_stays_the_same_until_five_minutes_before_its_end(tokens, clock):
    first = tokens.stable(force=False)
    clock.advance(seconds=7200 - 301)
    assert tokens.stable(force=False) == first
    assert first.seconds_left(clock.now()) == 301


def test_in_the_last_five_minutes_a_new_stable_token_is_given_and_both_work(tokens, clock):
    first = tokens.stable(force=False)
    clock.advance(seconds=7200 - 300)
    second = tokens.stable(force=False)
    assert second.value != first.value
    tokens.check(first.value)
    tokens.check(second.value)
    clock.advance(seconds=300)
    with refused(42001):
        tokens.check(first.value)
    tokens.check(second.value)


def test_a_forced_refresh_ends_the_token_before_it(tokens, clock):
    first = tokens.stable(force=False)
    second = tokens.stable(force=True)
    assert second.value != first.value
    with refused(40001):
        tokens.check(first.value)


def test_forced_refreshes_need_thirty_seconds_between_them(tokens, clock):
    tokens.stable(force=True)
    clock.advance(seconds=29)
    with refused(45011):
        tokens.stable(force=True)
    clock.advance(seconds=1)
    tokens.stable(force=True)


def test_the_twenty_first_forced_refresh_of_a_day_is_refused(tokens, clock):
    for _ in range(20):
        tokens.stable(force=True)
        clock.advance(seconds=30)
    with refused(45009):
        tokens.stable(force=True)
    clock.advance(days=1)
    tokens.stable(force=True)


def test_the_older_way_gives_a_new_token_every_time_and_the_last_one_works_five_more_minutes(tokens, clock):
    first = tokens.plain()
    second = tokens.plain()
    assert first.value != second.value
    clock.advance(seconds=299)
    tokens.check(first.value)
    clock.advance(seconds=1)
    with refused(42001):
        tokens.check(first.value)
    tokens.check(second.value)


def test_the_two_ways_do_not_touch_each_other(tokens):
    stable = tokens.stable(force=False)
    tokens.plain()
    tokens.plain()
    tokens.check(stable.value)
    assert tokens.stable(force=False) == stable


def test_a_missing_token_and_one_that_never_was_are_told_apart(tokens):
    with refused(41001):
        tokens.check("")
    with refused(40001):
        tokens.check("never")


def test_after_all_are_revoked_the_stable_token_is_a_new_one(tokens):
    first = tokens.stable(force=False)
    tokens.revoke_all()
    with refused(40001):
        tokens.check(first.value)
    tokens.check(tokens.stable(force=False).value)


@pytest.mark.parametrize(
    ("app_id", "secret", "errcode"),
    [("", "secret", 41002), ("wx1", "", 41004), ("wx2", "secret", 40013), ("wx1", "wrong", 40125)],
)
def test_wrong_credentials_are_named(tokens, app_id, secret, errcode):
    with refused(errcode):
        tokens.check_credentials(app_id, secret)
