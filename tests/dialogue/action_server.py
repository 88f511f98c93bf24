"""The real action server with a clock that stands still; started as a process by the tests."""

from __future__ import annotations

import sys
from datetime import datetime
from unittest import mock

from actions import __main__, parts
from actions.clock import CITY_ZONE

#: A Tuesday morning; the fake backends live at the same instant.
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CITY_ZONE)


class StandingClock:
    """Tells the same instant for ever."""

    def now(self) -> datetime:
        return NOW


if __name__ == "__main__":
    with mock.patch.object(parts, "SystemClock", StandingClock):
        sys.exit(__main__.main())
