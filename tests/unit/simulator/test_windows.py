"""May the account write to a citizen now?"""

from __future__ import annotations

import pytest

from simulator.errors import ApiError
from simulator.rules.windows import Occasion, Windows
from tests.fakes.clock import FixedClock


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def windows(clock):
    return Windows(clock)


def refused(errcode):
    return pytest.raises(ApiError, check=lambda error: error.errcode == errcode)


def test_without_a_message_or_a_click_no_window_is_open(windows):
    with refused(45015):
        windows.take("oA")


def test_five_messages_go_out_after_a_message_and_the_sixth_is_refused(windows):
    windows.open("oA", Occasion.MESSAGE)
    for _ in range(5):
        windows.take("oA")
    with refused(45047):
        windows.take("oA")


def test_another_message_of_the_citizen_opens_a_whole_window(windows):
    windows.open("oA", Occasion.MESSAGE)
    for _ in range(5):
        windows.take("oA")
    windows.open("oA", Occasion.MESSAGE)
    windows.take("oA")


def test_the_window_closes_after_48_hours(windows, clock):
    windows.open("oA", Occasion.MESSAGE)
    clock.advance(hours=47, minutes=59, seconds=59)
    windows.take("oA")
    clock.advance(seconds=1)
    with refused(45015):
        windows.take("oA")


def test_three_messages_go_out_within_a_minute_of_a_click(windows, clock):
    windows.open("oA", Occasion.ACTION)
    for _ in range(3):
        windows.take("oA")
    with refused(45047):
        windows.take("oA")
    clock.advance(minutes=1)
    with refused(45015):
        windows.take("oA")


def test_a_click_adds_its_three_to_the_five_of_a_message(windows):
    windows.open("oA", Occasion.MESSAGE)
    windows.open("oA", Occasion.ACTION)
    for _ in range(8):
        windows.take("oA")
    with refused(45047):
        windows.take("oA")


def test_one_citizen_opens_no_window_of_another(windows):
    windows.open("oA", Occasion.MESSAGE)
    with refused(45015):
        windows.take("oB")


def test_who_leaves_closes_the_windows(windows):
    windows.open("oA", Occasion.MESSAGE)
    windows.open("oA", Occasion.ACTION)
    windows.close("oA")
    with refused(45015):
        windows.take("oA")
