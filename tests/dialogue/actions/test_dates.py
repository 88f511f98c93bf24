"""Days and times as people say them, seen from Tuesday, 2026-11-24, 10:00."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from actions.clock import CITY_ZONE
from actions.dates import DateReader

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CITY_ZONE)
MORNING, AFTERNOON = "morning", "afternoon"


@pytest.fixture(scope="module")
def dates() -> DateReader:
    return DateReader()


@pytest.mark.parametrize(
    ("said", "day", "part", "at"),
    [
        ("今天", (2026, 11, 24), None, None),
        ("今天下午4点", (2026, 11, 24), AFTERNOON, (16, 0)),
        ("今晚", (2026, 11, 24), AFTERNOON, None),
        ("明天", (2026, 11, 25), None, None),
        ("明天上午", (2026, 11, 25), MORNING, None),
        ("明早九点", (2026, 11, 25), MORNING, (9, 0)),
        ("明儿个", (2026, 11, 25), None, None),
        ("明日下午", (2026, 11, 25), AFTERNOON, None),
        ("第二天", (2026, 11, 25), None, None),
        ("后天下午三点", (2026, 11, 26), AFTERNOON, (15, 0)),
        ("大后天", (2026, 11, 27), None, None),
        ("昨天", (2026, 11, 23), None, None),
        ("前天", (2026, 11, 22), None, None),
        ("周五", (2026, 11, 27), None, None),
        ("周二", (2026, 11, 24), None, None),
        ("周一", (2026, 11, 30), None, None),
        ("星期四", (2026, 11, 26), None, None),
        ("礼拜天", (2026, 11, 29), None, None),
        ("周日", (2026, 11, 29), None, None),
        ("周末", (2026, 11, 28), None, None),
        ("周3", (2026, 11, 25), None, None),
        ("这周三", (2026, 11, 25), None, None),
        ("本周五下午", (2026, 11, 27), AFTERNOON, None),
        ("这个星期六", (2026, 11, 28), None, None),
        ("下周三", (2026, 12, 2), None, None),
        ("下个星期二上午", (2026, 12, 1), MORNING, None),
        ("下礼拜一", (2026, 11, 30), None, None),
        ("下下周二", (2026, 12, 8), None, None),
        ("上周三", (2026, 11, 18), None, None),
        ("周一早上9点半", (2026, 11, 30), MORNING, (9, 30)),
        ("12月3号", (2026, 12, 3), None, None),
        ("12月3日上午", (2026, 12, 3), MORNING, None),
        ("12月3", (2026, 12, 3), None, None),
        ("十二月三号下午两点", (2026, 12, 3), AFTERNOON, (14, 0)),
        ("十一月二十八", (2026, 11, 28), None, None),
        ("11月30日10:00", (2026, 11, 30), MORNING, (10, 0)),
        ("2026-12-03", (2026, 12, 3), None, None),
        ("2026年12月3日", (2026, 12, 3), None, None),
        ("12/3 下午", (2026, 12, 3), AFTERNOON, None),
        ("12.3", (2026, 12, 3), None, None),
        ("1月5号", (2027, 1, 5), None, None),
        ("11月20号", (2026, 11, 20), None, None),
        ("25号", (2026, 11, 25), None, None),
        ("3号", (2026, 12, 3), None, None),
        ("二十八号", (2026, 11, 28), None, None),
        ("下个月5号", (2026, 12, 5), None, None),
        ("下个月十五", (2026, 12, 15), None, None),
        ("本月30号", (2026, 11, 30), None, None),
        ("三天后", (2026, 11, 27), None, None),
        ("过两天", (2026, 11, 26), None, None),
        ("一个星期后", (2026, 12, 1), None, None),
        ("两周后", (2026, 12, 8), None, None),
        ("元旦", (2027, 1, 1), None, None),
        ("国庆节", (2027, 10, 1), None, None),
        ("五一", (2027, 5, 1), None, None),
        ("下午", None, AFTERNOON, None),
        ("上午吧", None, MORNING, None),
        ("九点", None, MORNING, (9, 0)),
        ("三点", None, AFTERNOON, (15, 0)),
        ("9点15", None, MORNING, (9, 15)),
        ("十点一刻", None, MORNING, (10, 15)),
        ("11点三刻", None, MORNING, (11, 45)),
        ("下午两点半", None, AFTERNOON, (14, 30)),
        ("10:30", None, MORNING, (10, 30)),
        ("15:00", None, AFTERNOON, (15, 0)),
        ("中午12点", None, AFTERNOON, (12, 0)),
        ("中午1点", None, AFTERNOON, (13, 0)),
        ("晚上七点", None, AFTERNOON, (19, 0)),
    ],
)
def test_a_phrase_means_that_day_and_time(
    dates: DateReader, said: str, day: tuple[int, int, int] | None, part: str | None, at: tuple[int, int] | None
) -> None:
    when = dates.read(said, NOW)

    assert when.day == (date(*day) if day else None)
    assert when.part == part
    assert when.at == (time(*at) if at else None)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("这个月底", date(2026, 11, 25), date(2026, 11, 30)),
        ("下周", date(2026, 11, 30), date(2026, 12, 6)),
        ("下月初", date(2026, 12, 1), date(2026, 12, 5)),
        ("下个月", date(2026, 12, 1), date(2026, 12, 31)),
        ("这周", date(2026, 11, 24), date(2026, 11, 29)),
        ("年底", date(2026, 11, 24), date(2026, 12, 31)),
    ],
)
def test_a_stretch_of_days_has_a_first_and_a_last_one(dates: DateReader, said: str, first: date, last: date) -> None:
    when = dates.read(said, NOW)

    assert (when.day, when.until) == (first, last)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "你好",
        "居住证",
        "二楼",
        "我叫李三",
        "1",
        "第二个",
        "三个人",
        "12345",
        "IDCARDK3Q7ZP2A",
        "31月45号",
        "2月30号",
        "25点",
    ],
)
def test_what_names_no_day_gives_none(dates: DateReader, said: str) -> None:
    when = dates.read(said, NOW)

    assert (when.day, when.at, when.part) == (None, None, None)


@pytest.mark.parametrize("said", ["最早的", "尽快", "越快越好", "哪天都行", "随时都可以"])
def test_the_earliest_is_understood(dates: DateReader, said: str) -> None:
    assert dates.read(said, NOW).earliest


@pytest.mark.parametrize(
    ("now", "said", "day"),
    [
        (datetime(2026, 12, 30, 9, tzinfo=CITY_ZONE), "3号", date(2027, 1, 3)),
        (datetime(2026, 12, 30, 9, tzinfo=CITY_ZONE), "下个月5号", date(2027, 1, 5)),
        (datetime(2026, 12, 28, 9, tzinfo=CITY_ZONE), "周五", date(2027, 1, 1)),
        (datetime(2026, 1, 31, 9, tzinfo=CITY_ZONE), "30号", None),
        (datetime(2026, 11, 29, 23, 59, tzinfo=CITY_ZONE), "明天", date(2026, 11, 30)),
        (datetime(2026, 11, 29, 9, tzinfo=CITY_ZONE), "周日", date(2026, 11, 29)),
        (datetime(2026, 11, 29, 9, tzinfo=CITY_ZONE), "周一", date(2026, 11, 30)),
        (datetime(2026, 11, 29, 9, tzinfo=CITY_ZONE), "下周一", date(2026, 11, 30)),
    ],
)
def test_months_years_and_weeks_turn_over(dates: DateReader, now: datetime, said: str, day: date | None) -> None:
    assert dates.read(said, now).day == day


def test_what_is_left_is_the_message_without_its_time(dates: DateReader) -> None:
    rest = dates.read("后天下午三点去江北办居住证", NOW).rest

    assert rest.split() == ["去江北办居住证"]


@pytest.mark.parametrize(
    ("said", "unreal"), [("2月30号", "2月30号"), ("11月31日上午", "11月31日"), ("12月3号", ""), ("13.50", "")]
)
def test_a_date_that_no_calendar_has_is_told_from_one_that_is_none(dates: DateReader, said: str, unreal: str) -> None:
    assert dates.read(said, NOW).unreal == unreal
