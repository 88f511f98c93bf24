"""How fast may all workers together call the platform? A token bucket in one row that they share.

Whoever takes more than there is owes it and waits; so nobody polls, and everybody is served in turn. When the
bucket cannot be reached, a worker goes on at its own small share: slower, never faster.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from services.db import Sessions

log = structlog.stdlib.get_logger(__name__)

# What a crash forgets of a bucket is a fraction of a second's calls: not worth waiting for the disk.
QUICK = text("SELECT set_config('synchronous_commit', 'off', true), set_config('lock_timeout', '500ms', true)")
TAKE = text("""
    INSERT INTO notice_rates AS r (name, tokens, refilled_at)
    VALUES (:name, CAST(:capacity AS float8) - :wanted, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET
        tokens = least(:capacity, r.tokens
            + greatest(extract(epoch FROM clock_timestamp() - r.refilled_at), 0) * CAST(:per_second AS float8))
            - :wanted,
        refilled_at = greatest(clock_timestamp(), r.refilled_at)
    RETURNING tokens
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """A limit that all workers share."""

    #: Calls a second, all workers together.
    per_second: float
    #: Calls that may be made at once after a rest.
    capacity: float
    #: The part of it that one worker allows itself while it cannot ask.
    local_share: float = 0.125


@dataclass(slots=True)
class SharedRate:
    """One bucket, named after what it limits."""

    sessions: Sessions
    name: str
    rate: Rate
    monotonic: Callable[[], float] = time.monotonic
    _local_free_at: float = field(default=0.0, init=False)

    async def take(self, wanted: int) -> float:
        """Takes `wanted` calls and gives the seconds to wait before making them."""
        values = {
            "name": self.name,
            "wanted": wanted,
            "capacity": self.rate.capacity,
            "per_second": self.rate.per_second,
        }
        try:
            async with self.sessions.begin() as session:
                await session.execute(QUICK)
                tokens = float((await session.execute(TAKE, values)).scalar_one())
        except (OperationalError, InterfaceError) as error:
            log.warning("rate.local_share", bucket=self.name, error=type(error).__name__)
            return self._take_locally(wanted)
        return max(0.0, -tokens / self.rate.per_second)

    def _take_locally(self, wanted: int) -> float:
        now = self.monotonic()
        begin = max(self._local_free_at, now)
        self._local_free_at = begin + wanted / (self.rate.per_second * self.rate.local_share)
        return self._local_free_at - now
