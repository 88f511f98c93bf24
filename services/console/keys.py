"""What does a request carry from the guard to the templates?"""

from __future__ import annotations

from aiohttp import web

from services.staff.types import SignedIn

SIGNED_IN = web.RequestKey("console_signed_in", SignedIn)
#: The cookie's secret, or the one that this browser is given with the answer.
SECRET = web.RequestKey("console_secret", str)
CSRF_TOKEN = web.RequestKey("console_csrf_token", str)
#: What the next page has to say.
FLASH = web.RequestKey("console_flash", list[dict[str, str]])
#: Has this page said what the one before left for it?
FLASH_SHOWN = web.RequestKey("console_flash_shown", bool)
