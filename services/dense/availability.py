"""Is the endpoint worth asking just now? After a failure it is left alone for a while, and one log line says so."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from services.dense.embedder import EmbeddingsFailed
from services.dense.endpoint import LONGEST_PAUSE_SECONDS

FIRST_PAUSE_SECONDS = 5.0

log = structlog.stdlib.get_logger(__name__)


class Availability:
    """What all callers in one process know of one endpoint."""

    def __init__(self, topic: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._topic = topic
        self._monotonic = monotonic
        self._closed_until = 0.0
        self._pause = 0.0

    @property
    def open(self) -> bool:
        """Whether the endpoint may be asked."""
        return self._monotonic() >= self._closed_until

    def failed(self, error: EmbeddingsFailed) -> None:
        """Leaves the endpoint alone, each time for longer, or for as long as it asked."""
        if not self._pause:
            log.error("dense.endpoint_down", topic=self._topic, reason=error.reason, ranking="lexical only")
        self._pause = min(max(self._pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self._closed_until = self._monotonic() + (error.retry_after or self._pause)

    def worked(self) -> None:
        """The endpoint answered."""
        if self._pause:
            log.info("dense.endpoint_up", topic=self._topic)
        self._pause = self._closed_until = 0.0
