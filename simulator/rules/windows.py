"""May the account write to this citizen now? The customer-service windows.

Five messages within 48 hours of the citizen's last message; three within one minute of a menu click, a follow or a
scan. Another message or click opens a whole new window of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from simulator.clock import Clock
from simulator.errors import ApiError


class Occasion(Enum):
    """What opens a window: how long it stays open, and for how many messages."""

    MESSAGE = (timedelta(hours=48), 5)
    ACTION = (timedelta(minutes=1), 3)

    @property
    def length(self) -> timedelta:
        return self.value[0]

    @property
    def messages(self) -> int:
        return self.value[1]


@dataclass(kw_only=True, slots=True)
class _Window:
    opened_at: datetime
    used: int = 0


class Windows:
    """The open windows of all citizens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, Occasion], _Window] = {}

    def open(self, openid: str, occasion: Occasion) -> None:
        """The citizen did something that opens a window; messages counted before are forgotten."""
        self._windows[openid, occasion] = _Window(opened_at=self._clock.now())

    def take(self, openid: str) -> None:
        """Counts one message; 45015 when no window is open, 45047 when the open ones are used up.

        The window that closes first is used first, as is best for the account.
        """
        now = self._clock.now()
        opened = [
            (occasion, window)
            for occasion in (Occasion.ACTION, Occasion.MESSAGE)
            if (window := self._windows.get((openid, occasion))) and now - window.opened_at < occasion.length
        ]
        if not opened:
            raise ApiError(45015)
        for occasion, window in opened:
            if window.used < occasion.messages:
                window.used += 1
                return
        raise ApiError(45047)

    def close(self, openid: str) -> None:
        """The citizen left."""
        for occasion in Occasion:
            self._windows.pop((openid, occasion), None)

    def forget(self) -> None:
        self._windows.clear()
