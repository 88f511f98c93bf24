"""How does a test wait for something that happens on its own? Until it is so, with a bound."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


def until(condition: Callable[[], bool], *, seconds: float, missing: str) -> None:
    """The same for tests without a loop of their own; `missing` says what has not come about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{missing}, not within {seconds:.0f} s"
        time.sleep(0.1)


async def eventually(condition: Callable[[], Awaitable[bool]], *, seconds: float = 30.0) -> None:
    """Returns once the condition holds; fails after that time."""
    until = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < until, f"not within {seconds} s"
        await asyncio.sleep(0.05)
