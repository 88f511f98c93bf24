"""How does one request to WeChat go? With limits of time and size, and errors told apart by what may have happened."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import msgspec
import structlog

from bot.channels.wechat.codes import ADDRESS_NOT_LISTED, error_of
from bot.channels.wechat.wire import clean
from bot.errors import AnswerLost, DeliveryInDoubt, PlatformBusy, PlatformError

log = structlog.stdlib.get_logger(__name__)

CONNECT_SECONDS = 3.0
CALL_SECONDS = 10.0
#: A page of 10 000 openids has about 400 KB.
ANSWER_LIMIT = 4 * 1024 * 1024

#: What a lost answer means: PlatformBusy for a call that changes nothing, AnswerLost for one with an idempotency key,
#: DeliveryInDoubt for one without.
Lost = type[PlatformBusy] | type[AnswerLost] | type[DeliveryInDoubt]

_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_ADDRESS = re.compile(r"invalid ip ([0-9a-fA-F.:]{2,45})")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer has; a refusal comes with HTTP 200, too."""

    errcode: int = 0
    errmsg: str = ""


A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file that goes along as the form field `media`."""

    #: In ASCII; the platform keeps it.
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One call; GET where there is neither body nor file."""

    path: str
    lost: Lost
    body: Mapping[str, object] | None = None
    query: Mapping[str, str] | None = None
    file: File | None = None
    #: Codes that are no refusal for this call.
    fine: Collection[int] = ()


class Transport:
    """Requests to one platform address."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        api_base: str,
        connect_seconds: float = CONNECT_SECONDS,
        call_seconds: float = CALL_SECONDS,
    ) -> None:
        self._session = session
        self._api_base = api_base.rstrip("/")
        # `connect` also bounds the wait for a free connection: so a timeout before anything was sent has its own name.
        self._timeout = aiohttp.ClientTimeout(total=call_seconds, connect=connect_seconds)

    async def ask(self, request: Request, kind: type[A], *, token: str | None = None) -> A:
        """The platform's answer. Raises PlatformBusy where the request surely had no effect and may be made again,
        another PlatformError where the platform refused it, and `request.lost` where nobody can tell."""
        status, raw = await self._exchange(request, token)
        if status in {502, 504}:
            # A gateway that waited in vain may have passed the request on; the platform itself has not.
            raise request.lost(f"the platform's gateway answered HTTP {status}")
        if status >= 500 or status in {408, 429}:
            raise PlatformBusy(f"the platform answered HTTP {status}")
        if status != 200:
            raise PlatformError(f"the platform answered HTTP {status}")
        return _decoded(request, raw, kind)

    async def _exchange(self, request: Request, token: str | None) -> tuple[int, bytes]:
        if self._session.closed:
            raise PlatformBusy("our connections are closed already")
        query = dict(request.query or {})
        if token is not None:
            query["access_token"] = token
        # `from None` and the error's name only: its text may hold the address, and with it the token.
        try:
            async with self._session.request(
                "GET" if request.body is None and request.file is None else "POST",
                self._api_base + request.path,
                params=query,
                data=_sent(request),
                headers=None if request.body is None else {"Content-Type": "application/json; charset=utf-8"},
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                return response.status, await _read(response)
        except _NOT_SENT as error:
            raise PlatformBusy(f"the platform cannot be reached: {type(error).__name__}") from None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise request.lost(f"the platform's answer was lost: {type(error).__name__}") from None


def _sent(request: Request) -> bytes | aiohttp.FormData | None:
    if request.file is not None:
        form = aiohttp.FormData()
        file = request.file
        # A stream: bytes of some size would be written in one piece, with the loop waiting.
        form.add_field("media", io.BytesIO(file.content), filename=file.name, content_type=file.content_type)
        return form
    return None if request.body is None else encoded(request.body)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The whole answer; of one that is too long, enough to see that."""
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > ANSWER_LIMIT:
            break
    return b"".join(parts)


def encoded(body: Mapping[str, object]) -> bytes:
    """JSON in raw UTF-8: escaped characters would reach the citizen as backslashes."""
    return msgspec.json.encode(_cleaned(body))


def _cleaned(value: object) -> object:
    """Without the control characters and halves of surrogate pairs that JSON can only escape."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {name: _cleaned(part) for name, part in value.items()}
    if isinstance(value, Sequence):
        return [_cleaned(part) for part in value]
    return value


def _decoded(request: Request, raw: bytes, kind: type[A]) -> A:
    if len(raw) > ANSWER_LIMIT:
        raise request.lost("the platform's answer is too long")
    try:
        head = msgspec.json.decode(raw, type=Answer, strict=False)
        if head.errcode == 0 or head.errcode in request.fine:
            return msgspec.json.decode(raw, type=kind, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Its text may quote the answer.
        raise request.lost("the platform's answer is not the JSON that it promised") from None
    raise _refusal(request.path, head)


def _refusal(path: str, head: Answer) -> PlatformError:
    error = error_of(head.errcode, head.errmsg)
    if head.errcode == ADDRESS_NOT_LISTED:
        found = _ADDRESS.search(head.errmsg)
        log.error(
            "wechat.address_not_listed",
            path=path,
            rid=error.rid,
            address=found[1] if found else "unknown",
            advice="add this address to the IP whitelist of the account's developer settings",
        )
    else:
        log.warning("wechat.refused", path=path, errcode=error.errcode, rid=error.rid, error=type(error).__name__)
    return error
