"""How is the simulator put together? Settings in, an aiohttp application out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from simulator.api import accounts, mass, materials, menus, messages, notices, tags, users
from simulator.api.calls import Gateway
from simulator.clock import MovableClock, WallClock
from simulator.control.routes import Control, answer
from simulator.delivery import Delivery
from simulator.example import example_templates
from simulator.faults import Faults
from simulator.followers import Followers
from simulator.log import EventLog
from simulator.page import add_page
from simulator.platform import Platform
from simulator.rules.drafts import Drafts
from simulator.rules.mass import MassLimits
from simulator.rules.materials import Materials
from simulator.rules.notices import Consents, RepeatGuard, Templates
from simulator.rules.quotas import Quotas
from simulator.rules.tokens import TokenIssuer
from simulator.rules.windows import Windows
from simulator.settings import SimulatorSettings
from simulator.tags import Tags

#: A picture of the largest size, and the form around it.
BODY_LIMIT = 11 * 1024 * 1024
LOCAL = frozenset({"127.0.0.1", "localhost"})
OPERATIONS = (
    *accounts.OPERATIONS,
    *messages.OPERATIONS,
    *notices.OPERATIONS,
    *mass.OPERATIONS,
    *materials.OPERATIONS,
    *users.OPERATIONS,
    *tags.OPERATIONS,
    *menus.OPERATIONS,
)


@asynccontextmanager
async def running_platform(settings: SimulatorSettings) -> AsyncIterator[Platform]:
    """The platform with its log opened and its connections to the edge; closed at the end."""
    wall = WallClock()
    clock = MovableClock(wall)
    # A connection for each callback: one kept from before a restart of the edge would fail for no fault of the edge's.
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    with EventLog(settings.log_path, wall=wall, clock=clock) as log:
        async with aiohttp.ClientSession(connector=connector) as session:
            followers, faults = Followers(), Faults()
            platform = Platform(
                settings=settings,
                wall=wall,
                clock=clock,
                log=log,
                followers=followers,
                tags=Tags(),
                faults=faults,
                delivery=Delivery(
                    settings=settings, session=session, log=log, followers=followers, faults=faults, wall=wall
                ),
                tokens=TokenIssuer(app_id=settings.wechat_app_id, app_secret=settings.wechat_app_secret, clock=clock),
                windows=Windows(clock),
                quotas=Quotas(clock),
                mass_limits=MassLimits(clock),
                materials=Materials(),
                drafts=Drafts(),
                templates=Templates(example_templates(settings)),
                repeats=RepeatGuard(clock),
                consents=Consents(),
            )
            platform.take_up()
            yield platform
            await platform.stop()


def make_app(platform: Platform) -> web.Application:
    """Everything that is served."""
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[only_from_here])
    Gateway(platform, OPERATIONS).add_to(app)
    Control(platform).add_to(app)
    add_page(app)
    app.router.add_get("/healthz", healthz)
    return app


async def healthz(request: web.Request) -> web.Response:
    return answer({"status": "ok"})


@web.middleware
async def only_from_here(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Keeps other sites in the developer's browser out: they show their own Origin, or reach us by another name."""
    origin = request.headers.get("Origin")
    names = [urlsplit(f"//{request.host}").hostname]
    if origin is not None:
        names.append(urlsplit(origin).hostname)
    if not all(name in LOCAL for name in names):
        return answer({"error": "only for pages and programs on this machine"}, status=403)
    return await handler(request)
