"""What does a callback's payload mean? Its fields -> our InboundMessage, by tables of types and events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import msgspec

from bot.channels.wechat.wire import Fields
from bot.errors import BadPayload
from bot.messages import EventKind, InboundMessage, MessageKind

CHANNEL = "wechat"
#: openids have 28 characters, account ids up to 20; more is nobody we know.
ADDRESS_LIMIT = 128
MESSAGE_ID_LIMIT = 32

KINDS: Mapping[str, MessageKind] = {
    "text": MessageKind.TEXT,
    "image": MessageKind.IMAGE,
    "voice": MessageKind.VOICE,
    "video": MessageKind.VIDEO,
    "shortvideo": MessageKind.VIDEO,
    "location": MessageKind.LOCATION,
    "link": MessageKind.LINK,
}

#: By their names in small letters: the platform's own pages do not agree on the case.
EVENTS: Mapping[str, EventKind] = {
    "subscribe": EventKind.FOLLOW,
    "unsubscribe": EventKind.UNFOLLOW,
    "scan": EventKind.SCAN,
    "location": EventKind.LOCATION_REPORT,
    "click": EventKind.MENU_CLICK,
    "view": EventKind.MENU_VIEW,
    "view_miniprogram": EventKind.MENU_VIEW,
    "scancode_push": EventKind.MENU_OTHER,
    "scancode_waitmsg": EventKind.MENU_OTHER,
    "pic_sysphoto": EventKind.MENU_OTHER,
    "pic_photo_or_album": EventKind.MENU_OTHER,
    "pic_weixin": EventKind.MENU_OTHER,
    "location_select": EventKind.MENU_OTHER,
    "templatesendjobfinish": EventKind.TEMPLATE_RECEIPT,
    "masssendjobfinish": EventKind.MASS_RECEIPT,
    "subscribe_msg_popup_event": EventKind.SUBSCRIPTION_CHANGE,
    "subscribe_msg_change_event": EventKind.SUBSCRIPTION_CHANGE,
    "subscribe_msg_sent_event": EventKind.SUBSCRIPTION_CHANGE,
}

SCENE_PREFIX = "qrscene_"


def read_message(fields: Fields) -> InboundMessage:
    """The message in a verified payload; raises BadPayload naming the field that is wrong."""
    sender = _required(fields, "FromUserName", ADDRESS_LIMIT)
    account = _required(fields, "ToUserName", ADDRESS_LIMIT)
    sent_at = _created_at(fields)
    message_type = _required(fields, "MsgType", 64).lower()
    if message_type == "event":
        return _event(fields, sender, account, sent_at)
    message_id = _required(fields, "MsgId", MESSAGE_ID_LIMIT)
    kind = KINDS.get(message_type, MessageKind.TEXT)
    return InboundMessage(
        channel=CHANNEL,
        account=account,
        sender=sender,
        dedup_key=f"m:{sender}:{message_id}",
        kind=kind,
        text=_spoken(kind, message_type, fields),
        fields=_flat(fields),
        sent_at=sent_at,
    )


def _spoken(kind: MessageKind, message_type: str, fields: Fields) -> str | None:
    """What was typed, or recognised in a voice message; a type that nobody knew yet says nothing."""
    if message_type == "text":
        return _text(fields, "Content")
    if kind is MessageKind.VOICE:
        return _text(fields, "Recognition").strip() or None
    return None


def _event(fields: Fields, sender: str, account: str, sent_at: datetime) -> InboundMessage:
    name = _required(fields, "Event", 64).lower()
    key = _text(fields, "EventKey")
    # A receipt has no event key: two receipts of one second differ in the id of what they confirm.
    receipt = _text(fields, "MsgID") or _text(fields, "MsgId")
    return InboundMessage(
        channel=CHANNEL,
        account=account,
        sender=sender,
        dedup_key=":".join(("e", sender, _text(fields, "CreateTime"), name, key, receipt))[:512],
        kind=MessageKind.EVENT,
        event=EVENTS.get(name, EventKind.OTHER),
        event_key=key.removeprefix(SCENE_PREFIX) if name == "subscribe" else key,
        fields=_flat(fields),
        sent_at=sent_at,
    )


def _required(fields: Fields, name: str, limit: int) -> str:
    value = _text(fields, name)
    if not value:
        raise BadPayload(f"{name} is missing")
    if len(value) > limit:
        raise BadPayload(f"{name} is too long")
    return value


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def _created_at(fields: Fields) -> datetime:
    seconds = _required(fields, "CreateTime", 20)
    try:
        return datetime.fromtimestamp(int(seconds), timezone.utc)
    except (ValueError, OverflowError, OSError) as error:
        raise BadPayload("CreateTime is no time") from error


def _flat(fields: Fields) -> dict[str, str]:
    """Every field as text; groups and lists (subscription changes, scan results) as JSON."""
    return {name: _flat_value(value) for name, value in fields.items()}


def _flat_value(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
