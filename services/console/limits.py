"""Does somebody ask too often? Token buckets in this process: they bound load; guessing is bounded in the database."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

from services.clock import Clock

#: Far above what a person does with pages that refresh themselves, far below what hurts.
SIZE, PER_SECOND = 240.0, 8.0
MOST_NAMES = 10_000


@dataclass(kw_only=True, slots=True)
class _Bucket:
    tokens: float
    refilled_at: float


class Limits:
    """One bucket a name; the least recently used names are forgotten first."""

    def __init__(self, clock: Clock, *, size: float = SIZE, per_second: float = PER_SECOND) -> None:
        self._clock = clock
        self._size = size
        self._per_second = per_second
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait(self, name: str) -> int:
        """Takes one token; gives the whole seconds to wait, 0 where it was taken."""
        now = self._clock.now().timestamp()
        bucket = self._buckets.setdefault(name, _Bucket(tokens=self._size, refilled_at=now))
        self._buckets.move_to_end(name)
        if len(self._buckets) > MOST_NAMES:
            self._buckets.popitem(last=False)
        passed = max(now - bucket.refilled_at, 0.0)
        bucket.tokens = min(bucket.tokens + passed * self._per_second, self._size)
        bucket.refilled_at = now
        if bucket.tokens < 1:
            return math.ceil((1 - bucket.tokens) / self._per_second)
        bucket.tokens -= 1
        return 0
