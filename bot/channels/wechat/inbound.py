"""What does a callback's payload mean? Its fields -> our InboundMessage, by tables of types and events."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import msgspec

from bot.channels.wechat.wire import Fields
from bot.errors import BadPayload
from bot.messages import EventKind, InboundMessage, MessageKind

CHANNEL = "wechat"

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
#: Events about subscription messages -> the group that holds their list in XML; in JSON the list stands alone.
SUBSCRIPTIONS: Mapping[str, str] = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}

SCENE_PREFIX = "qrscene_"
#: Names under which the platform wraps the entries of a list.
ENTRIES = frozenset({"List", "item"})
#: Told by InboundMessage itself, or the citizen's own words: those are not to lie about in a second place.
NOT_KEPT = frozenset({"ToUserName", "FromUserName", "CreateTime", "EventKey", "Content", "Recognition", "Encrypt"})
#: Pairs of latitude and longitude by message type or event.
COORDINATES: Mapping[str, tuple[str, str]] = {
    "location": ("Location_X", "Location_Y"),
    "event.location": ("Latitude", "Longitude"),
}
#: A longer key is kept as its digest: it must fit an index.
DEDUP_LIMIT = 255

_ADDRESS = re.compile(r"[A-Za-z0-9_@.-]{1,128}")
_NAME = re.compile(r"[^\s:]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,20}")
#: Up to the year 5138; more digits are milliseconds or nonsense.
_SECONDS = re.compile(r"[0-9]{1,11}")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?([eE]-?[0-9]{1,2})?")


def read_message(fields: Fields) -> InboundMessage:
    """The message in a verified payload; raises BadPayload naming the field that is wrong.

    `fields` of the result are flat texts by the platform's names: a group's parts as `ScanCodeInfo.ScanResult`, a list
    as a JSON array. An event about subscription messages has `{"List": [...]}` as JSON under its group's name,
    whether it came as XML or JSON, with one entry or several.
    """
    message_type = _required(fields, "MsgType", _NAME).lower()
    sender = _required(fields, "FromUserName", _ADDRESS)
    account = _required(fields, "ToUserName", _ADDRESS)
    sent_at = datetime.fromtimestamp(int(_required(fields, "CreateTime", _SECONDS)), timezone.utc)
    if message_type == "event":
        return _event(fields, sender, account, sent_at)
    _check_place(fields, message_type)
    # A type that nobody knew yet says nothing, and may go without what the known ones have.
    kind = KINDS.get(message_type, MessageKind.TEXT)
    return InboundMessage(
        channel=CHANNEL,
        account=account,
        sender=sender,
        dedup_key=_message_key(fields, sender, message_type),
        kind=kind,
        text=_spoken(fields, message_type),
        fields=_flat(fields),
        sent_at=sent_at,
    )


def _event(fields: Fields, sender: str, account: str, sent_at: datetime) -> InboundMessage:
    name = _required(fields, "Event", _NAME).lower()
    _check_place(fields, f"event.{name}")
    key = _text(fields, "EventKey")
    listed = _subscriptions(fields, name)
    # Without an event key, two of one second differ in the id of what they confirm, or in what they list.
    parts = ("e", sender, _text(fields, "CreateTime"), name, key, _text(fields, "MsgID"), *listed.values())
    return InboundMessage(
        channel=CHANNEL,
        account=account,
        sender=sender,
        dedup_key=_fitting(":".join(parts)),
        kind=MessageKind.EVENT,
        event=EVENTS.get(name, EventKind.OTHER),
        event_key=key.removeprefix(SCENE_PREFIX) if name == "subscribe" else key,
        fields={**_flat(fields), **listed},
        sent_at=sent_at,
    )


def _message_key(fields: Fields, sender: str, message_type: str) -> str:
    if message_type not in KINDS and not _text(fields, "MsgId"):
        return _fitting(":".join(("m", sender, _text(fields, "CreateTime"), message_type)))
    return _fitting(f"m:{sender}:{_required(fields, 'MsgId', _NUMBER)}")


def _fitting(key: str) -> str:
    return key if len(key) <= DEDUP_LIMIT else f"h:{hashlib.sha256(key.encode()).hexdigest()}"


def _spoken(fields: Fields, message_type: str) -> str | None:
    """What was typed, or recognised in a voice message."""
    if message_type == "text":
        if "Content" not in fields:
            raise BadPayload("Content is missing")
        return _text(fields, "Content")
    if message_type == "voice":
        return _text(fields, "Recognition").strip() or None
    return None


def _check_place(fields: Fields, message_type: str) -> None:
    for name, most in zip(COORDINATES.get(message_type, ()), (90, 180), strict=False):
        if abs(float(_required(fields, name, _DEGREES))) > most:
            raise BadPayload(f"{name} is no place on earth")


def _required(fields: Fields, name: str, form: re.Pattern[str]) -> str:
    value = _text(fields, name)
    if not value:
        raise BadPayload(f"{name} is missing")
    if not form.fullmatch(value):
        raise BadPayload(f"{name} is odd")
    return value


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def _flat(fields: Fields) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in fields.items():
        if name not in NOT_KEPT:
            _flatten(name, value, flat)
    return flat


def _flatten(name: str, value: Any, flat: dict[str, str]) -> None:
    if isinstance(value, str):
        flat[name] = value
    elif isinstance(value, list):
        flat[name] = _json(value)
    elif len(value) == 1 and not ENTRIES.isdisjoint(value):
        (wrapped,) = value.values()
        _flatten(name, _entries(wrapped), flat)
    else:
        for part, inner in value.items():
            _flatten(f"{name}.{part}", inner, flat)


def _subscriptions(fields: Fields, name: str) -> dict[str, str]:
    """The event's list under its group's name; nothing for other events."""
    group = SUBSCRIPTIONS.get(name)
    if group is None:
        return {}
    inside = fields.get(group)
    listed = inside.get("List") if isinstance(inside, dict) else fields.get("List")
    return {group: _json({"List": _entries(listed or [])})}


def _entries(value: Any) -> list[Any]:
    """One entry comes as itself, several as a list: from here on it is always a list."""
    return value if isinstance(value, list) else [value]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
