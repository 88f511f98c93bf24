"""Asks for the token once, in a process of its own: `token_process.py DATABASE_URL API_BASE APP_ID APP_SECRET`."""

from __future__ import annotations

import asyncio
import sys

from aiohttp import ClientSession

from bot.tokens.store import TokenStore, make_fetch
from services.clock import SystemClock
from services.db import make_engine, make_sessions


async def main(database_url: str, api_base: str, app_id: str, app_secret: str) -> None:
    engine = make_engine(database_url)
    async with ClientSession() as http:
        fetch = make_fetch(http, api_base=api_base, app_id=app_id, app_secret=app_secret)
        store = TokenStore(sessions=make_sessions(engine), clock=SystemClock(), app_id=app_id, fetch=fetch)
        print(await store.token(), flush=True)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
