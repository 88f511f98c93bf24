"""How does a notice become calls to a platform? The protocol that the engine calls, and WeChat's way of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from bot.errors import PermissionDenied
from services.clock import local
from services.notices.rules import RouteName
from services.notices.shown import remark, whole_text
from services.notices.values import ChunkKey, Content


class NoticeSender(Protocol):
    """Both give the platform's id of the message. They raise PlatformError when it surely did not go out, and
    DeliveryInDoubt when nobody can tell. A repeated key sends nothing twice, where the route takes one."""

    async def send_one(self, content: Content, *, route: RouteName, address: str, key: str) -> str:
        """One message to one address by a route that is not grouped."""
        ...

    async def send_many(self, content: Content, *, addresses: Sequence[str], key: str) -> str:
        """One call for all these addresses."""
        ...


class NotConfigured(PermissionDenied):
    """This route has no template in the settings."""


class WeChatClient(Protocol):
    """What we use of the platform's client."""

    async def send_template(
        self, *, openid: str, template_id: str, url: str, data: Mapping[str, object], client_msg_id: str
    ) -> str: ...

    async def send_custom(self, *, openid: str, message: Mapping[str, object]) -> str: ...

    async def send_subscription(
        self, *, openid: str, template_id: str, page: str, data: Mapping[str, object]
    ) -> str: ...

    async def send_mass(self, *, openids: Sequence[str], message: Mapping[str, object], clientmsgid: str) -> str: ...

    async def preview_mass(self, *, openid: str, message: Mapping[str, object]) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class WeChatSender:
    """Notices by WeChat's template, subscription, customer-service and mass messages."""

    client: WeChatClient
    #: Fields first, keyword1 (department), keyword2 (time), remark.
    template_id: str
    #: Fields thing1 (title), thing2 (department), time3, thing4 (the beginning of the text).
    subscription_template_id: str

    async def send_one(self, content: Content, *, route: RouteName, address: str, key: str) -> str:
        if route == "customer":
            return await self.client.send_custom(openid=address, message=text_message(content))
        if route == "preview":
            return await self.client.preview_mass(openid=address, message=text_message(content))
        if route == "template":
            return await self.client.send_template(
                openid=address,
                template_id=_configured(self.template_id),
                url=content.url,
                data=template_data(content),
                client_msg_id=key,
            )
        return await self.client.send_subscription(
            openid=address,
            template_id=_configured(self.subscription_template_id),
            page=content.url,
            data=subscription_data(content),
        )

    async def send_many(self, content: Content, *, addresses: Sequence[str], key: str) -> str:
        return await self.client.send_mass(openids=addresses, message=text_message(content), clientmsgid=key)


def recipient_key(content: Content, citizen_id: UUID) -> str:
    """The same for every attempt of one version to one citizen."""
    return _digest(f"{content.notice_id}/{content.version}/{citizen_id}")


def group_key(key: ChunkKey) -> str:
    """The same for every attempt of one chunk."""
    return _digest(f"{key.notice_id}/{key.version}/chunk/{key.chunk}")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def template_data(content: Content) -> dict[str, object]:
    """The notice in the fields of the notice template."""
    return {
        "first": {"value": content.title},
        "keyword1": {"value": content.department or "—"},
        "keyword2": {"value": _time(content)},
        "remark": {"value": remark(content)},
    }


def subscription_data(content: Content) -> dict[str, object]:
    """The notice in the fields of the subscription template; a `thing` holds 20 characters."""
    return {
        "thing1": {"value": content.title[:20]},
        "thing2": {"value": (content.department or "—")[:20]},
        "time3": {"value": _time(content)},
        "thing4": {"value": content.body if len(content.body) <= 20 else content.body[:19] + "…"},
    }


def text_message(content: Content) -> dict[str, object]:
    """The notice as a text, to one or to many."""
    return {"msgtype": "text", "text": {"content": whole_text(content)}}


def _time(content: Content) -> str:
    return local(content.due_at).strftime("%Y-%m-%d %H:%M")


def _configured(template_id: str) -> str:
    if not template_id:
        raise NotConfigured()
    return template_id
