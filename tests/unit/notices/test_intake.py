"""Is what staff type read as they mean it, and is what cannot be read named?"""

from __future__ import annotations

from datetime import datetime, time, timezone
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.notices.intake import BadLine, read_citizens, read_instant, read_quiet_hours

CITY = ZoneInfo("Asia/Shanghai")
ONE = UUID("11111111-1111-4111-8111-111111111111")
TWO = UUID("22222222-2222-4222-8222-222222222222")


def test_a_list_with_heading_mark_and_empty_lines_is_read() -> None:
    read = read_citizens(["\ufeffcitizen_id,备注\r\n", f"{ONE},a\r\n", "\r\n", f"{TWO}\r\n"])
    assert read.citizens == (ONE, TWO)
    assert read.bad == ()


def test_lines_that_cannot_be_used_are_named_with_their_number() -> None:
    read = read_citizens([f"{ONE}\n", "王五\n", f"{ONE}\n"])
    assert read.citizens == (ONE,)
    assert read.bad == (
        BadLine(line=2, value="王五", reason="not_a_citizen_id"),
        BadLine(line=3, value=str(ONE), reason="same_as_line_1"),
    )


@pytest.mark.parametrize("text", ["2026-11-24 09:00", "2026/11/24 09:00", "2026-11-24T09:00", " 2026-11-24 09：00 "])
def test_a_time_without_a_zone_is_the_citys(text: str) -> None:
    assert read_instant(text, CITY) == datetime(2026, 11, 24, 1, 0, tzinfo=timezone.utc)


def test_a_time_with_its_own_zone_keeps_it() -> None:
    assert read_instant("2026-11-24T09:00:00Z", CITY) == datetime(2026, 11, 24, 9, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["", "明天", "2026-13-01 09:00", "9点"])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_instant(text, CITY)


def test_quiet_hours_are_read_in_either_writing() -> None:
    assert read_quiet_hours("22:00-07:00") == read_quiet_hours("22：00—07：00") == (time(22), time(7))
