"""How does a page follow a long work? By events, until the work is over or this process stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from aiohttp import web

from services.console.parts import Parts
from services.console.visit import Visit

#: How often a page is told how far the work is, and how often whoever does it says so.
TOLD_SECONDS = 1.0


async def follow(visit: Visit, parts: Parts, kind: str, template: str) -> web.StreamResponse:
    """The events of the work that the address names: `progress` with this template, at the end `done`. Raises
    WorkGone."""
    key = visit.uuid("work")
    await parts.works.read(visit.person.id, kind, key)
    return await visit.events(_progress(visit, parts, kind, key, template))


async def _progress(visit: Visit, parts: Parts, kind: str, key: UUID, template: str) -> AsyncIterator[tuple[str, str]]:
    while not parts.stopping.is_set():
        work = await parts.works.read(visit.person.id, kind, key)
        if not work.running:
            yield "done", ""
            return
        yield "progress", visit.fragment(template, work=work)
        await asyncio.sleep(TOLD_SECONDS)
