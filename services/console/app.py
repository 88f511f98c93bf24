"""How is the console put together? Parts and areas in, one aiohttp application below /console out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import uuid4

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.background import looping
from services.console.areas import AREAS
from services.console.assets import Assets, add_assets, find_assets
from services.console.cookies import Cookies
from services.console.errors import CodeNeeded, Refusal, SecondFactorNeeded, SignInNeeded
from services.console.guard import Guard
from services.console.headers import OVER_TLS, PAGE
from services.console.keys import FLASH, FLASH_SHOWN, SECRET
from services.console.limits import Limits
from services.console.pages import AREAS_KEY, PREFIX, Area, Page
from services.console.parts import Parts
from services.console.rendering import add_templates, error_page
from services.crypto import load_cipher
from services.errors import ServiceError

log = structlog.stdlib.get_logger(__name__)

SWEEP_SECONDS = 3600.0
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_console(parts: Parts, *, assets: Assets | None = None, areas: Sequence[Area] | None = None) -> web.Application:
    """The application to be mounted at PREFIX."""
    areas = areas if areas is not None else [make(parts) for make in AREAS]
    assets = assets or find_assets()
    cookies = make_cookies(parts)
    guard = Guard(signing=parts.signing, cookies=cookies, limits=Limits(parts.clock), settings=parts.settings)
    app = web.Application(middlewares=[_safe_headers(cookies), _problem_pages])
    app[AREAS_KEY] = areas

    async def stop(_: web.Application) -> None:
        parts.stopping.set()

    app.on_shutdown.append(stop)
    app.cleanup_ctx.append(_figures_rolling(parts))
    app.cleanup_ctx.append(_swept(parts))
    app.cleanup_ctx.append(_in_background(parts))
    add_templates(app, parts, assets, areas)
    add_assets(app, assets)
    for area in areas:
        for page in area.pages:
            app.router.add_route(page.method, page.path, _serve(page, guard, parts, cookies))
    return app


def _figures_rolling(parts: Parts) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(_: web.Application) -> AsyncIterator[None]:
        async with parts.figures.running():
            yield

    return context


def _in_background(parts: Parts) -> Callable[[web.Application], AsyncIterator[None]]:
    async def context(_: web.Application) -> AsyncIterator[None]:
        async with parts.background.running():
            yield

    return context


def _swept(parts: Parts) -> Callable[[web.Application], AsyncIterator[None]]:
    """Sessions that ended long ago, links that were not used and files that nobody needs any more go."""

    async def step() -> float:
        try:
            await parts.signing.sweep()
            await parts.files.sweep()
            await parts.works.sweep()
        except (SQLAlchemyError, OSError) as error:  # the next hour tries again
            log.warning("console.not_swept", error=type(error).__name__)
        return SWEEP_SECONDS

    async def context(_: web.Application) -> AsyncIterator[None]:
        async with looping(step, name="console sweep"):
            yield

    return context


def make_cookies(parts: Parts) -> Cookies:
    """How this console knows browsers."""
    cipher = load_cipher(parts.settings.vault_key, parts.settings.data_path)
    return Cookies(cipher=cipher, secure=parts.settings.console_url.startswith("https://"))


def _serve(page: Page, guard: Guard, parts: Parts, cookies: Cookies) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        visit = await guard.admit(page, request)
        response = await page.handler(visit)
        signed_in = visit.signed_in
        if signed_in is not None and not signed_in.person.disabled_at:
            notes = request.get(FLASH)
            if notes is not None:
                await parts.signing.say_next(signed_in.session_id, notes)
            elif signed_in.flash and request.get(FLASH_SHOWN):
                await parts.signing.say_next(signed_in.session_id, [])
        if signed_in is None and not response.prepared and cookies.secret(request) is None:
            cookies.set(response, request[SECRET])
        return response

    return answer


def _safe_headers(cookies: Cookies) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Answer) -> web.StreamResponse:
        response = await handler(request)
        if not response.prepared:
            for name, value in {**PAGE, **(OVER_TLS if cookies.secure else {})}.items():
                response.headers.setdefault(name, value)
        return response

    return middleware


@web.middleware
async def _problem_pages(request: web.Request, handler: Answer) -> web.StreamResponse:
    """Every error as a page in Chinese, with one log line where the fault is ours."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return error_page(request, error.status)
    except (SignInNeeded, CodeNeeded, SecondFactorNeeded) as error:
        return _elsewhere(request, error)
    except Refusal as error:
        return error_page(request, error.status, text=error.text, retry_after=error.retry_after)
    except Exception as error:
        if isinstance(error, ConnectionResetError) and _has_left(request):
            log.info("console.left", path=_pattern(request))
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        return _problem(request, error)


def _has_left(request: web.Request) -> bool:
    """Did the browser go to another page while it was still sending? Nobody is there to be told."""
    return request.transport is None or request.transport.is_closing()


def _problem(request: web.Request, error: Exception) -> web.Response:
    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    retry_after = None
    if isinstance(error, ServiceError):
        status, retry_after = error.status, error.retry_after
    elif isinstance(error, (OperationalError, InterfaceError, PoolTimeout)):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    number = _logged(request, error) if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
    return error_page(request, status, retry_after=retry_after, number=number)


def _logged(request: web.Request, error: Exception) -> str:
    """A number by which the page and the log line find each other."""
    number = uuid4().hex[:8]
    log.error("console.failed", number=number, path=_pattern(request), error=type(error).__name__, exc_info=error)
    return number


def _elsewhere(request: web.Request, error: SignInNeeded | CodeNeeded | SecondFactorNeeded) -> web.Response:
    """To another page first; what only a part of a page has asked for makes the whole page go there."""
    address = f"{PREFIX}{error.path}"
    if "HX-Request" in request.headers:
        return web.Response(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": address})
    if request.method == "GET" and isinstance(error, SignInNeeded):
        address += "?" + urlencode({"next": request.path_qs})
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def _pattern(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"
