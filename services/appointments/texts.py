"""What do citizens read about a day that cannot be booked, and the desk about an appointment?"""

from __future__ import annotations

from services.appointments.rules import DAYS_AHEAD

WEEKDAY_NAMES = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
DAY_PAST = "这一天已经过去了"
TODAY_OVER = "今天可约的时段已经结束"
NOT_YET = f"还没有开放预约，最多可提前{DAYS_AHEAD}天预约"

#: What the desk reads for a state.
STATE_NAMES = {
    "reserved": "待确认",
    "confirmed": "已预约",
    "called": "已叫号",
    "finished": "已办结",
    "missed": "未到",
    "cancelled": "已取消",
    "expired": "已过期",
}


def holiday(name: str) -> str:
    """The day is a public holiday."""
    return f"{name}放假，大厅不办公"


def rest_day(weekday: int) -> str:
    """The hall rests on this weekday, 0 = Monday."""
    return f"{WEEKDAY_NAMES[weekday]}大厅休息"
