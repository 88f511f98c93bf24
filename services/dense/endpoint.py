"""How is an OpenAI-compatible embeddings endpoint asked, and what of its answers is believed?

Source: https://platform.openai.com/docs/api-reference/embeddings/create; vLLM, TEI, Ollama and others speak the same.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
import msgspec

from services.dense.embedder import EmbeddingsFailed, EmbeddingsRefused, Scale, Vector
from services.dense.settings import EndpointSettings

#: pgvector stores no more.
MOST_DIMENSIONS = 16_000
#: A batch of 64 texts with 4,096 dimensions written out has some 6 MB.
ANSWER_LIMIT = 32 * 2**20
#: The input is wrong, whoever sends it again.
REFUSALS = frozenset({400, 413, 422})
#: Nobody waits for a batch.
BATCH_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 300.0


class _Embedding(msgspec.Struct):
    index: int
    embedding: list[float]


class _Answer(msgspec.Struct):
    data: list[_Embedding]


class EndpointEmbedder:
    """One endpoint and model, for one topic."""

    batch = 64

    def __init__(self, settings: EndpointSettings) -> None:
        self.model = settings.model
        self.scale = Scale(near=settings.near, sure=settings.sure)
        self._settings = settings
        self._url = settings.url.rstrip("/") + "/embeddings"
        self._headers = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with aiohttp.ClientSession() as session:
            self._session = session
            try:
                yield
            finally:
                self._session = None

    async def question(self, text: str) -> Vector:
        return (await self._embed([text], seconds=self._settings.seconds))[0]

    async def texts(self, texts: Sequence[str]) -> Sequence[Vector]:
        return await self._embed(texts, seconds=BATCH_SECONDS)

    async def _embed(self, texts: Sequence[str], *, seconds: float) -> Sequence[Vector]:
        if self._session is None:
            raise EmbeddingsFailed("not running")
        body = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        try:
            async with self._session.post(
                self._url,
                json=body,
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,
            ) as response:
                if response.status != 200:
                    raise _failure(response)
                answer = await _read(response)
        except asyncio.TimeoutError as error:
            raise EmbeddingsFailed("timeout") from error
        except aiohttp.ClientError as error:
            raise EmbeddingsFailed(type(error).__name__) from error
        return checked(answer, len(texts))


async def _read(response: aiohttp.ClientResponse) -> bytes:
    parts = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        parts += chunk
        if len(parts) > ANSWER_LIMIT:
            raise EmbeddingsFailed("answer too large")
    return bytes(parts)


def checked(answer: bytes, wanted: int) -> Sequence[Vector]:
    """The vectors of an answer; raises EmbeddingsFailed where it is not one usable vector for each text."""
    try:
        data = msgspec.json.decode(answer, type=_Answer).data
    except msgspec.DecodeError as error:
        raise EmbeddingsFailed("answer is no list of embeddings") from error
    by_index = {one.index: one.embedding for one in data}
    if len(data) != wanted or set(by_index) != set(range(wanted)):
        raise EmbeddingsFailed("not one vector a text")
    vectors = [by_index[index] for index in range(wanted)]
    lengths = {len(vector) for vector in vectors}
    if len(lengths) != 1 or not 1 <= lengths.pop() <= MOST_DIMENSIONS:
        raise EmbeddingsFailed("vectors of unusable length")
    if not all(0 < sum(value * value for value in vector) < math.inf for vector in vectors):
        raise EmbeddingsFailed("vectors without a direction")
    return vectors


def _failure(response: aiohttp.ClientResponse) -> EmbeddingsFailed:
    kind = EmbeddingsRefused if response.status in REFUSALS else EmbeddingsFailed
    try:
        pause = float(response.headers.get("Retry-After", ""))
    except ValueError:
        pause = math.nan  # absent, or a date, which no endpoint of this kind sends
    known = math.isfinite(pause) and pause >= 0
    return kind(f"status {response.status}", retry_after=min(pause, LONGEST_PAUSE_SECONDS) if known else None)
