"""What do the backends count, and how are the numbers read by Prometheus?"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """One process's numbers, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._embeddings = Counter(
            "zhengqiao_embeddings_requests",
            "Requests to the embeddings endpoint, by what for and what became of them",
            ("purpose", "outcome"),
            registry=self.registry,
        )
        self._waiting = Gauge(
            "zhengqiao_embeddings_waiting",
            "Texts at work that have no vector yet",
            ("topic",),
            registry=self.registry,
        )

    def embeddings(self, purpose: str, outcome: str) -> None:
        self._embeddings.labels(purpose, outcome).inc()

    def embeddings_waiting(self, topic: str, texts: int) -> None:
        self._waiting.labels(topic).set(texts)

    def text(self) -> bytes:
        """All of it in Prometheus' text form."""
        return generate_latest(self.registry)
