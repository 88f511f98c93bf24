"""May this request reach its page? Rate, session, second factor, permission; for a POST also origin and CSRF token."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from multidict import MultiDict, MultiDictProxy

from services.console.cookies import CSRF_FIELD, CSRF_HEADER, Cookies, new_visitor
from services.console.errors import CodeNeeded, Refusal, SecondFactorNeeded, SignInNeeded
from services.console.keys import CSRF_TOKEN, SECRET, SIGNED_IN
from services.console.limits import Limits
from services.console.pages import PREFIX, Page
from services.console.upload import with_uploads
from services.console.visit import Visit
from services.errors import Forbidden
from services.settings import ServicesSettings
from services.staff.permissions import WITHOUT_ROLE, Permission
from services.staff.signing import Signing
from services.staff.types import SignedIn

NOTHING: MultiDictProxy[Any] = MultiDictProxy(MultiDict())
#: Where a second factor is set up; open to who must do that first.
SET_UP_PATHS = (f"{PREFIX}/profile/second-factor", f"{PREFIX}/sign-out")


class Guard:
    """Lets requests in."""

    def __init__(self, *, signing: Signing, cookies: Cookies, limits: Limits, settings: ServicesSettings) -> None:
        self._signing = signing
        self._cookies = cookies
        self._limits = limits
        self._settings = settings

    async def admit(self, page: Page, request: web.Request) -> Visit:
        """The visit; raises Refusal, SignInNeeded, CodeNeeded, SecondFactorNeeded and Forbidden."""
        address = self.address(request)
        self._limit(f"address {address}")
        secret = self._cookies.secret(request)
        signed_in = await self._signing.session(secret, passive=page.passive) if secret is not None else None
        # Somebody who is not signed in gets a secret too, by which the sign-in form is known as ours.
        request[SECRET] = secret if secret is not None else new_visitor()
        request[CSRF_TOKEN] = self._cookies.csrf_token(request[SECRET])
        if signed_in is not None:
            request[SIGNED_IN] = signed_in
            self._limit(f"account {signed_in.person.login}")
        self._check_permission(page, request, signed_in)
        form = await self._form(page, request, secret) if request.method == "POST" else NOTHING
        return Visit(request=request, address=address, signed_in=signed_in, form=form)

    def address(self, request: web.Request) -> str:
        """The browser's, as our own outermost proxy saw it."""
        proxies = self._settings.console_proxies
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
        if proxies and len(forwarded) >= proxies:
            return forwarded[-proxies][:100]
        return request.remote or "unknown"

    def _limit(self, name: str) -> None:
        seconds = self._limits.wait(name)
        if seconds:
            raise Refusal(429, "操作太频繁了，请稍等片刻再试。", retry_after=seconds)

    def _check_permission(self, page: Page, request: web.Request, signed_in: SignedIn | None) -> None:
        if page.permission is Permission.ANYBODY:
            return
        if signed_in is None:
            raise SignInNeeded
        if page.permission is Permission.HALF_SIGNED_IN:
            return
        if not signed_in.confirmed:
            raise CodeNeeded
        must_set_up = self._settings.console_second_factor == "required" and not signed_in.person.second_factor
        if must_set_up and not request.path.startswith(SET_UP_PATHS):
            raise SecondFactorNeeded
        if page.permission not in WITHOUT_ROLE and not signed_in.person.may(page.permission):
            raise Forbidden

    async def _form(self, page: Page, request: web.Request, secret: str | None) -> MultiDictProxy[Any]:
        self._check_origin(request)
        sent = request.clone(client_max_size=page.body_limit)
        form = with_uploads(await sent.post())
        shown = request.headers.get(CSRF_HEADER) or form.get(CSRF_FIELD)
        if not isinstance(shown, str) or not self._cookies.csrf_fits(secret, shown):
            raise Refusal(403, "这个页面放得太久，已经失效。请返回上一页，刷新后再提交。")
        if any("\0" in value for value in (*form.keys(), *form.values()) if isinstance(value, str)):
            raise Refusal(400, "提交的内容里有不能识别的字符。")
        return form

    def _check_origin(self, request: web.Request) -> None:
        """A browser names the page from which a form was sent; other programs may leave it out."""
        origin = request.headers.get("Origin")
        if origin is None:
            return
        expected = urlsplit(self._settings.console_url).netloc or request.host
        if urlsplit(origin).netloc != expected:
            raise Refusal(403, "这个请求不是从本站页面发出的，已拒绝。")
