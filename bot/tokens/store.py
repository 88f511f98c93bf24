"""Which access token do we use, and who fetches a new one? One row, one refresher at a time over all processes.

remembered and fresh -> use it
the row's is fresh   -> use it (another process was here)
otherwise            -> lock the row, look again, fetch, commit
rejected by a call   -> lock the row; fetch; only if that gives the rejected one again, force a new one
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import aiohttp
import structlog
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.wechat.transport import Answer, Request, Transport
from bot.errors import PlatformBusy, PlatformError, PlatformTokenInvalid
from bot.tokens.models import PlatformTokenRow
from services.clock import Clock, local
from services.db import Sessions

log = structlog.stdlib.get_logger(__name__)

#: From here on the platform hands out the next token, while the old one still works.
RENEW_BEFORE = timedelta(minutes=5)
#: A token that we could not renew in time is used until shortly before its end.
USABLE_BEFORE = timedelta(seconds=10)
#: A process asks the row again after this long, so that it learns of a token that another one has replaced.
REMEMBER = timedelta(seconds=30)
#: After a failed renewal in advance, this process does not try again for so long.
PAUSE = timedelta(seconds=10)
FORCE_APART = timedelta(seconds=30)
FORCE_A_DAY = 20
#: A push is given up after some seconds, and then nobody knows whether it went out: waiting for a token, which surely
#: sends nothing, must end before that.
FETCH_SECONDS = 4.0
LOCK_TIMEOUT = "5s"


class Fetch(Protocol):
    """Asks the platform for a token: `(token, seconds it is valid)`. Unless forced, it gives the same one until
    shortly before its end. Raises PlatformError."""

    async def __call__(self, *, force: bool) -> tuple[str, int]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """A token that a process uses without looking at the row."""

    token: str = field(repr=False)
    until: datetime


class TokenStore:
    """Fulfils the client's TokenSource over PostgreSQL."""

    def __init__(self, *, sessions: Sessions, clock: Clock, app_id: str, fetch: Fetch) -> None:
        self._sessions, self._clock, self._app_id, self._fetch = sessions, clock, app_id, fetch
        self._remembered: Remembered | None = None
        self._quiet_until: datetime | None = None
        #: What is under way in this process, so that a hundred calls wait for one fetch and not for a hundred locks.
        self._under_way: dict[str, asyncio.Task[str]] = {}

    async def token(self) -> str:
        """The shared token, renewed in time; raises PlatformError when there is none to be had."""
        if self._remembered is not None and self._clock.now() < self._remembered.until:
            return self._remembered.token
        return await self._together("", self._look)

    async def replace(self, rejected: str) -> str:
        """A token other than the rejected one; raises PlatformBusy when the last one is only seconds old, and
        PlatformTokenInvalid when it was replaced too often today."""
        return await self._together(rejected, lambda: self._replace(rejected))

    async def _together(self, name: str, work: Callable[[], Awaitable[str]]) -> str:
        """Everybody who wants the same waits for the same; who gives up waiting does not stop it for the others."""
        task = self._under_way.get(name)
        if task is None:
            task = asyncio.create_task(self._guarded(work))
            self._under_way[name] = task
            task.add_done_callback(lambda done: self._done(name, done))
        return await asyncio.shield(task)

    def _done(self, name: str, task: asyncio.Task[str]) -> None:
        del self._under_way[name]
        if not task.cancelled() and (error := task.exception()) is not None:
            # Also where nobody waits any more.
            log.warning("wechat.no_token", error=type(error).__name__)

    async def _guarded(self, work: Callable[[], Awaitable[str]]) -> str:
        try:
            return await work()
        except SQLAlchemyError as error:
            # Nothing was sent: whoever wanted the token may try again.
            raise PlatformBusy(f"the token's row cannot be reached: {type(error).__name__}") from error

    async def _look(self) -> str:
        async with self._sessions() as session:
            row = await session.get(PlatformTokenRow, self._app_id)
        now = self._clock.now()
        if row is not None and row.expires_at - RENEW_BEFORE > now:
            return self._remember(row)
        usable = row is not None and row.expires_at - USABLE_BEFORE > now
        if row is not None and usable and self._quiet_until is not None and now < self._quiet_until:
            return row.token
        return await self._renew(usable=usable)

    async def _renew(self, *, usable: bool) -> str:
        """Fetches the next token. While the old one works, nobody waits for who fetches, nor for a platform that is
        down.

        The row's lock is held during the platform's answer on purpose: that is what makes one refresher of many
        processes, a process that dies lets go of it at once, and the call has a time limit.
        """
        async with self._sessions.begin() as session:
            row = await self._locked(session, wait=not usable)
            if row is None:
                return await self._present(session)
            if row.expires_at - RENEW_BEFORE > self._clock.now():
                return self._remember(row)
            try:
                await self._fetch_into(row, force=False)
            except PlatformError as error:
                if not usable:
                    raise
                self._quiet_until = self._clock.now() + PAUSE
                log.warning("wechat.token_not_renewed", error=type(error).__name__, until=row.expires_at.isoformat())
                return row.token
        return self._remember(row)

    async def _replace(self, rejected: str) -> str:
        failure: PlatformError | None = None
        async with self._sessions.begin() as session:
            row = await self._locked(session, wait=True)
            if row is None:
                raise PlatformBusy("the token's row is gone")
            if row.token in {"", rejected} or row.expires_at <= self._clock.now():
                failure = await self._try_another(row, rejected)
        if failure is not None:
            raise failure
        return self._remember(row)

    async def _try_another(self, row: PlatformTokenRow, rejected: str) -> PlatformError | None:
        """Puts another token into the row. A failure is given back instead of raised once the platform may have
        counted the attempt: then the row's count must be committed all the same."""
        now, today = self._clock.now(), local(self._clock.now()).date()
        if row.forced_at is not None and now - row.forced_at < FORCE_APART:
            # It will be allowed again in a moment: nothing need stop for that.
            raise PlatformBusy("the token was replaced less than 30 s ago")
        if row.forced_day != today:
            row.forced_day, row.forced_count = today, 0
        # Somebody else may have replaced it behind our back: then the platform has another one for the asking.
        await self._fetch_into(row, force=False)
        row.forced_at = now
        if row.token != rejected:
            return None
        if row.forced_count >= FORCE_A_DAY:
            return PlatformTokenInvalid(f"a new token was demanded {FORCE_A_DAY} times today")
        row.forced_count += 1
        try:
            await self._fetch_into(row, force=True)
        except PlatformError as error:
            return error
        return None

    async def _locked(self, session: AsyncSession, *, wait: bool) -> PlatformTokenRow | None:
        """The row, ours until the transaction ends; None where somebody else has it and we do not wait."""
        await session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        empty = {"app_id": self._app_id, "token": "", "expires_at": self._clock.now(), "forced_count": 0}
        if wait:
            await session.execute(insert(PlatformTokenRow).values(empty).on_conflict_do_nothing())
        query = select(PlatformTokenRow).where(PlatformTokenRow.app_id == self._app_id)
        return (await session.execute(query.with_for_update(skip_locked=not wait))).scalar_one_or_none()

    async def _present(self, session: AsyncSession) -> str:
        return (await session.get_one(PlatformTokenRow, self._app_id)).token

    async def _fetch_into(self, row: PlatformTokenRow, *, force: bool) -> None:
        row.token, seconds = await self._fetch(force=force)
        row.expires_at = self._clock.now() + timedelta(seconds=seconds)
        log.info("wechat.token_fetched", seconds=seconds, forced=force)

    def _remember(self, row: PlatformTokenRow) -> str:
        until = min(self._clock.now() + REMEMBER, row.expires_at - RENEW_BEFORE)
        self._remembered = Remembered(token=row.token, until=until)
        return row.token


class _Given(Answer, frozen=True, kw_only=True):
    access_token: str
    expires_in: int


def make_fetch(session: aiohttp.ClientSession, *, api_base: str, app_id: str, app_secret: str) -> Fetch:
    """The platform's `stable_token` call."""
    transport = Transport(session=session, api_base=api_base, call_seconds=FETCH_SECONDS)

    async def fetch(*, force: bool) -> tuple[str, int]:
        body = {
            "grant_type": "client_credential",
            "appid": app_id,
            "secret": app_secret,
            "force_refresh": force,
        }
        given = await transport.ask(Request(path="/cgi-bin/stable_token", body=body, lost=PlatformBusy), _Given)
        if not given.access_token or given.expires_in <= 0:
            raise PlatformBusy("the platform gave no token")
        return given.access_token, given.expires_in

    return fetch
