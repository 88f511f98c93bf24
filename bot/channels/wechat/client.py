"""What can we ask of WeChat? Its server API, call by call, with one shared token and nothing sent twice by us."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import aiohttp
import msgspec
import structlog

from bot.channels.wechat.codes import INVALID_MEDIA, NO_MENU, REPEATED_MASS
from bot.channels.wechat.outbound import thing
from bot.channels.wechat.transport import Answer, File, Request, Transport
from bot.errors import AnswerLost, DeliveryInDoubt, PlatformBusy, PlatformTokenInvalid
from bot.settings import BotSettings

log = structlog.stdlib.get_logger(__name__)

PROFILES_A_CALL = 100
MASS_RECIPIENTS = (2, 10_000)
#: A subscription message's fields are named for their type and a number.
_THING = re.compile(r"thing[0-9]{1,3}")


class TokenSource(Protocol):
    """The one access token that all our processes share."""

    async def token(self) -> str:
        """A token that should be valid now."""
        ...

    async def replace(self, rejected: str) -> str:
        """Another token, since the platform has rejected this one; raises PlatformBusy when refreshing is not
        allowed for some seconds, and PlatformTokenInvalid when it is not any more today."""
        ...


class Sent(Answer, frozen=True, kw_only=True):
    """Template, subscription and mass messages have an id; each names it in its own way."""

    msgid: int | str = ""
    msg_id: int | str = ""


class SentNews(msgspec.Struct, frozen=True, kw_only=True):
    """A news message that the platform took."""

    msg_id: str
    #: An earlier call with this key was taken, and this one was not needed: its draft stays in the box.
    repeated: bool


class Kept(Answer, frozen=True, kw_only=True):
    """A picture or a draft that the platform keeps."""

    media_id: str


class MassState(Answer, frozen=True, kw_only=True):
    msg_status: str


class Openids(msgspec.Struct, frozen=True, kw_only=True):
    openid: list[str] = []


class FollowersPage(Answer, frozen=True, kw_only=True):
    #: The page after the last one has none.
    data: Openids = Openids()
    next_openid: str = ""


class TagEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A tag and how many followers have it."""

    id: int
    name: str
    count: int = 0


class TagList(Answer, frozen=True, kw_only=True):
    #: Absent where there are none.
    tags: list[TagEntry] = msgspec.field(default_factory=list)


class Profiles(Answer, frozen=True, kw_only=True):
    user_info_list: list[dict[str, Any]]


class Menu(Answer, frozen=True, kw_only=True):
    menu: dict[str, Any] = msgspec.field(default_factory=dict)


class Addresses(Answer, frozen=True, kw_only=True):
    ip_list: list[str]


A = TypeVar("A", bound=Answer)


