"""A network between a process and PostgreSQL that fails at the worst moment: while a transaction is being committed."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from enum import Enum
from urllib.parse import unquote

from sqlalchemy.engine import make_url

#: The statement on its way to the server, and the server's word on its way back that it was carried out.
COMMIT = b"COMMIT\x00"
#: Of the commits that pass, one in so many is cut: what is cut every time never gets anywhere.
EVERY = 7


class Moment(Enum):
    """When is the connection cut?"""

    #: The server has not heard of the commit.
    BEFORE = "before"
    #: It has carried it out, and nobody hears of that.
    AFTER = "after"


class CuttingProxy:
    """Listens on a port of its own and passes everything on; cuts a connection at one commit in seven, so many times as
    it was told to."""

    def __init__(self, database_url: str, moment: Moment) -> None:
        self._target = make_url(database_url)
        self._moment = moment
        self._left = 0
        self._commits = 0
        #: Connections that were cut during a commit.
        self.cuts = 0
        self.url = ""

    def cut_next(self, count: int) -> None:
        """Begins to cut, so many times."""
        self._left = count

    async def __aenter__(self) -> CuttingProxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        address = self._target.set(host=host, port=port, query={})
        self.url = address.render_as_string(hide_password=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = self._target.query.get("host") or self._target.host
        port = self._target.port or 5432
        if isinstance(folder, str) and unquote(folder).startswith("/"):
            return await asyncio.open_unix_connection(f"{unquote(folder)}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._target.host or "127.0.0.1", port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            there, on = await self._connect()
            waiting = asyncio.Event()
            ways = [
                asyncio.create_task(self._pass_on(reader, on, waiting)),
                asyncio.create_task(self._pass_back(there, writer, waiting)),
            ]
            # Whichever side ends, the other is cut off.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            on.close()
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, on: asyncio.StreamWriter, waiting: asyncio.Event) -> None:
        while data := await reader.read(65_536):
            if COMMIT in data and self._falls_due():
                if self._moment is Moment.BEFORE:
                    return
                waiting.set()
            on.write(data)
            await on.drain()

    async def _pass_back(self, there: asyncio.StreamReader, back: asyncio.StreamWriter, waiting: asyncio.Event) -> None:
        while data := await there.read(65_536):
            if waiting.is_set() and COMMIT in data:
                return
            back.write(data)
            await back.drain()

    def _falls_due(self) -> bool:
        self._commits += 1
        if not self._left or self._commits % EVERY:
            return False
        self._left -= 1
        self.cuts += 1
        return True
