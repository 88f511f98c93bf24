"""What time is it on the platform? The machine's clock plus what was moved forward through the control API."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Protocol
from zoneinfo import ZoneInfo

#: The platform counts its days and months in this zone.
PLATFORM_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Anything that tells the current instant."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


class WallClock:
    """The machine's clock: what goes on the wire, since the edge compares that with its own."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


class MovableClock:
    """The clock of windows, tokens and quotas. It only moves forward, so that nothing that ended begins again."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._offset = timedelta()

    @property
    def offset_seconds(self) -> float:
        return self._offset.total_seconds()

    def now(self) -> datetime:
        return self._base.now() + self._offset

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("the platform's clock cannot be turned back")
        self._offset += timedelta(seconds=seconds)

    def reset(self) -> None:
        """Back to the machine's time, with everything else that /sim/reset forgets."""
        self._offset = timedelta()


def day_of(instant: datetime) -> str:
    """The platform's calendar day, such as 2026-11-23: quotas start anew with it."""
    return instant.astimezone(PLATFORM_ZONE).strftime("%Y-%m-%d")


def month_of(instant: datetime) -> str:
    """The platform's calendar month, such as 2026-11: mass-send limits start anew with it."""
    return instant.astimezone(PLATFORM_ZONE).strftime("%Y-%m")
