"""Is every identifier found in the forms in which people write it, and everything else left alone?"""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from services.privacy import find_identifiers, tokenise
from services.vault.types import Identifier

ID_CARD = "11010519491231002X"
MOBILE = "13800138000"
BANK_CARD = "6222021001123456789"


async def without_identifiers(text: str) -> str:
    async def deposit(identifier: Identifier) -> str:
        return f"<{identifier.kind}:{identifier.value}>"

    return await tokenise(text, deposit)


def test_the_bank_card_of_these_tests_is_valid() -> None:
    assert luhn.is_valid(BANK_CARD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我的身份证是11010519491231002X，谢谢", f"我的身份证是<IDCARD:{ID_CARD}>，谢谢"),
        ("11010519491231002x", f"<IDCARD:{ID_CARD}>"),
        ("１１０１０５１９４９１２３１００２Ｘ", f"<IDCARD:{ID_CARD}>"),
        ("110105 19491231 002X", f"<IDCARD:{ID_CARD}>"),
        ("110105-19491231-002-X", f"<IDCARD:{ID_CARD}>"),
        ("110105　1949　1231　002X号", f"<IDCARD:{ID_CARD}>号"),
        ("1101 0519 4912 3100 2X", f"<IDCARD:{ID_CARD}>"),
        ("身份证ID11010519491231002X", f"身份证ID<IDCARD:{ID_CARD}>"),
        ("110105194912310021", "<IDWRONG:110105194912310021>"),
        ("我是110105194913310021吗", "我是<IDWRONG:110105194913310021>吗"),
        ("老号码110105491231002有用吗", "老号码<IDCARD:110105491231002>有用吗"),
        ("电话13800138000打给我", f"电话<MOBILE:{MOBILE}>打给我"),
        ("138 0013 8000", f"<MOBILE:{MOBILE}>"),
        ("138-0013-8000。", f"<MOBILE:{MOBILE}>。"),
        ("1 3 8 0 0 1 3 8 0 0 0", f"<MOBILE:{MOBILE}>"),
        ("１３８００１３８０００", f"<MOBILE:{MOBILE}>"),
        ("１３８－００１３－８０００", f"<MOBILE:{MOBILE}>"),
        ("+8613800138000", f"<MOBILE:{MOBILE}>"),
        ("+86 138 0013 8000", f"<MOBILE:{MOBILE}>"),
        ("+86-13800138000", f"<MOBILE:{MOBILE}>"),
        ("008613800138000", f"<MOBILE:{MOBILE}>"),
        ("8613800138000", f"<MOBILE:{MOBILE}>"),
        ("（86）13800138000", f"（86）<MOBILE:{MOBILE}>"),
        ("tel13800138000", f"tel<MOBILE:{MOBILE}>"),
        ("138\u200b0013\u200b8000", f"<MOBILE:{MOBILE}>"),
        ("幺三八零零幺三八零零零", f"<MOBILE:{MOBILE}>"),
        ("第一13800138000", f"第一<MOBILE:{MOBILE}>"),
        ("卡号6222 0210 0112 3456 789", f"卡号<BANKCARD:{BANK_CARD}>"),
        ("卡6222021001123456789到期", f"卡<BANKCARD:{BANK_CARD}>到期"),
        (f"张三 {ID_CARD} {MOBILE}", f"张三 <IDCARD:{ID_CARD}> <MOBILE:{MOBILE}>"),
        (f"{ID_CARD}{MOBILE}", f"<IDCARD:{ID_CARD}><MOBILE:{MOBILE}>"),
        ("2026-11-03 13800138000", f"2026-11-03 <MOBILE:{MOBILE}>"),
        ("13800138000 13900139000", f"<MOBILE:{MOBILE}> <MOBILE:13900139000>"),
        ("138 0013 8000 139 0013 9000", f"<MOBILE:{MOBILE}> <MOBILE:13900139000>"),
    ],
)
async def test_an_identifier_is_replaced(text: str, expected: str) -> None:
    assert await without_identifiers(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "YJ20261103000017",
        "办件编号YJ20261103000017，查询码123456",
        "123456",
        "12345",
        "0100-88123456",
        "2026年11月3日下午3点",
        "2026-11-03 09:30",
        "6222021001123456788",  # a bank card's last digit mistyped is any number
        "12800138000",
        "138001380001",
        "9113800138000",
        "440101991901011",  # 15 digits, but there is no month 19
        "第3个",
        "",
        "我要办身份证，多少钱？",
    ],
)
async def test_everything_else_stays_as_it_is(text: str) -> None:
    assert await without_identifiers(text) == text


def id_numbers() -> st.SearchStrategy[str]:
    def with_check_digit(parts: tuple[str, int, int, int, int]) -> str:
        region, year, month, day, order = parts
        body = f"{region}{year:04}{month:02}{day:02}{order:03}"
        return body + ric.calc_check_digit(body + "0")

    return st.tuples(
        st.sampled_from(["110105", "440106", "310115", "510104", "659001"]),
        st.integers(1920, 2020),
        st.integers(1, 12),
        st.integers(1, 28),
        st.integers(0, 999),
    ).map(with_check_digit)


@given(number=id_numbers(), breaks=st.lists(st.sampled_from(["", " ", "-", "　", "－"]), min_size=17, max_size=17))
def test_an_id_number_is_found_however_it_is_broken_up(number: str, breaks: list[str]) -> None:
    written = "".join(character + gap for character, gap in zip(number, [*breaks, ""], strict=True))
    (found,) = find_identifiers(f"号码是{written}，对吗")
    assert (found.identifier.kind, found.identifier.value) == ("IDCARD", number)


@given(text=st.text())
def test_any_text_can_be_searched_and_hits_do_not_overlap(text: str) -> None:
    position = 0
    for found in find_identifiers(text):
        assert position <= found.start < found.end <= len(text)
        position = found.end


def test_a_long_row_of_digits_is_searched_in_time() -> None:
    started = time.process_time()
    find_identifiers("1 " * 1000)
    assert time.process_time() - started < 1.0
