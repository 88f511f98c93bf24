"""What do staff read about subscriptions?"""

from __future__ import annotations

from collections.abc import Mapping

KIND_NAMES: Mapping[str, str] = {"topic": "主题", "district": "地区"}
OFFERED, NOT_OFFERED = "可订阅", "不再开放订阅"


def leavers(count: int) -> str:
    return f"退订全部通知的有 {count} 人（紧急通知仍会发给他们）。"
