"""Which day and time does a citizen mean? Everyday Chinese in, a day, a part of the day and a time out.

Days of the week and times are worked out here; other ways to name a day go to jionlp, whose answers are moved into the
future, because an appointment is never in the past.
"""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

Part = Literal["morning", "afternoon"]

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
_NUMBER = r"(?:\d{1,2}|[零〇一二两三四五六七八九十]{1,3})"
_WEEKDAYS = {sign: index for index, sign in enumerate("一二三四五六日")} | {"天": 6, "末": 5}
_WEEKDAYS |= {str(index + 1): index for index in range(7)}

_WEEKDAY = re.compile(
    r"(?P<which>下下|下|上|这|本)?(?:一)?(?:个)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末]|[1-7](?!\d))"
)
_RELATIVE = {"今": 0, "明": 1, "后": 2, "大后": 3, "昨": -1, "前": -2}
_NEAR = re.compile(
    r"(?P<day>大后|今|明|后|昨|前(?=天))(?:天|儿个?|日|早上?|晚|上午|下午|晌午|中午)|(?P<tonight>今晚)|(?P<next>第二天|隔天|次日)"
)
_IN_DAYS = re.compile(rf"(?:过|再过)?(?P<count>{_NUMBER})天(?:以?后|之后)|过(?P<count2>{_NUMBER})天")
_IN_WEEKS = re.compile(rf"(?:过)?(?P<count>{_NUMBER})(?:个)?(?:周|星期|礼拜)(?:以?后|之后)")
_MONTH_DAY = re.compile(
    rf"(?:(?P<year>\d{{4}})\s*[年/.\-]\s*)?(?:(?P<which>下下个?月|下个?月|这个?月|本月|当月)|(?P<month>{_NUMBER})\s*(?:月|[/.\-]))"
    rf"\s*(?:份)?的?(?P<day>{_NUMBER})\s*(?:号|日|(?![点时:：\d]))"
)
_DAY_ONLY = re.compile(rf"(?<![第\d])(?P<day>{_NUMBER})(?:号|日)(?!窗|楼|线)")
_OTHER = re.compile(
    r"(?:这个?月|本月|下个?月)?月?[底末初中]旬?|月底|元旦|春节|清明(?:节)?|劳动节|五一|端午(?:节)?|中秋(?:节)?|国庆(?:节)?|"
    r"下个?月|这个?月|下周|下个?星期|下个?礼拜|这周|本周|年底"
)
#: "2月30号" is a date that there is not; "13.50" is no date at all.
_MARKED = re.compile(r"[月号日]")
_NEXT_MONTH = re.compile(r"下个?月")
_CLOCK = re.compile(
    rf"(?P<part>凌晨|清晨|早上|早晨|今早|明早|早|上午|中午|晌午|下午|午后|傍晚|晚上|晚)?\s*"
    rf"(?P<hour>{_NUMBER})\s*(?:点钟?|时|[:：])\s*(?P<minute>半|一刻|三刻|\d{{1,2}}(?=分|\D|$)|[一二三四五]?十?[一二三四五六七八九]?(?=分))?"
)
_PARTS: tuple[tuple[re.Pattern[str], Part], ...] = (
    (re.compile(r"上午|早上|早晨|清晨|早点|一早|大早|中午前|午前|[今明]早"), "morning"),
    (re.compile(r"下午|午后|傍晚|晚上|今晚|明晚|中午后"), "afternoon"),
)
_PART_WORDS = re.compile("|".join(pattern.pattern for pattern, _ in _PARTS))
_EARLIEST = re.compile(r"最早|尽快|越快越好|越早越好|最近的|最快|哪天都|什么时候都|时间都?(?:随便|可以|行)|随时")
_ANY = re.compile(r"都行|都可以|随便|无所谓|哪天都|什么时候都|都好|你看着|你安排|任意")


@dataclass(frozen=True, kw_only=True, slots=True)
class When:
    """What was said about the time; each part None or False where nothing was."""

    day: date | None = None
    #: Last day, where a stretch of days was meant (the end of this month).
    until: date | None = None
    part: Part | None = None
    at: time | None = None
    earliest: bool = False
    whatever: bool = False
    #: A date that no calendar has, as it was said (2月30号).
    unreal: str = ""
    #: The message without its words for day and time.
    rest: str = ""

    @property
    def anything(self) -> bool:
        """Whether time was spoken of at all."""
        return bool(self.day or self.part or self.at or self.earliest or self.whatever)


