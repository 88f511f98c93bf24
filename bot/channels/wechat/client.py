"""How do we call WeChat? Its server API with one shared token, errors mapped once, and nothing sent twice by us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

import aiohttp
import msgspec
import structlog

from bot.channels.wechat.codes import REPEATED_MASS, error_of
from bot.errors import AnswerLost, DeliveryInDoubt, PlatformBusy, PlatformTokenInvalid

log = structlog.stdlib.get_logger(__name__)

CALL_SECONDS = 10.0
#: A page of 10 000 openids has about 400 KB.
ANSWER_LIMIT = 4 * 1024 * 1024
FOLLOWERS_A_PAGE = 10_000
PROFILES_A_CALL = 100
MASS_RECIPIENTS = (2, 10_000)

#: What a lost answer means: PlatformBusy for a call that changes nothing, AnswerLost for one with an idempotency key,
#: DeliveryInDoubt for one without.
Lost = type[PlatformBusy] | type[AnswerLost] | type[DeliveryInDoubt]


class TokenSource(Protocol):
    """The one access token that all our processes share."""

    async def token(self) -> str:
        """A token that should be valid now."""
        ...

    async def replace(self, rejected: str) -> str:
        """Another token, since the platform has rejected this one; raises PlatformTokenInvalid when refreshing is
        not allowed any more for now."""
        ...


class WeChatClient:
    """The calls we make. A send without idempotency key whose answer was lost raises DeliveryInDoubt, one with a key
    AnswerLost; every reading call raises PlatformBusy and may be made again."""

    def __init__(self, *, session: aiohttp.ClientSession, api_base: str, tokens: TokenSource) -> None:
        self._session = session
        self._api_base = api_base.rstrip("/")
        self._tokens = tokens

    async def send_custom(self, *, openid: str, message: Mapping[str, object]) -> str:
        """A customer-service message: 5 within 48 hours after the citizen's last one. The platform gives no id."""
        await self._call("/cgi-bin/message/custom/send", {"touser": openid, **message}, lost=DeliveryInDoubt)
        return ""

    async def send_template(
        self, *, openid: str, template_id: str, url: str, data: Mapping[str, object], client_msg_id: str
    ) -> str:
        """A template message; a repeated `client_msg_id` is not sent again for 10 minutes."""
        body = {
            "touser": openid,
            "template_id": template_id,
            "url": url,
            "client_msg_id": client_msg_id,
            "data": data,
        }
        answer = await self._call("/cgi-bin/message/template/send", body, lost=AnswerLost)
        return str(answer.get("msgid", ""))

    async def send_subscription(self, *, openid: str, template_id: str, page: str, data: Mapping[str, object]) -> str:
        """A subscription notice to a citizen who agreed to it."""
        body = {"touser": openid, "template_id": template_id, "page": page, "data": data}
        answer = await self._call("/cgi-bin/message/subscribe/bizsend", body, lost=DeliveryInDoubt)
        return str(answer.get("msgid", ""))

    async def send_mass(self, *, openids: Sequence[str], message: Mapping[str, object], clientmsgid: str) -> str:
        """One message to 2 to 10 000 followers; a repeated `clientmsgid` gives the first call's id."""
        low, high = MASS_RECIPIENTS
        if not low <= len(openids) <= high:
            raise ValueError(f"a mass message goes to {low} to {high} followers, not {len(openids)}")
        body = {"touser": list(openids), "clientmsgid": clientmsgid, **message}
        answer = await self._call("/cgi-bin/message/mass/send", body, lost=AnswerLost, fine=(REPEATED_MASS,))
        return str(answer.get("msg_id", ""))

    async def mass_status(self, msg_id: str) -> str:
        """Where a mass message stands, in the platform's words."""
        answer = await self._call("/cgi-bin/message/mass/get", {"msg_id": msg_id}, lost=PlatformBusy)
        return str(answer.get("msg_status", ""))

    async def delete_mass(self, msg_id: str) -> None:
        """Takes a mass message back where the platform still can."""
        await self._call("/cgi-bin/message/mass/delete", {"msg_id": int(msg_id), "article_idx": 0}, lost=PlatformBusy)

    async def followers(self) -> AsyncIterator[list[str]]:
        """Every follower's openid, a page of up to 10 000 at a time."""
        following = ""
        while True:
            answer = await self._call("/cgi-bin/user/get", None, lost=PlatformBusy, query={"next_openid": following})
            page = [str(openid) for openid in (answer.get("data") or {}).get("openid", [])]
            if not page:
                return
            yield page
            following = str(answer.get("next_openid", ""))
            if not following or len(page) < FOLLOWERS_A_PAGE:
                return

    async def profiles(self, openids: Sequence[str]) -> list[dict[str, Any]]:
        """What the platform tells of up to 100 followers (subscribe_time, language, tagid_list ...)."""
        if len(openids) > PROFILES_A_CALL:
            raise ValueError(f"at most {PROFILES_A_CALL} profiles a call")
        body = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in openids]}
        answer = await self._call("/cgi-bin/user/info/batchget", body, lost=PlatformBusy)
        return list(answer.get("user_info_list", []))

    async def create_menu(self, menu: Mapping[str, object]) -> None:
        """Replaces the account's menu (3 buttons, 5 below each)."""
        await self._call("/cgi-bin/menu/create", menu, lost=PlatformBusy)

    async def menu(self) -> dict[str, Any]:
        """The account's menu as it is."""
        return await self._call("/cgi-bin/menu/get", None, lost=PlatformBusy)

    async def callback_addresses(self) -> list[str]:
        """From which addresses the platform calls us."""
        answer = await self._call("/cgi-bin/getcallbackip", None, lost=PlatformBusy)
        return [str(address) for address in answer.get("ip_list", [])]

    async def clear_quota(self, app_id: str) -> None:
        """Resets today's quotas; ten times a month."""
        await self._call("/cgi-bin/clear_quota/v2", {"appid": app_id}, lost=DeliveryInDoubt)

    async def _call(
        self,
        path: str,
        body: Mapping[str, object] | None,
        *,
        lost: Lost,
        query: Mapping[str, str] | None = None,
        fine: Sequence[int] = (),
    ) -> dict[str, Any]:
        """One call; a rejected token is replaced once. Raises PlatformError or DeliveryInDoubt."""
        token = await self._tokens.token()
        try:
            return await self._attempt(path, body, token, query or {}, lost=lost, fine=fine)
        except PlatformTokenInvalid as error:
            log.warning("wechat.token_rejected", path=path, errcode=error.errcode, rid=error.rid)
        token = await self._tokens.replace(token)
        return await self._attempt(path, body, token, query or {}, lost=lost, fine=fine)

    async def _attempt(
        self,
        path: str,
        body: Mapping[str, object] | None,
        token: str,
        query: Mapping[str, str],
        *,
        lost: Lost,
        fine: Sequence[int],
    ) -> dict[str, Any]:
        answer = await post(self._session, self._api_base + path, body, {**query, "access_token": token}, lost=lost)
        errcode = answer.get("errcode", 0)
        if errcode == 0 or errcode in fine:
            return answer
        error = error_of(int(errcode), str(answer.get("errmsg", "")))
        log.warning("wechat.refused", path=path, errcode=error.errcode, rid=error.rid, error=type(error).__name__)
        raise error


