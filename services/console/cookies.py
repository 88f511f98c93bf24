"""How does a browser show who it is, and that a form is ours? A secret cookie, and a token derived from it."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

from aiohttp import web

from services.console.pages import PREFIX
from services.crypto import Cipher

CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
PURPOSE = "console csrf"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cookies:
    """The console's one cookie: the session's secret, or a random one before anybody signs in."""

    cipher: Cipher
    #: Is the console behind TLS?
    secure: bool

    @property
    def name(self) -> str:
        """With TLS the browser itself refuses a cookie of this name that a neighbouring site has set."""
        return "__Host-zq_console" if self.secure else "zq_console"

    def secret(self, request: web.Request) -> str | None:
        """What the browser shows; None where it shows nothing of a sensible length."""
        value = request.cookies.get(self.name, "")
        return value if 20 <= len(value) <= 100 and value.isascii() else None

    def csrf_token(self, secret: str) -> str:
        """Known only to who can read pages that were made for this cookie."""
        return self.cipher.fingerprint(secret, purpose=PURPOSE).hex()

    def csrf_fits(self, secret: str | None, shown: str) -> bool:
        return secret is not None and hmac.compare_digest(self.csrf_token(secret).encode(), shown.encode("utf-8"))

    def set(self, response: web.StreamResponse, secret: str) -> None:
        """Not readable for scripts; not sent by other sites' forms; gone when the browser is closed."""
        path = "/" if self.secure else PREFIX
        response.set_cookie(self.name, secret, path=path, httponly=True, samesite="Lax", secure=self.secure)


def new_visitor() -> str:
    """A secret for somebody who has not signed in."""
    return secrets.token_urlsafe(32)
