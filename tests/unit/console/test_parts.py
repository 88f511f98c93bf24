"""The small parts that pages are made of: paging, differences, limits, cookies, files for spreadsheets."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.diff import diff_lines, diff_pieces
from services.console.limits import Limits
from services.console.paging import make_listing, place
from services.staff.rules import FIRST_WAIT, FREE_FAILURES, LONGEST_WAIT, wait_after, weakness
from tests.fakes.clock import FixedClock


def test_one_row_more_than_shown_says_that_there_are_more() -> None:
    listing = make_listing([1, 2, 3], key=lambda row: row, query={"q": "x", "after": "old"}, size=2)

    assert listing.rows == [1, 2]
    assert place({"after": listing.next_key or ""}, int) == 2
    assert listing.first_url == "?q=x"
    assert "q=x&after=" in listing.next_url
    assert not listing.first


def test_the_last_page_has_no_next() -> None:
    assert make_listing([1, 2], key=lambda row: row, query={}, size=2).next_key is None


@pytest.mark.parametrize("given", ["", "nonsense", "MQ", "W10=", "é"])
def test_a_place_that_is_none_leads_to_the_first_page(given: str) -> None:
    assert place({"after": given}, tuple[datetime, int]) is None


def test_a_place_may_be_an_instant() -> None:
    instant = datetime(2026, 11, 23, tzinfo=timezone.utc)
    listing = make_listing([(instant, 1), (instant, 2)], key=lambda row: row, query={}, size=1)

    assert place({"after": listing.next_key or ""}, tuple[datetime, int]) == (instant, 1)


@given(st.text(), st.text())
def test_a_difference_holds_both_texts_whole(old: str, new: str) -> None:
    before, after = diff_pieces(old, new)

    assert "".join(text for _, text in before) == old
    assert "".join(text for _, text in after) == new


def test_only_fields_that_differ_are_shown() -> None:
    lines = diff_lines({"a": "甲", "b": "乙"}, {"a": "甲", "b": "丙"}, {"a": "名称", "b": "部门"})

    assert [line.name for line in lines] == ["部门"]


def test_a_bucket_refills_as_time_passes_and_each_name_has_its_own() -> None:
    clock = FixedClock()
    limits = Limits(clock, size=2, per_second=1)

    assert [limits.wait("a"), limits.wait("a"), limits.wait("a"), limits.wait("b")] == [0, 0, 1, 0]
    clock.advance(seconds=1)
    assert limits.wait("a") == 0


@pytest.mark.parametrize(
    "password", ["short", "1234567890", "aaaaaaaaaaaa", "password1234", "lihua-is-great", "x" * 129]
)
def test_weak_passwords_are_refused_with_a_reason(password: str) -> None:
    assert weakness(password, login="lihua", name="李华")


def test_a_sentence_is_a_good_password() -> None:
    assert weakness("秋天的河水很安静很安静", login="lihua", name="李华") is None


def test_the_wait_doubles_up_to_an_hour() -> None:
    waits = [wait_after(FREE_FAILURES + n) for n in range(12)]

    assert waits[0] is None
    assert waits[1] == FIRST_WAIT
    assert waits[2] == 2 * FIRST_WAIT
    assert waits[-1] == LONGEST_WAIT
