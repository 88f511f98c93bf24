"""What makes a vector of a text? One protocol: the model that comes with the program, or an endpoint elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

#: Its direction is what a text means; its length says nothing.
Vector = Sequence[float]


class EmbeddingsFailed(Exception):
    """There are no usable vectors; the text says why, without what was asked."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        #: Seconds that the endpoint asked to be left alone.
        self.retry_after = retry_after


class EmbeddingsRefused(EmbeddingsFailed):
    """The endpoint will not take these texts, now or later."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """How a model's cosine similarities are read: every model has a range of its own."""

    #: Up to this cosine a text has nothing to do with the question.
    near: float
    #: From this one on it says the same.
    sure: float

    def nearness(self, cosine: float) -> float:
        """0..1."""
        return min(max((cosine - self.near) / max(self.sure - self.near, 1e-6), 0.0), 1.0)


class Embedder(Protocol):
    """One model. What it does with a question leaves no trace."""

    @property
    def model(self) -> str:
        """Its name: vectors of different models cannot be compared."""

    @property
    def scale(self) -> Scale: ...

    @property
    def batch(self) -> int:
        """So many texts at once."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Vectors are made within this block only."""

    async def question(self, text: str) -> Vector:
        """Raises EmbeddingsFailed; waits no longer than a citizen can."""

    async def texts(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One vector a text, in their order, all of one length; raises EmbeddingsFailed."""
