"""What time is it in the city? One clock handed to every action, so that a test can set it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Protocol
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Anything that tells the current instant."""

    def now(self) -> datetime:
        """The current instant on the city's wall clock, aware."""
        ...


class SystemClock:
    """The machine's clock, read in the city's zone."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc).astimezone(CITY_ZONE)
