"""What is a page, an area and a menu entry? Data from which the app, the menu and the tests are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aiohttp import web

from services.staff.permissions import Permission

if TYPE_CHECKING:
    from services.console.parts import Parts
    from services.console.visit import Visit

#: Below which path everything of the console lies.
PREFIX = "/console"
FORM_LIMIT = 256 * 1024

Handler = Callable[["Visit"], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One address of the console. GET shows and changes nothing; POST changes, and asks for the CSRF token."""

    method: Literal["GET", "POST"]
    #: Below /console, with `{name}` parts, such as `/faq/{id}`.
    path: str
    handler: Handler
    permission: Permission
    #: Bytes that a form may have; more for a page that takes files.
    body_limit: int = FORM_LIMIT
    #: True for what a page asks by itself: it does not keep a session alive.
    passive: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuEntry:
    """One line of the menu, shown to who has the permission."""

    title: str
    #: Below /console.
    path: str
    permission: Permission
    #: A name of https://icons.getbootstrap.com, without its `bi-`.
    icon: str
    #: Smaller ones stand higher.
    position: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """Work that waits, shown to who may do it where there is any."""

    title: str
    count: int
    #: Where it is done, below /console; empty: there is no page for it yet.
    path: str
    permission: Permission
    #: There are more, which are not counted.
    at_least: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """The pages of one topic. Its templates lie in `services/console/<name>/templates/` and are called `<name>/...`."""

    name: str
    pages: Sequence[Page]
    menu: Sequence[MenuEntry] = ()
    #: What waits for somebody, for the home page; asked each time that it is shown, so it has to be quick.
    tasks: Callable[[Visit], Awaitable[Sequence[Task]]] | None = None


#: Every area, for what asks them all.
AREAS_KEY = web.AppKey("console_areas", Sequence[Area])
MakeArea = Callable[["Parts"], Area]
