"""How are days, times, appointments and options written for citizens? The sentences are in domain.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from actions.answers import Appointment, ItemHit, Slot
from actions.clock import CITY_ZONE

WEEKDAYS = "一二三四五六日"
NEAR = ("今天", "明天", "后天")
STATES: Mapping[str, str] = {"reserved": "待确认", "confirmed": "已确认", "called": "已叫号"}


def day_words(day: date, today: date) -> str:
    """11月26日（周四，后天）"""
    ahead = (day - today).days
    near = f"，{NEAR[ahead]}" if 0 <= ahead < len(NEAR) else ""
    year = f"{day.year}年" if day.year != today.year else ""
    return f"{year}{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}{near}）"


def time_words(moment: time | datetime) -> str:
    """9:00"""
    return f"{moment.hour}:{moment.minute:02d}"


def slot_words(slot: Slot) -> str:
    """9:00-9:30"""
    return span_words(slot.starts_at, slot.ends_at)


def span_words(start: datetime, end: datetime) -> str:
    """9:00-9:30, by the city's clock."""
    return f"{time_words(start.astimezone(CITY_ZONE))}-{time_words(end.astimezone(CITY_ZONE))}"


def appointment_words(appointment: Appointment, today: date) -> str:
    """11月26日（周四）9:00-9:30 江北区政务服务中心 户籍业务"""
    day = appointment.starts_at.astimezone(CITY_ZONE).date()
    span = span_words(appointment.starts_at, appointment.ends_at)
    return f"{day_words(day, today)}{span}，{appointment.hall_name}，{appointment.service_name}"


def titled(hits: Sequence[ItemHit]) -> list[tuple[ItemHit, str]]:
    """Each hit with a title that differs visibly: by district, and where that is the same too, by department."""
    names = [hit.task_name for hit in hits]
    places = [(hit.task_name, hit.district) for hit in hits]
    told = []
    for hit in hits:
        twins = names.count(hit.task_name) > 1
        by_place = twins and hit.district and places.count((hit.task_name, hit.district)) == 1
        apart = hit.district if by_place else hit.dept_name if twins else ""
        told.append((hit, f"{hit.task_name}（{apart}）" if apart else hit.task_name))
    return told
