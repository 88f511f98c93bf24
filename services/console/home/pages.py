"""What does somebody see first?"""

from __future__ import annotations

from aiohttp import web

from services.console.pages import Area, MenuEntry, Page
from services.console.parts import Parts
from services.console.visit import Visit
from services.staff.permissions import Permission


def make_area(parts: Parts) -> Area:
    """The home page."""

    async def show(visit: Visit) -> web.StreamResponse:
        faq = await parts.topics.faq.status()
        return visit.render("home/home.html", faq=faq)

    return Area(
        name="home",
        pages=(Page(method="GET", path="/", handler=show, permission=Permission.HOME_VIEW),),
        menu=(MenuEntry(title="首页", path="/", permission=Permission.HOME_VIEW, icon="house", position=0),),
    )
