"""Are identifiers recognised as people type them, and hidden enough when shown?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identifiers import mask_id_number, mask_mobile, mask_name, valid_id_number, valid_mobile
from tests.fakes.people import id_number, mobile

FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
#: The example of GB 11643 itself.
STANDARD_EXAMPLE = "11010519491231002X"


@given(order=st.integers(0, 999), birth=st.dates().map(lambda day: day.strftime("%Y%m%d").zfill(8)))
def test_a_number_with_a_right_check_digit_is_valid_and_with_any_other_is_not(order: int, birth: str) -> None:
    number = id_number(order, birth)
    assert valid_id_number(number) == number
    for digit in "0123456789X":
        if digit != number[-1]:
            assert valid_id_number(number[:-1] + digit) is None


@given(order=st.integers(0, 999), place=st.integers(0, 16), digit=st.integers(0, 9))
def test_one_wrong_digit_is_always_found(order: int, place: int, digit: int) -> None:
    number = id_number(order)
    wrong = number[:place] + str(digit) + number[place + 1 :]
    assert (valid_id_number(wrong) is None) == (wrong != number)


@pytest.mark.parametrize(
    "typed",
    [
        STANDARD_EXAMPLE.lower(),
        "110105 19491231 002X",
        "110105-19491231-002x",
        STANDARD_EXAMPLE.translate(FULL_WIDTH),
        f"　{STANDARD_EXAMPLE}\n",
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    assert valid_id_number(typed) == STANDARD_EXAMPLE


@pytest.mark.parametrize(
    "typed",
    ["", "X" * 18, "110105491231002", "11010519491331002X", "1101051949123100２２", "１1010519491231002A", "٣" * 18],
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert valid_id_number(typed) is None


@given(text=st.text(max_size=30))
def test_no_text_at_all_breaks_the_checks(text: str) -> None:
    assert valid_id_number(text) is None or len(text) >= 18
    assert valid_mobile(text) is None or len(text) >= 11


@pytest.mark.parametrize(
    "typed",
    [
        "13800000001",
        "138 0000 0001",
        "138-0000-0001",
        "+86 13800000001",
        "8613800000001",
        "008613800000001",
        "１３８００００００ ０１",
    ],
)
def test_a_mobile_is_read_as_people_type_it(typed: str) -> None:
    assert valid_mobile(typed) == mobile(1)


@pytest.mark.parametrize("typed", ["", "1380000000", "138000000011", "12800000001", "010-88010100", "+1 3800000001"])
def test_what_is_no_mobile_is_none(typed: str) -> None:
    assert valid_mobile(typed) is None


def test_masks_keep_the_length_and_hide_the_middle() -> None:
    number = id_number(17)
    assert mask_id_number(number) == f"990{'*' * 13}{number[-2:]}"
    assert mask_mobile("13812345678") == "138****5678"
    assert (mask_name("张三"), mask_name("欧阳小满"), mask_name("张")) == ("张*", "欧***", "*")


@given(number=st.text("0123456789X", min_size=1, max_size=32))
def test_a_mask_never_shows_more_than_two_of_the_last_six(number: str) -> None:
    shown = mask_id_number(number)
    assert len(shown) == len(number)
    assert sum(one != "*" for one in shown[-6:]) <= 2
