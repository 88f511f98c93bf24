"""How often may an API be called? A number a day for each path, for some a number a minute."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from simulator.clock import Clock, day_of, month_of
from simulator.errors import ApiError

#: Calls a day of a new account, by path; those of materials and drafts are a guess on the low side.
DAILY: Mapping[str, int] = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 1_000_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/message/subscribe/bizsend": 100_000,
    "/cgi-bin/message/mass/send": 100,
    "/cgi-bin/message/mass/sendall": 100,
    "/cgi-bin/message/mass/preview": 100,
    "/cgi-bin/message/mass/delete": 10,
    "/cgi-bin/material/add_material": 1_000,
    "/cgi-bin/draft/add": 1_000,
    "/cgi-bin/draft/delete": 1_000,
    "/cgi-bin/user/get": 500,
    "/cgi-bin/user/info": 5_000_000,
    "/cgi-bin/user/info/batchget": 500_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
}
#: Calls a minute, by path.
A_MINUTE: Mapping[str, int] = {
    "/cgi-bin/stable_token": 10_000,
    "/cgi-bin/message/mass/send": 60,
    "/cgi-bin/message/mass/sendall": 60,
}
MINUTE = timedelta(minutes=1)
CLEARS_A_MONTH = 10


class Quotas:
    """Counts calls, refuses those over the limit."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.forget()

    def forget(self) -> None:
        """As on the first day, with a new account's limits."""
        self._daily = dict(DAILY)
        self._day = ""
        self._used: Counter[str] = Counter()
        self._recent: dict[str, deque[datetime]] = {path: deque() for path in A_MINUTE}
        self._clears: Counter[str] = Counter()

    def set_limit(self, path: str, calls_a_day: int) -> None:
        """An account that has grown may call more often; a test may want it less often."""
        self._daily[path] = calls_a_day

    def take(self, path: str) -> None:
        """Counts one call; 45011 over the minute's number, 45009 over the day's."""
        now = self._clock.now()
        recent = self._recent.get(path)
        if recent is not None:
            while recent and now - recent[0] >= MINUTE:
                recent.popleft()
            if len(recent) >= A_MINUTE[path]:
                raise ApiError(45011)
        self._turn_day(now)
        if path in self._daily and self._used[path] >= self._daily[path]:
            raise ApiError(45009)
        self._used[path] += 1
        if recent is not None:
            recent.append(now)

    def clear(self) -> None:
        """Starts the day's numbers anew; 48006 after ten times in a month."""
        now = self._clock.now()
        month = month_of(now)
        if self._clears[month] >= CLEARS_A_MONTH:
            raise ApiError(48006)
        self._clears[month] += 1
        self._used.clear()

    def report(self) -> dict[str, dict[str, int]]:
        """Limit and use of each path today."""
        self._turn_day(self._clock.now())
        return {path: {"daily": limit, "used": self._used[path]} for path, limit in self._daily.items()}

    def _turn_day(self, now: datetime) -> None:
        if day_of(now) != self._day:
            self._day = day_of(now)
            self._used.clear()
