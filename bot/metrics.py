"""What is counted, and how are the numbers read by Prometheus?"""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

#: The platform's deadline is 5 s, and what comes later is pushed.
REPLY_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 4.5, 10.0, 15.0, 30.0, 60.0, 300.0)


class Metrics:
    """One process's numbers, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._messages = Counter(
            "zhengqiao_messages",
            "Messages of citizens and events of platforms, by what became of them",
            ("channel", "outcome"),
            registry=self.registry,
        )
        self._outbox = Counter(
            "zhengqiao_outbox",
            "Messages to citizens, by their way and what became of them",
            ("route", "outcome"),
            registry=self.registry,
        )
        self._reply_seconds = Histogram(
            "zhengqiao_reply_seconds",
            "From a message's arrival until its answer was ready",
            ("channel",),
            buckets=REPLY_BUCKETS,
            registry=self.registry,
        )
        self._backend_errors = Counter(
            "zhengqiao_backend_errors",
            "Calls to others that failed",
            ("backend", "reason"),
            registry=self.registry,
        )
        self._tick_failures = Counter(
            "zhengqiao_tick_failures", "Ticks that ended with an error", ("tick",), registry=self.registry
        )
        self._depth = Gauge("zhengqiao_queue_depth", "Rows that wait", ("queue",), registry=self.registry)

    def message(self, channel: str, outcome: str) -> None:
        self._messages.labels(channel, outcome).inc()

    def outbox(self, route: str, outcome: str) -> None:
        self._outbox.labels(route, outcome).inc()

    def reply_ready(self, channel: str, seconds: float) -> None:
        self._reply_seconds.labels(channel).observe(seconds)

    def backend_error(self, backend: str, reason: str) -> None:
        self._backend_errors.labels(backend, reason).inc()

    def tick_failed(self, tick: str) -> None:
        self._tick_failures.labels(tick).inc()

    def queue_depths(self, depths: Mapping[str, int]) -> None:
        for queue, depth in depths.items():
            self._depth.labels(queue).set(depth)

    def text(self) -> bytes:
        """All of it in Prometheus' text form."""
        return generate_latest(self.registry)
