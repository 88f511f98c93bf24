"""How does staff's choice of a repetition become a pattern, and a pattern words?"""

from __future__ import annotations

import re
from datetime import datetime

#: A pattern that was made elsewhere and stays as it is.
OTHER = "other"
CHOICES = (("", "只发这一次"), ("day", "每天同一时间"), ("week", "每周同一天"), ("month", "每月同一天"))
OTHER_CHOICE = (OTHER, "按原有规则")
WEEKDAYS = "日一二三四五六日"
SIMPLE = re.compile(r"(?P<minute>\d{1,2}) (?P<hour>\d{1,2}) (?P<day>\*|L|\d{1,2}) \* (?P<weekday>\*|[0-7])")


def pattern_of(choice: str, first: datetime) -> str:
    """The five cron fields that repeat the first time's minute, hour and day; a 31st means the last of each month."""
    clock = f"{first.minute} {first.hour}"
    monthly = "L" if first.day == 31 else str(first.day)
    days = {"day": "* * *", "week": f"* * {first.isoweekday() % 7}", "month": f"{monthly} * *"}
    return f"{clock} {days[choice]}" if choice in days else ""


def choice_of(pattern: str) -> str:
    """Which choice made the pattern; OTHER for one that no choice makes."""
    if not pattern:
        return ""
    found = SIMPLE.fullmatch(pattern)
    if found is None or (found["day"] != "*" and found["weekday"] != "*"):
        return OTHER
    return "month" if found["day"] != "*" else "week" if found["weekday"] != "*" else "day"


def words(pattern: str) -> str:
    """A pattern as people say it; one that no choice makes is shown as it is."""
    found, choice = SIMPLE.fullmatch(pattern), choice_of(pattern)
    if found is None or choice == OTHER:
        return f"按规则 {pattern}"
    clock = f"{int(found['hour']):02d}:{int(found['minute']):02d}"
    if choice == "day":
        return f"每天 {clock}"
    if choice == "week":
        return f"每周{WEEKDAYS[int(found['weekday'])]} {clock}"
    return f"每月{'最后一天' if found['day'] == 'L' else ' ' + found['day'] + ' 日'} {clock}"
