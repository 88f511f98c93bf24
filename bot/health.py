"""Is the process alive, can it do its work, and what are its numbers? The same three pages for edge and worker."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import aiohttp
import structlog
from aiohttp import web

from bot.metrics import Metrics

log = structlog.stdlib.get_logger(__name__)

CHECK_SECONDS = 2.0
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

#: Raises where the dependency cannot be used.
Check = Callable[[], Awaitable[None]]
#: How many rows wait, by queue.
Depths = Callable[[], Awaitable[Mapping[str, int]]]


class Health:
    """/healthz, /readyz and /metrics. They tell numbers and names only; who may read them is the proxy's business."""

    def __init__(self, *, checks: Mapping[str, Check], metrics: Metrics, depths: Depths) -> None:
        self._checks = checks
        self._metrics = metrics
        self._depths = depths

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._read_metrics)

    async def _healthz(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "alive"})

    async def _readyz(self, request: web.Request) -> web.StreamResponse:
        states = await asyncio.gather(*(_state(name, check) for name, check in self._checks.items()))
        found = dict(zip(self._checks, states, strict=True))
        return web.json_response(found, status=200 if set(states) <= {"up"} else 503)

    async def _read_metrics(self, request: web.Request) -> web.StreamResponse:
        try:
            self._metrics.queue_depths(await asyncio.wait_for(self._depths(), CHECK_SECONDS))
        except Exception as error:  # the other numbers matter most when the database is down
            log.warning("metrics.no_depths", error=type(error).__name__)
        return web.Response(body=self._metrics.text(), headers={"Content-Type": METRICS_TYPE})


async def _state(name: str, check: Check) -> str:
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except Exception as error:
        log.warning("ready.failed", dependency=name, error=type(error).__name__)
        return "down"
    return "up"


def answers(session: aiohttp.ClientSession, url: str) -> Check:
    """The address answers 200."""

    async def check() -> None:
        async with session.get(url) as response:
            response.raise_for_status()

    return check