class DateReader:
    """Reads times out of sentences; holds jionlp, whose import greets on the standard output."""

    def __init__(self) -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            import jionlp
        self._parse = jionlp.parse_time

    def read(self, text: str, now: datetime) -> When:
        """What `text` says of a day and time, seen from `now` (the city's wall clock)."""
        day, until, words = self._day(text, now)
        rest = text.replace(words, " ", 1) if words else text
        clock = _CLOCK.search(rest)
        at, part = _clock(clock) if clock else (None, None)
        return When(
            day=day,
            until=until,
            part=part or _part(text),
            at=at,
            earliest=bool(_EARLIEST.search(text)),
            whatever=bool(_ANY.search(text)),
            unreal=words.strip() if day is None and _MARKED.search(words) else "",
            rest=_PART_WORDS.sub(" ", _CLOCK.sub(" ", rest)),
        )

    def _day(self, text: str, now: datetime) -> tuple[date | None, date | None, str]:
        today = now.date()
        for pattern, work_out in (
            (_MONTH_DAY, _month_day),
            (_IN_DAYS, _in_days),
            (_IN_WEEKS, _in_weeks),
            (_WEEKDAY, _weekday),
            (_NEAR, _near),
            (_DAY_ONLY, _day_only),
        ):
            found = pattern.search(text)
            day = work_out(found, today) if found else None
            if found and (day or pattern is _MONTH_DAY):
                # The thirtieth of February is no day, and not the thirtieth of this month either.
                return day, None, found.group(0)
        found = _OTHER.search(text)
        if found and _NEXT_MONTH.fullmatch(found.group(0)):
            first = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1), found.group(0)
        if found:
            return self._other(found.group(0), now)
        return None, None, ""

    def _other(self, words: str, now: datetime) -> tuple[date | None, date | None, str]:
        """Months, feasts and stretches of days, by jionlp; a stretch that has begun starts today."""
        try:
            told = self._parse(words, time_base=now.timestamp())
        except ValueError:
            return None, None, ""
        first, last = (datetime.fromisoformat(one).date() for one in told["time"])
        if last < now.date():
            first, last = _next_year(first), _next_year(last)
        first = max(first, now.date())
        return first, (last if last > first else None), words


def _next_year(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _number(words: str | None) -> int:
    """1 to 39, in digits or in words; 0 for nothing."""
    if not words:
        return 0
    if words.isdigit():
        return int(words)
    tens, ten, ones = words.partition("十")
    if not ten:
        return sum(_DIGITS[sign] * 10**place for place, sign in enumerate(reversed(words)))
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def _weekday(found: re.Match[str], today: date) -> date | None:
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=_WEEKDAYS[found["day"]])
    weeks = {"下下": 2, "下": 1, "上": -1}.get(found["which"] or "", 0)
    if not found["which"] and day < today:
        weeks = 1
    return day + timedelta(weeks=weeks)


def _near(found: re.Match[str], today: date) -> date | None:
    if found["next"]:
        return today + timedelta(days=1)
    return today + timedelta(days=_RELATIVE[found["day"]] if found["day"] else 0)


def _in_days(found: re.Match[str], today: date) -> date | None:
    return today + timedelta(days=_number(found["count"] or found["count2"]))


def _in_weeks(found: re.Match[str], today: date) -> date | None:
    return today + timedelta(weeks=_number(found["count"]))


def _month_day(found: re.Match[str], today: date) -> date | None:
    if found["which"]:
        ahead = found["which"].count("下")
        month = (today.month - 1 + ahead) % 12 + 1
        year = today.year + (today.month - 1 + ahead) // 12
        return _real(year, month, _number(found["day"]))
    year, month, day = int(found["year"] or today.year), _number(found["month"]), _number(found["day"])
    told = _real(year, month, day)
    # A day long gone belongs to next year; one just gone was meant as said, and is told to be past.
    if told and not found["year"] and (today - told).days > 60:
        return _real(year + 1, month, day)
    return told


def _day_only(found: re.Match[str], today: date) -> date | None:
    day = _number(found["day"])
    told = _real(today.year, today.month, day)
    if told and told >= today:
        return told
    return _real(today.year + today.month // 12, today.month % 12 + 1, day)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _clock(found: re.Match[str]) -> tuple[time | None, Part | None]:
    hour, said = _number(found["hour"]), found["part"] or ""
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(found["minute"] or "", -1)
    minute = _number(found["minute"]) if minute < 0 else minute
    late = said in {"下午", "午后", "傍晚", "晚上", "晚"} or (said in {"中午", "晌午"} and hour < 11)
    # Halls are open by day: three o'clock is in the afternoon unless somebody says otherwise.
    if hour < 12 and (late or (not said and 1 <= hour <= 6)):
        hour += 12
    if hour > 23 or minute > 59:
        return None, None
    return time(hour, minute), "morning" if hour < 12 else "afternoon"


def _part(text: str) -> Part | None:
    return next((part for pattern, part in _PARTS if pattern.search(text)), None)