class WeChatClient:
    """The calls we make. A send without idempotency key whose answer was lost raises DeliveryInDoubt, one with a key
    AnswerLost; every reading call raises PlatformBusy and may be made again."""

    def __init__(self, *, session: aiohttp.ClientSession, api_base: str, tokens: TokenSource) -> None:
        self._transport = Transport(session=session, api_base=api_base)
        self._tokens = tokens

    async def send_custom(self, *, openid: str, message: Mapping[str, object]) -> str:
        """A customer-service message: 5 within 48 hours after the citizen's last one. The platform gives no id."""
        body = {**message, "touser": openid}
        await self._call(Request(path="/cgi-bin/message/custom/send", body=body, lost=DeliveryInDoubt), Answer)
        return ""

    async def send_template(
        self, *, openid: str, template_id: str, url: str, data: Mapping[str, object], client_msg_id: str
    ) -> str:
        """A template message; a repeated `client_msg_id` (1 to 32 characters) is not sent again for 10 minutes."""
        body = {
            "touser": openid,
            "template_id": template_id,
            "url": url,
            "client_msg_id": client_msg_id,
            "data": data,
        }
        lost = AnswerLost if client_msg_id else DeliveryInDoubt
        sent = await self._call(Request(path="/cgi-bin/message/template/send", body=body, lost=lost), Sent)
        return str(sent.msgid)

    async def send_subscription(self, *, openid: str, template_id: str, page: str, data: Mapping[str, object]) -> str:
        """A subscription notice to a citizen who agreed to it; values of type `thing` are shortened."""
        body = {"touser": openid, "template_id": template_id, "page": page, "data": short_things(data)}
        request = Request(path="/cgi-bin/message/subscribe/bizsend", body=body, lost=DeliveryInDoubt)
        return str((await self._call(request, Sent)).msgid)

    async def send_mass(self, *, openids: Sequence[str], message: Mapping[str, object], clientmsgid: str) -> str:
        """One message to 2 to 10 000 followers; a repeated `clientmsgid` gives the first call's id."""
        return str((await self._send_mass(openids, message, clientmsgid)).msg_id)

    async def send_news(self, *, openids: Sequence[str], media_id: str, clientmsgid: str) -> SentNews:
        """The same with a draft, which leaves the draft box: a draft is sent once."""
        sent = await self._send_mass(openids, news_message(media_id), clientmsgid)
        return SentNews(msg_id=str(sent.msg_id), repeated=sent.errcode == REPEATED_MASS)

    async def _send_mass(self, openids: Sequence[str], message: Mapping[str, object], clientmsgid: str) -> Sent:
        low, high = MASS_RECIPIENTS
        if not low <= len(openids) <= high:
            raise ValueError(f"a mass message goes to {low} to {high} followers, not {len(openids)}")
        # Without a clientmsgid the platform makes one of the content: then, too, a repetition is known.
        body = {**message, "touser": list(openids), "clientmsgid": clientmsgid}
        request = Request(path="/cgi-bin/message/mass/send", body=body, lost=AnswerLost, fine={REPEATED_MASS})
        return await self._call(request, Sent)

    async def preview_mass(self, *, openid: str, message: Mapping[str, object]) -> str:
        """Shows a mass message to one follower; it is none of the month's four. 100 a day."""
        request = Request(
            path="/cgi-bin/message/mass/preview", body={**message, "touser": openid}, lost=DeliveryInDoubt
        )
        return str((await self._call(request, Sent)).msg_id)

    async def add_picture(self, *, name: str, content: bytes, content_type: str) -> str:
        """Keeps a picture for good and gives its media id. There is no key: whoever repeats a lost call has it twice,
        which nobody sees."""
        request = Request(
            path="/cgi-bin/material/add_material",
            query={"type": "image"},
            file=File(name=name, content=content, content_type=content_type),
            lost=PlatformBusy,
        )
        return (await self._call(request, Kept)).media_id

    async def add_draft(self, article: Mapping[str, object]) -> str:
        """Puts one article into the draft box and gives its media id; it leaves the box when it is sent."""
        request = Request(path="/cgi-bin/draft/add", body={"articles": [article]}, lost=PlatformBusy)
        return (await self._call(request, Kept)).media_id

    async def delete_draft(self, media_id: str) -> None:
        """Takes a draft out of the box; one that is not there is fine."""
        body = {"media_id": media_id}
        request = Request(path="/cgi-bin/draft/delete", body=body, lost=PlatformBusy, fine={INVALID_MEDIA})
        await self._call(request, Answer)

    async def mass_status(self, msg_id: str) -> str:
        """Where a mass message stands, in the platform's words: SENDING, SEND_SUCCESS, SEND_FAIL or DELETE."""
        request = Request(path="/cgi-bin/message/mass/get", body={"msg_id": int(msg_id)}, lost=PlatformBusy)
        return (await self._call(request, MassState)).msg_status

    async def delete_mass(self, msg_id: str) -> None:
        """Takes a mass message back where the platform still can."""
        body = {"msg_id": int(msg_id), "article_idx": 0}
        await self._call(Request(path="/cgi-bin/message/mass/delete", body=body, lost=PlatformBusy), Answer)

    async def followers(self, following: str = "") -> AsyncIterator[list[str]]:
        """Every follower's openid after the one given, a page of up to 10 000 at a time."""
        while True:
            query = {"next_openid": following} if following else {}
            request = Request(path="/cgi-bin/user/get", query=query, lost=PlatformBusy)
            page = await self._call(request, FollowersPage)
            if page.data.openid:
                yield page.data.openid
            # The last page may name its own last openid or nobody; one that leads nowhere must not go on for ever.
            if not page.data.openid or page.next_openid in {"", following}:
                return
            following = page.next_openid

    async def tags(self) -> list[TagEntry]:
        """The tags that the account has put on followers."""
        request = Request(path="/cgi-bin/tags/get", lost=PlatformBusy)
        return (await self._call(request, TagList)).tags

    async def tagged(self, tag: int) -> AsyncIterator[list[str]]:
        """Every openid that has a tag, a page of up to 10 000 at a time."""
        following = ""
        while True:
            body = {"tagid": tag, "next_openid": following}
            page = await self._call(Request(path="/cgi-bin/user/tag/get", body=body, lost=PlatformBusy), FollowersPage)
            if page.data.openid:
                yield page.data.openid
            if not page.data.openid or page.next_openid in {"", following}:
                return
            following = page.next_openid

    async def profiles(self, openids: Sequence[str]) -> list[dict[str, Any]]:
        """What the platform tells of up to 100 followers (subscribe_time, language, tagid_list ...)."""
        if len(openids) > PROFILES_A_CALL:
            raise ValueError(f"at most {PROFILES_A_CALL} profiles a call")
        body = {"user_list": [{"openid": openid, "lang": "zh_CN"} for openid in openids]}
        request = Request(path="/cgi-bin/user/info/batchget", body=body, lost=PlatformBusy)
        return (await self._call(request, Profiles)).user_info_list

    async def create_menu(self, menu: Mapping[str, object]) -> None:
        """Replaces the account's menu (3 buttons, 5 below each)."""
        await self._call(Request(path="/cgi-bin/menu/create", body=menu, lost=PlatformBusy), Answer)

    async def menu(self) -> dict[str, Any]:
        """The account's menu as it is, as `{"menu": {"button": [...]}}`; an empty menu where there is none."""
        answer = await self._call(Request(path="/cgi-bin/menu/get", lost=PlatformBusy, fine={NO_MENU}), Menu)
        return {"menu": answer.menu}

    async def callback_addresses(self) -> list[str]:
        """From which addresses the platform calls us."""
        return (await self._call(Request(path="/cgi-bin/getcallbackip", lost=PlatformBusy), Addresses)).ip_list

    async def clear_quota(self, *, app_id: str, app_secret: str) -> None:
        """Resets today's quotas; ten times a month. Takes no token: that call's quota may be used up, too."""
        body = {"appid": app_id, "appsecret": app_secret}
        await self._transport.ask(Request(path="/cgi-bin/clear_quota/v2", body=body, lost=DeliveryInDoubt), Answer)

    async def _call(self, request: Request, kind: type[A]) -> A:
        """One call; a rejected token is replaced once. Raises PlatformError or DeliveryInDoubt."""
        token = await self._tokens.token()
        try:
            return await self._transport.ask(request, kind, token=token)
        except PlatformTokenInvalid as error:
            log.warning("wechat.token_rejected", path=request.path, errcode=error.errcode, rid=error.rid)
        token = await self._tokens.replace(token)
        return await self._transport.ask(request, kind, token=token)


def make_client(settings: BotSettings, *, session: aiohttp.ClientSession, tokens: TokenSource) -> WeChatClient:
    """The client of the account in the settings."""
    return WeChatClient(session=session, api_base=settings.wechat_api_base, tokens=tokens)


def news_message(media_id: str) -> dict[str, object]:
    """A draft as a mass message; also where the platform finds that it resembles somebody else's article."""
    return {"msgtype": "mpnews", "mpnews": {"media_id": media_id}, "send_ignore_reprint": 1}


def short_things(data: Mapping[str, object]) -> dict[str, object]:
    """`{"thing1": {"value": ...}, ...}` with values that the platform takes."""
    return {name: _short(part) if _THING.fullmatch(name) else part for name, part in data.items()}


def _short(part: object) -> object:
    if isinstance(part, Mapping) and isinstance(part.get("value"), str):
        return {**part, "value": thing(part["value"])}
    return part
