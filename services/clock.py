"""What time is it? One clock handed to everything, so that a test can set it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Protocol
from zoneinfo import ZoneInfo

#: Citizens and staff read and say times in this zone; the database stores instants.
CITY_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Anything that tells the current instant."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)


def local(instant: datetime) -> datetime:
    """The same instant as the city's wall clock shows it; a naive value is refused."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(CITY_ZONE)
