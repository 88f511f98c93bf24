"""Which access token is valid? The platform's two ways to get one, and when one ends.

getStableAccessToken gives the same token until five minutes before its end; then a new one, and both work until the
old one's end. A forced refresh ends the old one at once: 20 a day, 30 s apart. The older getAccessToken gives a new
one every time; the one before it works for five more minutes. The two ways know nothing of each other.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from simulator.clock import Clock, day_of
from simulator.errors import ApiError

LIFETIME = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = timedelta(seconds=30)
#: Ended tokens are remembered this long, to answer 42001 (expired) rather than 40001 (never was).
MEMORY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """One access token."""

    value: str
    ends_at: datetime
    #: True when it was ended before its time: the platform then calls it invalid, not expired.
    revoked: bool = False

    def seconds_left(self, now: datetime) -> int:
        return max(0, ceil((self.ends_at - now).total_seconds()))


class TokenIssuer:
    """Gives tokens to who knows the secret, and knows which ones are valid."""

    def __init__(self, *, app_id: str, app_secret: str, clock: Clock) -> None:
        self._app_id = app_id
        self._app_secret = app_secret
        self._clock = clock
        self.forget()

    def forget(self) -> None:
        """As on the first day: no token, no forced refresh counted."""
        self._tokens: dict[str, Token] = {}
        self._stable = ""
        self._plain = ""
        self._forced_at: datetime | None = None
        self._forced_day = ""
        self._forced_count = 0

    def check_credentials(self, app_id: str, secret: str) -> None:
        """41002/41004 when one is missing, 40013/40125 when one is wrong."""
        if not app_id:
            raise ApiError(41002)
        if not secret:
            raise ApiError(41004)
        if app_id != self._app_id:
            raise ApiError(40013)
        if not hmac.compare_digest(secret.encode(), self._app_secret.encode()):
            raise ApiError(40125)

    def stable(self, *, force: bool) -> Token:
        """The token of getStableAccessToken."""
        now = self._clock.now()
        current = self._tokens.get(self._stable)
        if force:
            self._count_forced(now)
            self._revoke(self._stable)
            current = None
        if current is None or current.revoked or current.ends_at - now <= OVERLAP:
            current = self._issue(now)
            self._stable = current.value
        return current

    def plain(self) -> Token:
        """The token of getAccessToken: a new one, and the one before it ends within five minutes."""
        now = self._clock.now()
        before = self._tokens.get(self._plain)
        if before is not None:
            self._tokens[before.value] = replace(before, ends_at=min(before.ends_at, now + OVERLAP))
        token = self._issue(now)
        self._plain = token.value
        return token

    def check(self, value: str) -> None:
        """Raises 41001 (missing), 42001 (expired) or 40001 (never was, or ended by a refresh)."""
        if not value:
            raise ApiError(41001)
        token = self._tokens.get(value)
        if token is None or token.revoked:
            raise ApiError(40001)
        if self._clock.now() >= token.ends_at:
            raise ApiError(42001)

    def revoke_all(self) -> None:
        """Ends every token now, as when the secret is changed on the platform's pages."""
        for value in self._tokens:
            self._revoke(value)

    def _issue(self, now: datetime) -> Token:
        self._tokens = {value: token for value, token in self._tokens.items() if now - token.ends_at < MEMORY}
        token = Token(value=f"{secrets.randbelow(90) + 10}_{secrets.token_urlsafe(72)}", ends_at=now + LIFETIME)
        self._tokens[token.value] = token
        return token

    def _revoke(self, value: str) -> None:
        if value in self._tokens:
            self._tokens[value] = replace(self._tokens[value], revoked=True)

    def _count_forced(self, now: datetime) -> None:
        if self._forced_at is not None and now - self._forced_at < FORCED_APART:
            raise ApiError(45011, "force_refresh needs 30 s between two")
        today = day_of(now)
        if today != self._forced_day:
            self._forced_day, self._forced_count = today, 0
        if self._forced_count >= FORCED_A_DAY:
            raise ApiError(45009, "force_refresh 20 a day")
        self._forced_count += 1
        self._forced_at = now
