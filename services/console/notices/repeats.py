"""How does staff's choice of a repetition become a pattern, and a pattern words?"""

from __future__ import annotations

import re
from datetime import datetime

from services.clock import CITY_ZONE
from services.notices import recurrence, texts

#: A pattern that staff write themselves.
OTHER = "other"
CHOICES = (
    ("", "只发这一次"),
    ("day", "每天同一时间"),
    ("week", "每周同一天"),
    ("month", "每月同一天"),
    (OTHER, "其他（cron）"),
)
#: Zones that are offered while one is written; every other may be written, too.
ZONES = (
    (CITY_ZONE.key, "北京时间"),
    ("Asia/Urumqi", "新疆时间"),
    ("Asia/Tokyo", "东京"),
    ("Asia/Singapore", "新加坡"),
    ("Europe/London", "伦敦"),
    ("America/New_York", "纽约"),
    ("UTC", "世界标准时间"),
)
WEEKDAYS = "日一二三四五六日"
SIMPLE = re.compile(r"(?P<minute>\d{1,2}) (?P<hour>\d{1,2}) (?P<day>\*|L|\d{1,2}) \* (?P<weekday>\*|[0-7])")


def pattern_of(choice: str, first: datetime) -> str:
    """The five cron fields that repeat the first time's minute, hour and day; a 31st means the last of each month."""
    clock = f"{first.minute} {first.hour}"
    monthly = "L" if first.day == 31 else str(first.day)
    days = {"day": "* * *", "week": f"* * {first.isoweekday() % 7}", "month": f"{monthly} * *"}
    return f"{clock} {days[choice]}" if choice in days else ""


def choice_of(pattern: str, zone: str = CITY_ZONE.key) -> str:
    """Which choice made the pattern; OTHER for one that no choice makes: they all mean the city's clock."""
    if not pattern:
        return ""
    found = SIMPLE.fullmatch(pattern)
    if found is None or zone != CITY_ZONE.key or (found["day"] != "*" and found["weekday"] != "*"):
        return OTHER
    return "month" if found["day"] != "*" else "week" if found["weekday"] != "*" else "day"


def unknown_zone(zone: str) -> str:
    """Why this is no time zone; empty where it is one."""
    try:
        recurrence.zone_of(zone)
    except recurrence.UnknownZone:
        return texts.unknown_zone(zone)
    return ""


def words(pattern: str, zone: str = CITY_ZONE.key) -> str:
    """A pattern as people say it; one that no choice makes is shown as it is."""
    found, choice = SIMPLE.fullmatch(pattern), choice_of(pattern, zone)
    if found is None or choice == OTHER:
        return f"按规则 {pattern}" + ("" if zone == CITY_ZONE.key else f"（{zone} 时间）")
    clock = f"{int(found['hour']):02d}:{int(found['minute']):02d}"
    if choice == "day":
        return f"每天 {clock}"
    if choice == "week":
        return f"每周{WEEKDAYS[int(found['weekday'])]} {clock}"
    return f"每月{'最后一天' if found['day'] == 'L' else ' ' + found['day'] + ' 日'} {clock}"
