"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone


class FixedClock:
    """Tells the instant it was set to."""

    def __init__(self, instant: datetime | None = None) -> None:
        self.instant = instant or datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)

    def now(self) -> datetime:
        return self.instant

    def advance(self, **parts: float) -> None:
        """Moves forward by timedelta's own keyword arguments."""
        self.instant += timedelta(**parts)
