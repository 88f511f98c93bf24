"""A process of ours, started as an operator would, that a test may kill."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.fakes.waiting import eventually

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    """`python -m ...` with settings in its environment; its log goes to a file."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    health_url: str
    log: Path
    _running: asyncio.subprocess.Process | None = None

    async def start(self, **more: str) -> None:
        """Starts it and waits until it answers."""
        with self.log.open("ab") as log:
            self._running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", *self.arguments),
                cwd=ROOT,
                env={**os.environ, **self.environment, **more},
                stdout=log,
                stderr=log,
            )
        running = self._running

        async def healthy() -> bool:
            assert running.returncode is None, self.log.read_text()[-4000:]
            return await self._is_healthy()

        await eventually(healthy, seconds=120)

    async def _is_healthy(self) -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(self.health_url) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def ended(self, seconds: float = 60.0) -> int:
        """Waits for its end and gives the exit code."""
        assert self._running is not None
        return await asyncio.wait_for(self._running.wait(), seconds)

    @property
    def has_ended(self) -> bool:
        """Is it gone, of itself or because somebody killed it?"""
        return self._running is not None and self._running.returncode is not None

    async def kill(self) -> None:
        """At once, as when the power fails."""
        self.send(signal.SIGKILL)
        await self.ended()

    async def terminate(self) -> int:
        """Asks it to stop; gives the exit code."""
        self.send(signal.SIGTERM)
        return await self.ended()

    def send(self, number: signal.Signals) -> None:
        """A signal, where it still runs."""
        if self._running is not None and self._running.returncode is None:
            self._running.send_signal(number)


@asynccontextmanager
async def killed_at_the_end(process: Process) -> AsyncIterator[Process]:
    try:
        yield process
    finally:
        if process._running is not None:
            await process.kill()
