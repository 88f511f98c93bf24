"""How does a loop in the background end? After the step that it is at: a cut would tear a connection apart."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

#: Does one step; gives the seconds to wait after it. Errors that are to be survived are its own matter.
Step = Callable[[], Awaitable[float]]

#: A step that takes longer at the end is cut off all the same.
STOP_SECONDS = 2.0


@contextlib.asynccontextmanager
async def looping(step: Step, *, name: str) -> AsyncIterator[None]:
    """Steps again and again until the block ends."""
    stopping = asyncio.Event()
    task = asyncio.create_task(_loop(step, stopping), name=name)
    try:
        yield
    finally:
        stopping.set()
        await asyncio.wait({task}, timeout=STOP_SECONDS)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _loop(step: Step, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        pause = await step()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(stopping.wait(), pause)
