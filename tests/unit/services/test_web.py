"""Does the HTTP kit check, type, refuse and answer as it says, over a real socket?"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy.exc import OperationalError

from services.errors import Conflict, Forbidden, ServiceError, TooManyAttempts, Unavailable
from services.web import BODY_LIMIT, Api, Call, Route, mount, problems

TOKEN = "a-token-for-the-test"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
Client = TestClient[web.Request, web.Application]


class Body(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=5)]
    who: UUID | None = None


class Query(msgspec.Struct, frozen=True, kw_only=True):
    day: date | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3
    open: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    text: str


class Slow(Conflict):
    """It is busy."""

    type = "busy"


async def echo(call: Call) -> Answer:
    return Answer(text=repr((call.body, call.query, dict(call.path))))


async def nothing(call: Call) -> None:
    return None


def failing(error: Exception) -> Any:
    async def fail(call: Call) -> None:
        raise error

    return fail


def route(method: Any, path: str, handler: Any = echo, **other: Any) -> Route:
    return Route(method=method, path=path, handler=handler, summary="s", **{"response": Answer, **other})


ROUTES = (
    route("GET", "/things", query=Query),
    route("GET", "/things/{code}"),
    route("POST", "/things", body=Body, status=201),
    route("DELETE", "/things/{code}", nothing, response=None),
    route("GET", "/open", needs_token=False),
    route("GET", "/busy", failing(Slow("try the back door"))),
    route("GET", "/forbidden", failing(Forbidden())),
    route("GET", "/limited", failing(TooManyAttempts(retry_after=7))),
    route("GET", "/down", failing(Unavailable("the vault does not answer"))),
    route("GET", "/crash", failing(RuntimeError("secret inside"))),
    route("GET", "/database", failing(OperationalError("SELECT secret", {}, Exception("refused")))),
)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    app = web.Application(middlewares=[problems], client_max_size=BODY_LIMIT)
    mount(app, [Api(name="t", title="T", prefix="/t/v1", routes=ROUTES)], service_token=TOKEN)
    async with TestClient(TestServer(app)) as running:
        yield running


async def send(client: Client, method: str, path: str, **request: Any) -> tuple[int, Any, dict[str, str]]:
    request.setdefault("headers", BEARER)
    async with client.request(method, f"/t/v1{path}", **request) as answer:
        raw = await answer.read()
        return answer.status, msgspec.json.decode(raw) if raw else None, dict(answer.headers)


async def test_every_route_but_the_open_one_needs_the_token(client: Client) -> None:
    for one in ROUTES:
        path = one.path.replace("{code}", "x")
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Bearer é"}):
            status, body, sent = await send(client, one.method, path, headers=headers)
            if one.needs_token:
                assert (status, body["type"]) == (401, "urn:zhengqiao:problem:unauthorized")
                assert sent["WWW-Authenticate"] == "Bearer"
            else:
                assert status == 200


async def test_a_typed_query_reaches_the_handler(client: Client) -> None:
    _, body, _ = await send(client, "GET", "/things?day=2026-11-24&limit=10&open=true")
    assert body["text"].startswith("(None, Query(day=datetime.date(2026, 11, 24), limit=10, open=True)")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=11", "limit=x", "day=2026-13-01", "open=maybe", "limit=1&limit=2", "day=%00"]
)
async def test_a_bad_query_is_refused(client: Client, query: str) -> None:
    status, body, _ = await send(client, "GET", f"/things?{query}")
    assert (status, body["type"]) == (400, "urn:zhengqiao:problem:bad-request")
    assert body["detail"].startswith("query: ")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"name": ""}',
        b'{"name": "too long"}',
        b'{"name": 1}',
        b'{"name": "x", "who": "nobody"}',
        b'{"name": "\\u0000"}',
        b'{"name": "\\\\\\u0000"}',
        b'{"name": "\\ud800"}',
        b'{"name": "\xff"}',
        b'{"name": "\x00"}',
        b"[" * 100_000,
    ],
)
async def test_a_bad_body_is_refused(client: Client, raw: bytes) -> None:
    status, body, _ = await send(client, "POST", "/things", data=raw)
    assert (status, body["type"]) == (400, "urn:zhengqiao:problem:bad-request")


async def test_a_backslash_before_u0000_is_text_and_not_nul(client: Client) -> None:
    status, body, _ = await send(client, "POST", "/things", data=b'{"name": "\\\\u000"}')
    assert (status, "u000" in body["text"]) == (201, True)
    status, _, _ = await send(client, "POST", "/things", data=b'{"name": "\\\\u00", "other": "\\\\u0000"}')
    assert status == 201


async def test_nul_in_a_path_is_refused(client: Client) -> None:
    status, body, _ = await send(client, "GET", "/things/a%00b")
    assert (status, body["type"]) == (400, "urn:zhengqiao:problem:bad-request")


async def test_the_routes_status_and_an_empty_answer(client: Client) -> None:
    status, _, headers = await send(client, "POST", "/things", json={"name": "x"})
    assert (status, headers["Content-Type"]) == (201, "application/json; charset=utf-8")
    assert (await send(client, "DELETE", "/things/7"))[:2] == (204, None)


async def test_a_body_over_the_limit_is_refused(client: Client) -> None:
    status, body, _ = await send(client, "POST", "/things", data=io.BytesIO(b" " * (BODY_LIMIT + 1)))
    assert (status, body["type"]) == (413, "urn:zhengqiao:problem:too-large")


@pytest.mark.parametrize(
    ("method", "path", "status", "kind"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("PATCH", "/things", 405, "method-not-allowed"),
        ("GET", "/busy", 409, "busy"),
        ("GET", "/forbidden", 403, "forbidden"),
        ("GET", "/limited", 429, "too-many-attempts"),
        ("GET", "/down", 503, "unavailable"),
        ("GET", "/crash", 500, "internal-error"),
        ("GET", "/database", 503, "unavailable"),
    ],
)
async def test_every_error_is_a_problem_with_its_status_and_type(
    client: Client, method: str, path: str, status: int, kind: str
) -> None:
    with structlog.testing.capture_logs() as lines:
        answer, body, headers = await send(client, method, path)
    assert (answer, body["type"], body["status"]) == (status, f"urn:zhengqiao:problem:{kind}", status)
    assert headers["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail"}
    assert "secret" not in str(body)
    assert len(lines) == (1 if status >= 500 else 0)


async def test_a_problem_says_what_to_do_next_where_it_can(client: Client) -> None:
    assert (await send(client, "GET", "/busy"))[1]["detail"] == "try the back door"
    assert (await send(client, "GET", "/limited"))[2]["Retry-After"] == "7"
    assert int((await send(client, "GET", "/database"))[2]["Retry-After"]) > 0
    assert {"GET", "POST"} <= set((await send(client, "PATCH", "/things"))[2]["Allow"].split(","))


async def test_the_log_of_a_crash_names_the_pattern_and_not_the_path() -> None:
    routes = [route("GET", "/cases/{number}", failing(RuntimeError("x")))]
    app = web.Application(middlewares=[problems])
    mount(app, [Api(name="t", title="T", prefix="/t/v1", routes=routes)], service_token=TOKEN)
    async with TestClient(TestServer(app)) as client:
        with structlog.testing.capture_logs() as lines:
            await send(client, "GET", "/cases/YJ20261103000017")
    assert lines[0]["path"] == "/t/v1/cases/{number}"


async def test_errors_have_a_default_text_of_their_own() -> None:
    assert ServiceError().detail == "Something went wrong in a service."
    assert Slow().detail == "It is busy."
