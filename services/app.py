"""How are the backends put together? Settings in, one aiohttp app with every topic's API out."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import structlog
import swagger_ui
from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.clock import Clock
from services.db import Sessions, make_engine, make_sessions, ping
from services.openapi import openapi_document
from services.settings import ServicesSettings
from services.web import BODY_LIMIT, Api, mount, problems

log = structlog.stdlib.get_logger(__name__)

ENGINE = web.AppKey("engine", AsyncEngine)
STARTED_AT = web.AppKey("started_at", float)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What the topics are built from."""

    sessions: Sessions
    clock: Clock
    settings: ServicesSettings


def make_apis(parts: Parts) -> Sequence[Api]:
    """Every topic's API."""
    return ()


def make_app(settings: ServicesSettings, clock: Clock) -> web.Application:
    """The application of `python -m services serve`; it connects when it starts, not before."""
    engine = make_engine(settings.database_url, application_name="zhengqiao-services")
    parts = Parts(sessions=make_sessions(engine), clock=clock, settings=settings)
    app = web.Application(middlewares=[problems], client_max_size=BODY_LIMIT)
    app[ENGINE] = engine
    app[STARTED_AT] = time.monotonic()
    apis = make_apis(parts)
    mount(app, apis, service_token=settings.service_token)
    for api in apis:
        _add_page(app, api)
    app.router.add_get("/healthz", _healthz)
    app.router.add_get("/readyz", _readyz)
    app.cleanup_ctx.append(_engine_disposed)
    return app


def _add_page(app: web.Application, api: Api) -> None:
    """The API's page for people at `<prefix>/docs`, served from this machine."""
    swagger_ui.api_doc(
        app,
        config=openapi_document(api),
        host_inject=False,
        url_prefix=f"{api.prefix}/docs",
        title=api.title,
    )


async def _engine_disposed(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[ENGINE].dispose()


async def _healthz(request: web.Request) -> web.StreamResponse:
    return web.json_response({"status": "alive", "seconds": round(time.monotonic() - request.app[STARTED_AT])})


async def _readyz(request: web.Request) -> web.StreamResponse:
    try:
        await ping(request.app[ENGINE])
    except (SQLAlchemyError, OSError) as error:
        log.warning("ready.failed", dependency="database", error=type(error).__name__)
        return web.json_response({"database": "down"}, status=503)
    return web.json_response({"database": "up"})