async def post(
    session: aiohttp.ClientSession,
    url: str,
    body: Mapping[str, object] | None,
    query: Mapping[str, str],
    *,
    lost: Lost,
) -> dict[str, Any]:
    """The platform's JSON answer to one request; GET where there is no body.

    PlatformBusy where the request surely had no effect, `lost` where nobody can tell.
    """
    # Raw UTF-8: escaped characters would reach the citizen as backslashes.
    data = msgspec.json.encode(body) if body is not None else None
    try:
        async with session.request(
            "GET" if body is None else "POST",
            url,
            params=query,
            data=data,
            headers={"Content-Type": "application/json; charset=utf-8"} if data is not None else None,
            timeout=aiohttp.ClientTimeout(total=CALL_SECONDS),
        ) as response:
            # A gateway that waited in vain may have passed the request on; the others have not.
            if response.status in {502, 504}:
                raise lost(f"the platform's gateway answered {response.status}")
            if response.status != 200:
                raise PlatformBusy(f"the platform answered HTTP {response.status}")
            raw = await response.content.read(ANSWER_LIMIT + 1)
    except aiohttp.ClientConnectorError as error:
        raise PlatformBusy("the platform cannot be reached") from error
    except (aiohttp.ClientError, asyncio.TimeoutError) as error:
        raise lost(f"the platform's answer was lost: {type(error).__name__}") from error
    return _decoded(raw, lost)


def _decoded(raw: bytes, lost: Lost) -> dict[str, Any]:
    if len(raw) > ANSWER_LIMIT:
        raise lost("the platform's answer is too long")
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise lost("the platform's answer is not JSON") from error
