"""Calls that send a notice to one citizen outside of the chat: template and subscription messages."""

from __future__ import annotations

import asyncio

import msgspec

from simulator.api.calls import Answer, Call, Operation
from simulator.api.messages import OK, need_follower
from simulator.platform import Platform
from simulator.rules.notices import check_subscription_values
from simulator.wire import Fields


class ValuePart(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    color: str = ""


class MiniProgram(msgspec.Struct, frozen=True, kw_only=True):
    appid: str = ""
    pagepath: str = ""


class TemplateSendRequest(msgspec.Struct, frozen=True, kw_only=True):
    """message/template/send."""

    touser: str = ""
    template_id: str = ""
    url: str = ""
    miniprogram: MiniProgram | None = None
    client_msg_id: str = ""
    data: dict[str, ValuePart] = {}


class SubscriptionSendRequest(msgspec.Struct, frozen=True, kw_only=True):
    """message/subscribe/bizsend."""

    touser: str = ""
    template_id: str = ""
    page: str = ""
    miniprogram: MiniProgram | None = None
    data: dict[str, ValuePart] = {}


async def send_template(call: Call) -> Answer:
    """A template message; its receipt follows as an event."""
    body: TemplateSendRequest = call.body
    platform = call.platform
    template = platform.templates.get(body.template_id, "template")
    need_follower(platform, body.touser)
    earlier = platform.repeats.find(body.touser, body.client_msg_id)
    if earlier is not None:
        return {**OK, "msgid": earlier}
    message_id = platform.next_number()
    platform.repeats.remember(body.touser, body.client_msg_id, message_id)
    values = {name: part.value for name, part in body.data.items()}
    platform.log.append(
        "template.delivered",
        openid=body.touser,
        msg_id=str(message_id),
        content=template.title,
        lines=template.lines(values),
        values=values,
        url=body.url,
        template_id=body.template_id,
        client_msg_id=body.client_msg_id,
        raw=call.raw.decode(),
    )
    if platform.settings.sim_receipts:
        platform.later(_template_receipt(platform, body.touser, message_id))
    return {**OK, "msgid": message_id}


async def _template_receipt(platform: Platform, openid: str, message_id: int) -> None:
    await asyncio.sleep(platform.settings.sim_job_seconds)
    status = "success" if platform.followers.follows(openid) else "failed:user block"
    platform.send_event(openid, {"Event": "TEMPLATESENDJOBFINISH", "MsgID": message_id, "Status": status})


async def send_subscription(call: Call) -> Answer:
    """A subscription notice, for who accepted its template."""
    body: SubscriptionSendRequest = call.body
    platform = call.platform
    template = platform.templates.get(body.template_id, "subscription")
    need_follower(platform, body.touser)
    values = {name: part.value for name, part in body.data.items()}
    check_subscription_values(template, values)
    platform.consents.use(body.touser, body.template_id)
    message_id = platform.next_number()
    platform.log.append(
        "subscribe.delivered",
        openid=body.touser,
        msg_id=str(message_id),
        content=template.title,
        lines=template.lines(values),
        values=values,
        url=body.page,
        template_id=body.template_id,
        raw=call.raw.decode(),
    )
    if platform.settings.sim_receipts:
        platform.later(_subscription_receipt(platform, body, message_id))
    return {**OK, "msgid": message_id}


async def _subscription_receipt(platform: Platform, body: SubscriptionSendRequest, message_id: int) -> None:
    await asyncio.sleep(platform.settings.sim_job_seconds)
    listed = {
        "TemplateId": body.template_id,
        "MsgID": str(message_id),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    fields: Fields = {"Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": [listed]}}
    platform.send_event(body.touser, fields)


OPERATIONS = (
    Operation(method="POST", path="message/template/send", handler=send_template, body=TemplateSendRequest),
    Operation(method="POST", path="message/subscribe/bizsend", handler=send_subscription, body=SubscriptionSendRequest),
)
