"""The fake embeddings endpoint: OpenAI's API on port 0, with vectors that know which words mean the same, and moods."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping, Sequence

from aiohttp import web

#: Words of one line mean the same.
MEANINGS = (
    ("旅行证件", "护照", "出国"),
    ("住处证明", "居住证", "暂住"),
    ("养老钱", "退休金", "养老金"),
    ("宝宝", "新生儿", "出生"),
)
NOISE_DIMENSIONS = 12


def vector_of(text: str, dimensions: int) -> list[float]:
    """Strong where a meaning is named, weak for every single character."""
    meanings = [3.0 * any(word in text for word in words) for words in MEANINGS]
    noise = [0.01] * (dimensions - len(MEANINGS))
    for sign in text:
        noise[zlib.crc32(sign.encode()) % len(noise)] += 0.05
    return meanings + noise


class EmbeddingsServer:
    """`status`, `headers`, `seconds`, `dimensions` and `body` are its mood and may be changed at any time."""

    def __init__(self, *, key: str = "") -> None:
        self.key = key
        self.url = ""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.seconds = 0.0
        self.dimensions = len(MEANINGS) + NOISE_DIMENSIONS
        #: Sent instead of an answer.
        self.body: bytes | None = None
        #: Texts with one of these are refused, whatever stands beside them.
        self.refused: Sequence[str] = ()
        #: Each request's texts.
        self.asked: list[list[str]] = []

    async def __aenter__(self) -> EmbeddingsServer:
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/v1/embeddings", self._embed)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def texts(self) -> list[str]:
        """Every text ever sent."""
        return [text for texts in self.asked for text in texts]

    async def _embed(self, request: web.Request) -> web.Response:
        body: Mapping[str, object] = await request.json()
        texts = body["input"]
        assert isinstance(texts, list)
        assert body["model"]
        self.asked.append(texts)
        await asyncio.sleep(self.seconds)
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": {"message": "Incorrect API key"}}, status=401)
        if self.status != 200:
            return web.json_response({"error": {"message": "no"}}, status=self.status, headers=self.headers)
        if any(word in text for word in self.refused for text in texts):
            return web.json_response({"error": {"message": "This input is not allowed"}}, status=400)
        if self.body is not None:
            return web.Response(body=self.body, content_type="application/json")
        data = [
            {"object": "embedding", "index": index, "embedding": vector_of(text, self.dimensions)}
            for index, text in enumerate(texts)
        ]
        # The API does not promise an order.
        return web.json_response({"object": "list", "data": data[::-1], "model": body["model"]})
