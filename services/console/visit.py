"""What does a page's handler get? One request, who makes it, and ways to answer: render, redirect, file, events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar
from urllib.parse import quote
from uuid import UUID

import aiohttp_jinja2
from aiohttp import web
from multidict import MultiDict, MultiDictProxy
from wtforms import Form

from services.audit.trail import Actor
from services.console.errors import SignInNeeded
from services.console.headers import PAGE
from services.console.keys import FLASH
from services.console.pages import PREFIX
from services.console.rendering import page_context
from services.errors import NotFound
from services.sheets import unformulated
from services.staff.permissions import Permission
from services.staff.types import Person, SignedIn

FlashKind = Literal["success", "info", "warning", "danger"]
F = TypeVar("F", bound=Form)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """One request to the console after its checks."""

    request: web.Request
    #: Network address of the browser.
    address: str
    #: None on pages that anybody may see.
    signed_in: SignedIn | None
    #: Fields and files of a POST; empty for a GET.
    form: MultiDictProxy[Any]

    @property
    def session(self) -> SignedIn:
        """The session; a page with a permission has one."""
        if self.signed_in is None:
            raise SignInNeeded
        return self.signed_in

    @property
    def person(self) -> Person:
        """Who is signed in."""
        return self.session.person

    @property
    def actor(self) -> Actor:
        """For the audit log."""
        return Actor(staff_id=self.person.id, login=self.person.login, address=self.address)

    @property
    def path(self) -> Mapping[str, str]:
        """The `{name}` parts of the path."""
        return self.request.match_info

    @property
    def query(self) -> Mapping[str, str]:
        """What stands behind the question mark."""
        return self.request.query

    @property
    def is_htmx(self) -> bool:
        """Does a part of a page ask, rather than a person for a page?"""
        return "HX-Request" in self.request.headers and "HX-Boosted" not in self.request.headers

    def uuid(self, name: str) -> UUID:
        """A part of the path that has to be an id; raises NotFound."""
        try:
            return UUID(self.path[name])
        except ValueError:
            raise NotFound from None

    def may(self, permission: Permission) -> bool:
        return self.signed_in is not None and self.person.may(permission)

    def bind(self, kind: type[F], **known: Any) -> F:
        """The WTForms form filled with what was sent, or else with `known`."""
        sent = MultiDict(self.form) if self.request.method == "POST" else None
        return kind(sent, data=known, meta={"locales": ["zh"]})

    def bind_query(self, kind: type[F]) -> F:
        """The WTForms form of a search, filled from the query string."""
        return kind(MultiDict(self.request.query), meta={"locales": ["zh"]})

    def render(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A whole page, or a part of one where the template is only that."""
        context = {"visit": self, **page_context(self.request), **values}
        return aiohttp_jinja2.render_template(template, self.request, context, status=status)

    def fragment(self, template: str, **values: Any) -> str:
        """A part of a page as text, for `events`."""
        context = {"visit": self, **page_context(self.request), **values}
        return aiohttp_jinja2.render_string(template, self.request, context)

    def redirect(self, path: str, flash: str = "", kind: FlashKind = "success") -> web.Response:
        """Goes on at `path` below /console, where `flash` is said once."""
        if flash:
            self.request[FLASH] = [{"kind": kind, "text": flash}]
        status, header = (204, "HX-Redirect") if self.is_htmx else (303, "Location")
        return web.Response(status=status, headers={header: f"{PREFIX}{path}"})

    def csv(self, name: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> web.Response:
        """A file for a spreadsheet: UTF-8 with a mark, by which Excel knows it; no cell is a formula."""
        lines = (",".join(map(_cell, row)) for row in (head, *rows))
        body = "\ufeff" + "\r\n".join(lines) + "\r\n"
        return self.file(f"{name}.csv", body.encode(), "text/csv")

    def file(self, name: str, body: bytes, content_type: str) -> web.Response:
        """A file to keep."""
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        headers = {"Content-Disposition": disposition, "Content-Type": content_type}
        return web.Response(body=body, headers=headers)

    async def stream(self, name: str, content_type: str, parts: AsyncIterator[str]) -> web.StreamResponse:
        """A long file to keep, written as its parts are made: none of it is held in memory but the part at hand.

        The browser sees that a file ended early, since the last chunk is missing then.
        """
        disposition = f"attachment; filename*=UTF-8''{quote(name)}"
        # Once it is begun, nobody else can add these.
        headers = {**PAGE, "Content-Disposition": disposition, "Content-Type": content_type}
        response = web.StreamResponse(headers=headers)
        response.enable_chunked_encoding()
        await response.prepare(self.request)
        async for part in parts:
            await response.write(part.encode())
        await response.write_eof()
        return response

    async def events(self, parts: AsyncIterator[tuple[str, str]]) -> web.StreamResponse:
        """Server-sent events, `(name, html)` each, until the iterator ends or the browser leaves."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(self.request)
        try:
            async for name, html in parts:
                data = "".join(f"data: {line}\n" for line in html.splitlines() or [""])
                await response.write(f"event: {name}\n{data}\n".encode())
        except ConnectionResetError:  # the browser has left: nobody is there to be told
            return response
        return response


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    if not isinstance(value, (int, float)):
        text = unformulated(text)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in '",\r\n') else text
