"""How does a callback reach the edge? Signed, in three tries of five seconds; the answer decides what the citizen sees.

try -> answer in time? no -> the connection is dropped -> next try (same MsgId), three in all
       yes -> 200? well-formed? -> shown to the citizen, or acknowledged
       otherwise, or silence three times -> 该公众号暂时无法提供服务
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

from simulator.background import Background
from simulator.clock import Clock
from simulator.crypto import MessageCipher, signature
from simulator.errors import ReplyRefused
from simulator.faults import CALLBACK, Faults
from simulator.followers import Followers
from simulator.log import EventLog
from simulator.replies import PassiveReply, ReplyReader
from simulator.settings import SimulatorSettings
from simulator.wire import Fields, to_json, to_xml

TRIES = 3
REPLY_LIMIT = 64 * 1024
SERVICE_UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"


@dataclass(frozen=True, kw_only=True, slots=True)
class Callback:
    """One message or event for the edge."""

    #: Ties the log's entries of one callback together; for a message the same as its MsgId.
    delivery: str
    openid: str
    msg_id: str = ""
    fields: Fields
    #: Does the citizen wait for an answer, and so see it when the account fails?
    citizen_waits: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _NoAnswer:
    """The edge said nothing in time."""

    reason: str
    #: False when the time was not used up: the platform waits for its end before it tries again.
    timed_out: bool


class Delivery:
    """Sends callbacks, each in its own task, so that citizens do not wait for each other."""

    def __init__(
        self,
        *,
        settings: SimulatorSettings,
        session: aiohttp.ClientSession,
        log: EventLog,
        followers: Followers,
        faults: Faults,
        wall: Clock,
    ) -> None:
        self._settings = settings
        self._session = session
        self._log = log
        self._followers = followers
        self._faults = faults
        self._wall = wall
        plain = settings.wechat_mode == "plain"
        self._cipher = None if plain else MessageCipher(settings.wechat_aes_key, settings.wechat_app_id)
        self._reader = ReplyReader(
            mode=settings.wechat_mode,
            message_format=settings.sim_format,
            token=settings.wechat_token,
            cipher=self._cipher,
        )
        self._background = Background()

    def send(self, callback: Callback) -> None:
        """Begins the delivery and comes back at once."""
        self._background.start(self._deliver(callback))

    async def stop(self) -> None:
        """Ends what is under way: at the end of the process, or when everything is forgotten."""
        await self._background.stop()

    async def _deliver(self, callback: Callback) -> None:
        loop = asyncio.get_running_loop()
        for attempt in range(1, TRIES + 1):
            started = loop.time()
            answer = await self._try(callback, attempt)
            took = loop.time() - started
            about = _about(callback, attempt) | {"milliseconds": round(took * 1000)}
            if not isinstance(answer, _NoAnswer):
                self._judge(callback, answer, about)
                return
            self._log.append("callback.dropped", **about, reason=answer.reason)
            if not answer.timed_out:
                await asyncio.sleep(max(0.0, self._settings.sim_callback_seconds - took))
        self._unavailable(callback, TRIES, "no answer in three tries")

    async def _try(self, callback: Callback, attempt: int) -> tuple[int, bytes] | _NoAnswer:
        url, body, plain = self._request(callback)
        content_type = "application/json" if self._settings.sim_format == "json" else "text/xml"
        wire = "" if body == plain else body.decode()
        self._log.append("callback.attempt", **_about(callback, attempt), raw=plain.decode(), wire=wire, url=url)
        fault = self._faults.take(CALLBACK)
        timeout = aiohttp.ClientTimeout(total=self._settings.sim_callback_seconds)
        try:
            async with self._session.post(
                url, data=body, headers={"Content-Type": content_type}, timeout=timeout, allow_redirects=False
            ) as response:
                answer = await response.content.read(REPLY_LIMIT + 1)
                while len(answer) <= REPLY_LIMIT and (more := await response.content.read(REPLY_LIMIT)):
                    answer += more
                status = response.status
        except asyncio.TimeoutError:
            return _NoAnswer(reason="no answer in time", timed_out=True)
        except aiohttp.ClientError as error:
            return _NoAnswer(reason=f"connection failed: {type(error).__name__}", timed_out=False)
        if fault.drop_answer:
            return _NoAnswer(reason="the answer was lost on the way (fault)", timed_out=False)
        return status, answer

    def _request(self, callback: Callback) -> tuple[str, bytes, bytes]:
        """Address, body and the body before its encryption; signed anew for each try, by the machine's time."""
        settings = self._settings
        encode = to_json if settings.sim_format == "json" else to_xml
        timestamp, nonce = str(int(self._wall.now().timestamp())), str(secrets.randbelow(9 * 10**8) + 10**8)
        query = {
            "signature": signature(settings.wechat_token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        query["openid"] = callback.openid
        plain = body = encode(callback.fields)
        if self._cipher is not None:
            encrypted = self._cipher.encrypt(plain)
            query["encrypt_type"] = "aes"
            query["msg_signature"] = signature(settings.wechat_token, timestamp, nonce, encrypted)
            shown = callback.fields if settings.wechat_mode == "compat" else {"ToUserName": settings.sim_account}
            body = encode({**shown, "Encrypt": encrypted})
        joint = "&" if "?" in settings.sim_edge_url else "?"
        return f"{settings.sim_edge_url}{joint}{urlencode(query)}", body, plain

    def _judge(self, callback: Callback, answer: tuple[int, bytes], about: dict[str, Any]) -> None:
        status, body = answer
        try:
            if status != 200:
                raise ReplyRefused(f"HTTP {status}")
            if len(body) > REPLY_LIMIT:
                raise ReplyRefused("the answer is too long")
            reply = self._reader.read(body, openid=callback.openid, account=self._settings.sim_account)
            if reply is not None and not self._followers.follows(callback.openid):
                raise ReplyRefused("a reply to somebody who does not follow")
        except ReplyRefused as error:
            shown = body[:REPLY_LIMIT].decode(errors="replace")
            self._log.append("callback.refused", **about, reason=str(error), status=status, raw=shown)
            self._unavailable(callback, about["attempt"], str(error))
            return
        if reply is None:
            self._log.append("callback.acknowledged", **about)
        else:
            self._show(reply, about)

    def _show(self, reply: PassiveReply, about: dict[str, Any]) -> None:
        self._log.append(
            "passive.delivered",
            **about,
            content=reply.content,
            raw=reply.raw,
            msg_type=reply.msg_type,
            articles=reply.articles,
        )

    def _unavailable(self, callback: Callback, attempt: int, reason: str) -> None:
        kind = "service.unavailable" if callback.citizen_waits else "callback.failed"
        content = SERVICE_UNAVAILABLE if callback.citizen_waits else ""
        self._log.append(kind, **_about(callback, attempt), content=content, reason=reason)


def _about(callback: Callback, attempt: int) -> dict[str, Any]:
    return {
        "openid": callback.openid,
        "msg_id": callback.msg_id,
        "delivery": callback.delivery,
        "attempt": attempt,
    }
