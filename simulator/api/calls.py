"""What happens to every call under /cgi-bin/? Faults, token, quota, body, then its operation; the record, the answer.

The real platform answers every refusal with HTTP 200 and an errcode; the errmsg ends with `rid: ...`.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import structlog
from aiohttp import web

from simulator.errors import ApiError
from simulator.faults import Fault
from simulator.platform import Platform
from simulator.rules.materials import File

PREFIX = "/cgi-bin/"
RECORDED_BYTES = 4096
#: A `\\uXXXX` of a character that JSON allows as it is: the real platform shows the six characters to the citizen.
_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}")

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call after its checks."""

    platform: Platform
    query: Mapping[str, str]
    #: Decoded body of the operation's `body` type; None where it takes none.
    body: Any
    raw: bytes
    #: The form field `media` of an upload.
    file: File | None = None


Answer = Mapping[str, object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One path of the API."""

    method: Literal["GET", "POST"]
    #: Without /cgi-bin/.
    path: str
    handler: Callable[[Call], Awaitable[Answer]]
    body: type[msgspec.Struct] | None = None
    #: False for calls that show the secret instead.
    needs_token: bool = True
    #: False for what can be done even when the day's number is used up.
    counted: bool = True


class Gateway:
    """Serves the operations over one platform."""

    def __init__(self, platform: Platform, operations: tuple[Operation, ...]) -> None:
        self._platform = platform
        self._operations = {PREFIX + operation.path: operation for operation in operations}

    def add_to(self, app: web.Application) -> None:
        app.router.add_route("*", PREFIX + "{path:.*}", self.serve)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        started = time.monotonic()
        raw, file = await _received(request)
        fault = self._platform.faults.take(request.path)
        if fault.slow_seconds:
            await asyncio.sleep(fault.slow_seconds)
        broken = _http_fault(fault)
        result: dict[str, object] = {}
        if broken == 0:
            result = await self._result(request, raw, file, fault)
        self._record(request, raw, result, fault=fault, started=started)
        if fault.drop_request or fault.drop_answer:
            return _hang_up(request)
        if broken:
            return web.Response(status=broken, text="simulated fault")
        return web.json_response(body=msgspec.json.encode(result))

    async def _result(self, request: web.Request, raw: bytes, file: File | None, fault: Fault) -> dict[str, object]:
        try:
            operation = self._operations.get(request.path)
            if operation is None:
                raise ApiError(40066)
            return dict(await self._carry_out(operation, request, raw, file, fault))
        except ApiError as error:
            rid = "-".join(secrets.token_hex(4) for _ in range(3))
            return {"errcode": error.errcode, "errmsg": f"{error} rid: {rid}", **error.extra}

    async def _carry_out(
        self, operation: Operation, request: web.Request, raw: bytes, file: File | None, fault: Fault
    ) -> Answer:
        if request.method != operation.method:
            raise ApiError(43001 if operation.method == "GET" else 43002)
        if operation.needs_token:
            self._platform.tokens.check(request.query.get("access_token", ""))
        for errcode, is_on in (
            (40001, fault.invalid_token and operation.needs_token),
            (45009, fault.quota_full),
            (45011, fault.rate_limited),
            (-1, fault.busy),
        ):
            if is_on:
                raise ApiError(errcode, "simulated fault")
        if operation.counted:
            self._platform.quotas.take(request.path)
        body = self._body(operation.body, raw) if operation.body else None
        call = Call(platform=self._platform, query=request.query, body=body, raw=raw, file=file)
        return await operation.handler(call)

    def _body(self, kind: type[msgspec.Struct], raw: bytes) -> msgspec.Struct:
        if not raw:
            raise ApiError(44002)
        if _ESCAPE.search(raw):
            words = "the body holds \\uXXXX escapes: citizens would read them as they are; send raw UTF-8"
            log.warning("api.escaped_body")
            self._platform.log.append("api.escaped", content=words, raw=_shown(raw))
            raise ApiError(47001, words)
        try:
            raw.decode()
            return msgspec.json.decode(raw, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ApiError(47001, str(error)) from error

    def _record(
        self,
        request: web.Request,
        raw: bytes,
        result: Mapping[str, object],
        *,
        fault: Fault,
        started: float,
    ) -> None:
        operation = self._operations.get(request.path)
        broken = _http_fault(fault)
        # Bodies and queries of the calls without a token hold the secret.
        shown = "" if operation is not None and not operation.needs_token else _shown(raw)
        status = 0 if fault.drop_request or fault.drop_answer else broken or 200
        self._platform.log.append(
            "api.call",
            openid=_receiver(raw) if shown else "",
            path=request.path,
            method=request.method,
            status=status,
            errcode=result.get("errcode", None if broken else 0),
            errmsg=result.get("errmsg", ""),
            fault=None if fault.is_off else fault,
            raw=shown,
            milliseconds=round((time.monotonic() - started) * 1000),
        )


async def _received(request: web.Request) -> tuple[bytes, File | None]:
    """The body as it is recorded, and the file where it is an upload."""
    if request.content_type != "multipart/form-data":
        return await request.read(), None
    try:
        media = (await request.post()).get("media")
    except ValueError:  # no form after all
        return b"", None
    if not isinstance(media, web.FileField):
        return b"", None
    with media.file as opened:
        file = File(name=media.filename, content=opened.read())
    return f"{file.name}: {len(file.content)} bytes".encode(), file


def _http_fault(fault: Fault) -> int:
    """The HTTP status in place of the call, 0 when it is carried out; a dropped request has none but is not done."""
    if fault.drop_request or fault.http_500:
        return 500
    return 429 if fault.http_429 else 0


def _hang_up(request: web.Request) -> web.StreamResponse:
    """Closes the connection; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def _shown(raw: bytes) -> str:
    return raw[:RECORDED_BYTES].decode(errors="replace")


class _Receiver(msgspec.Struct):
    touser: str | list[str] = ""


def _receiver(raw: bytes) -> str:
    """The one citizen whom a call is about, so that the record can be read by citizen."""
    try:
        touser = msgspec.json.decode(raw, type=_Receiver).touser
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return touser if isinstance(touser, str) else ""
