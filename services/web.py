"""How does a topic become an HTTP API? Typed routes in, an aiohttp app with checks, problem+json and OpenAPI out.

platform / actions --HTTP--> route: token -> size -> path, query and body checked and typed -> handler -> typed answer
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

import msgspec
import structlog
from aiohttp import web
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.errors import BadRequest, NotFound, ServiceError, TooLarge, Unauthorized, Unavailable
from services.openapi import openapi_document

BODY_LIMIT = 1024 * 1024
PROBLEM_TYPE_BASE = "urn:zhengqiao:problem:"
#: When to try again after the database did not answer.
RETRY_SECONDS = 5
#: A NUL in a JSON string: legal there, but PostgreSQL cannot hold it.
_JSON_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request after its checks."""

    #: Decoded body of the route's `body` type; None where the route takes none.
    body: Any = None
    #: Decoded query string of the route's `query` type; None where the route takes none.
    query: Any = None
    path: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def citizen_id(self) -> UUID:
        """Of `{citizen_id}` in the path; raises BadRequest for what is no UUID."""
        try:
            return UUID(self.path["citizen_id"])
        except ValueError as error:
            raise BadRequest("path: citizen_id must be a UUID") from error


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One operation of an API, as data: the app, the OpenAPI document and the tests are all made from it."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    #: Below the API's prefix, with `{name}` parts.
    path: str
    handler: Handler
    summary: str
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    #: A Struct, `list[Struct]`, or None for an empty answer (204).
    response: Any = None
    status: int = 200
    #: Problems that callers should expect besides bad-request and unauthorized.
    errors: tuple[type[ServiceError], ...] = ()
    #: Headers the handler reads, name -> is it required.
    header_names: tuple[tuple[str, bool], ...] = ()
    #: False only for what anybody may read.
    needs_token: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Api:
    """The routes of one topic under one prefix, such as /catalogue/v1."""

    name: str
    title: str
    prefix: str
    routes: Sequence[Route]


def mount(app: web.Application, apis: Sequence[Api], *, service_token: str) -> None:
    """Adds every route of every API, and each API's `/openapi.json` and page."""
    for api in apis:
        for route in api.routes:
            app.router.add_route(route.method, api.prefix + route.path, _serve(route, service_token))
        document = msgspec.json.encode(openapi_document(api))
        app.router.add_get(f"{api.prefix}/openapi.json", _constant(document))


def _constant(body: bytes) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="application/json")

    return answer


def _serve(route: Route, service_token: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        if route.needs_token:
            check_token(request, service_token)
        call = Call(
            body=_decode_body(route.body, await request.read()) if route.body else None,
            query=_decode_query(route.query, request) if route.query else None,
            path=_checked_path(request),
            headers=request.headers,
        )
        result = await route.handler(call)
        if route.response is None:
            return web.Response(status=204)
        return web.Response(
            status=route.status, body=msgspec.json.encode(result), content_type="application/json", charset="utf-8"
        )

    return answer


def check_token(request: web.Request, service_token: str) -> None:
    """Raises Unauthorized unless the request shows the service token; compared in constant time."""
    shown = request.headers.get("Authorization", "")
    if not hmac.compare_digest(shown.encode("utf-8", "replace"), f"Bearer {service_token}".encode()):
        raise Unauthorized()


def _checked_path(request: web.Request) -> Mapping[str, str]:
    if any("\0" in value for value in request.match_info.values()):
        raise BadRequest("path: must not hold NUL")
    return dict(request.match_info)


def _decode_body(kind: type[msgspec.Struct], raw: bytes) -> msgspec.Struct:
    if _JSON_NUL.search(raw):
        raise BadRequest("body: must not hold NUL")
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"body: {error}") from error


def _decode_query(kind: type[msgspec.Struct], request: web.Request) -> msgspec.Struct:
    given = dict(request.query)
    if len(given) != len(request.query):
        raise BadRequest("query: a parameter may be given once only")
    if any("\0" in value for value in given.values()):
        raise BadRequest("query: must not hold NUL")
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadRequest(f"query: {error}") from error


def problem(error: ServiceError) -> web.Response:
    """The error as application/problem+json (RFC 9457)."""
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthorized) else {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return _problem_response(error.status, error.type, error.title, error.detail, headers)


def _problem_response(status: int, kind: str, title: str, detail: str, headers: Mapping[str, str]) -> web.Response:
    body = {"type": PROBLEM_TYPE_BASE + kind, "title": title, "status": status, "detail": detail}
    return web.Response(
        status=status, body=msgspec.json.encode(body), content_type="application/problem+json", headers=headers
    )


@web.middleware
async def problems(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turns every error into problem+json, with one log line where the fault is ours."""
    try:
        return await handler(request)
    except ServiceError as error:
        if error.status >= 500:
            log.error("request.failed", path=_pattern(request), problem=error.type, detail=error.detail)
        return problem(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _http_problem(error)
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        log.error("request.failed", path=_pattern(request), problem=Unavailable.type, error=type(error).__name__)
        return problem(Unavailable("the database does not answer now", retry_after=RETRY_SECONDS))
    except Exception as error:
        log.exception("request.crashed", path=_pattern(request), error=type(error).__name__)
        return problem(ServiceError())


def _http_problem(error: web.HTTPException) -> web.Response:
    """What aiohttp itself refuses; where we have no type of our own it is the status's name."""
    if isinstance(error, web.HTTPRequestEntityTooLarge):
        return problem(TooLarge(f"a body may have {BODY_LIMIT} bytes at most"))
    if isinstance(error, web.HTTPNotFound):
        return problem(NotFound("no such path"))
    title = HTTPStatus(error.status).phrase
    allow = {name: value for name, value in error.headers.items() if name == "Allow"}
    return _problem_response(error.status, title.lower().replace(" ", "-"), title, title, allow)


def _pattern(request: web.Request) -> str:
    """The route's pattern rather than the path: a path may hold a case number."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"
