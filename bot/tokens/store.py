"""Which access token do we use, and who fetches a new one? One row, one refresher at a time over all processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

import aiohttp
import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.wechat.client import post
from bot.channels.wechat.codes import error_of
from bot.errors import PlatformBusy, PlatformError, PlatformTokenInvalid
from bot.tokens.models import PlatformTokenRow
from services.clock import Clock, local
from services.db import Sessions

log = structlog.stdlib.get_logger(__name__)

#: From here on the platform hands out the next token, while the old one still works.
RENEW_BEFORE = timedelta(minutes=5)
#: A process asks the row again after this long, so that it learns of a token that another one has replaced.
REMEMBER = timedelta(seconds=30)
FORCE_APART = timedelta(seconds=30)
FORCE_A_DAY = 20


class Fetch(Protocol):
    """Asks the platform for a token: `(token, seconds it is valid)`."""

    async def __call__(self, *, force: bool) -> tuple[str, int]: ...


class TokenStore:
    """Fulfils the client's TokenSource over PostgreSQL."""

    def __init__(self, *, sessions: Sessions, clock: Clock, app_id: str, fetch: Fetch) -> None:
        self._sessions, self._clock, self._app_id, self._fetch = sessions, clock, app_id, fetch
        self._remembered: tuple[str, datetime] | None = None

    async def token(self) -> str:
        """The shared token, renewed in time; raises PlatformError when the platform gives none."""
        now = self._clock.now()
        if self._remembered is not None and now < self._remembered[1]:
            return self._remembered[0]
        return await self._with_row(self._renewed)

    async def replace(self, rejected: str) -> str:
        """A token other than the rejected one; raises PlatformTokenInvalid when it was demanded too often."""

        async def other(row: PlatformTokenRow) -> str:
            if row.token != rejected:
                return row.token  # another process was faster
            self._count_demand(row)
            return await self._renew(row, force=True)

        self._remembered = None
        return await self._with_row(other)

    async def _renewed(self, row: PlatformTokenRow) -> str:
        if row.token and row.expires_at - RENEW_BEFORE > self._clock.now():
            return row.token
        return await self._renew(row, force=False)

    async def _with_row(self, decide: Callable[[PlatformTokenRow], Awaitable[str]]) -> str:
        """Decides with the row locked. The lock is held during the platform's answer on purpose: that is what makes
        one refresher of many processes, and the call has a time limit."""
        async with self._sessions.begin() as session:
            row = await self._locked(session)
            token = await decide(row)
            self._remembered = (token, min(self._clock.now() + REMEMBER, row.expires_at - RENEW_BEFORE))
            return token

    async def _locked(self, session: AsyncSession) -> PlatformTokenRow:
        empty = {"app_id": self._app_id, "token": "", "expires_at": self._clock.now(), "forced_count": 0}
        await session.execute(insert(PlatformTokenRow).values(empty).on_conflict_do_nothing())
        query = select(PlatformTokenRow).where(PlatformTokenRow.app_id == self._app_id).with_for_update()
        return (await session.execute(query)).scalar_one()

    async def _renew(self, row: PlatformTokenRow, *, force: bool) -> str:
        token, seconds = await self._fetch(force=force)
        row.token = token
        row.expires_at = self._clock.now() + timedelta(seconds=seconds)
        log.info("wechat.token_renewed", seconds=seconds, forced=force)
        return token

    def _count_demand(self, row: PlatformTokenRow) -> None:
        now = self._clock.now()
        today = local(now).date()
        if row.forced_at is not None and now - row.forced_at < FORCE_APART:
            raise PlatformTokenInvalid("a new token was demanded less than 30 s ago")
        if row.forced_day != today:
            row.forced_day, row.forced_count = today, 0
        if row.forced_count >= FORCE_A_DAY:
            raise PlatformTokenInvalid(f"a new token was demanded {FORCE_A_DAY} times today")
        row.forced_count += 1
        row.forced_at = now


def make_fetch(session: aiohttp.ClientSession, *, api_base: str, app_id: str, app_secret: str) -> Fetch:
    """The platform's `stable_token` call."""
    url = api_base.rstrip("/") + "/cgi-bin/stable_token"

    async def fetch(*, force: bool) -> tuple[str, int]:
        body = {
            "grant_type": "client_credential",
            "appid": app_id,
            "secret": app_secret,
            "force_refresh": force,
        }
        answer = await post(session, url, body, {}, lost=PlatformBusy)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            error = error_of(int(answer.get("errcode", 0)), str(answer.get("errmsg", "")))
            log.error("wechat.no_token", errcode=error.errcode, rid=error.rid, hint=_hint(error))
            raise error
        return token, seconds

    return fetch


def _hint(error: PlatformError) -> str:
    """What an operator can do about it."""
    if error.errcode == 40164:
        return "add this machine's outgoing address to the account's IP list"
    if error.errcode in {40125, 40013, 40001}:
        return "check ZQ_WECHAT_APP_ID and ZQ_WECHAT_APP_SECRET"
    return "see the platform's list of error codes"
