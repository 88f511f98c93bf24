"""What does a citizen send, and how does the platform put it into a callback? One table of types, one of events."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec

from simulator.wire import Fields, Value

Openid = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Words = Annotated[str, msgspec.Meta(max_length=20_000)]
Short = Annotated[str, msgspec.Meta(max_length=1024)]
Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]

PICTURE_URL = "http://mmbiz.qpic.cn/mmbiz_jpg/simulated-picture/0"


class MessageRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /sim/messages: what a citizen sends. Fields that its type does not have are left out of the callback."""

    openid: Openid
    type: Literal["text", "image", "voice", "video", "shortvideo", "location", "link"] = "text"
    content: Words = ""
    #: The recognised words of a voice message; null: the callback has no Recognition at all.
    recognition: Words | None = None
    latitude: Degrees = 30.2741
    longitude: Degrees = 120.1551
    scale: Annotated[int, msgspec.Meta(ge=1, le=30)] = 16
    label: Short = "云江市政务服务中心"
    title: Short = ""
    description: Short = ""
    url: Short = ""
    #: Set when the citizen chose an entry of a menu message.
    menu_id: Short = ""


class TemplateChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a citizen answered when asked for consent to one subscription template."""

    template_id: Short
    status: Literal["accept", "reject"] = "accept"


class EventRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /sim/events: what a citizen does besides writing."""

    openid: Openid
    event: Literal[
        "CLICK",
        "VIEW",
        "SCAN",
        "LOCATION",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
    ]
    #: Key of the menu button, address of a VIEW button, or the QR code's scene.
    event_key: Short = ""
    ticket: Short = "gQH47joAAAAAAAAAASxodHRwOi8vd2VpeGluLnFxLmNvbS9xL3NpbQ"
    menu_id: Short = "430000001"
    latitude: Degrees = 30.2741
    longitude: Degrees = 120.1551
    precision: float = 65.0
    label: Short = "云江市政务服务中心"
    scan_type: Short = "qrcode"
    scan_result: Short = ""
    #: For subscribe_msg_popup_event and subscribe_msg_change_event.
    templates: list[TemplateChoice] = []
    #: Does a consent last, or is it good for one message?
    once: bool = False


def message_fields(request: MessageRequest, media_id: str) -> Fields:
    """The fields of a message between MsgType and MsgId."""
    return _MESSAGES[request.type](request, media_id)


def event_fields(request: EventRequest) -> Fields:
    """The fields of an event after MsgType."""
    return {"Event": request.event, **_EVENTS[request.event](request)}


def subscribe_fields(scene: str) -> Fields:
    """A follow; `scene` is the value of the QR code that it came by."""
    ticket = "gQ" + hashlib.sha256(scene.encode()).hexdigest()
    by_code: Fields = {"EventKey": f"qrscene_{scene}", "Ticket": ticket} if scene else {"EventKey": ""}
    return {"Event": "subscribe", **by_code}


def media_id_of(number: str, kind: str) -> str:
    """Looks like one of the platform's."""
    return hashlib.sha256(f"{kind}{number}".encode()).hexdigest()[:43]


def _voice(request: MessageRequest, media_id: str) -> Fields:
    recognised = {} if request.recognition is None else {"Recognition": request.recognition}
    return {"MediaId": media_id, "Format": "amr", **recognised}


def _text(request: MessageRequest, _: str) -> Fields:
    chosen = {"bizmsgmenuid": request.menu_id} if request.menu_id else {}
    return {"Content": request.content, **chosen}


_MESSAGES: Mapping[str, Callable[[MessageRequest, str], Fields]] = {
    "text": _text,
    "image": lambda request, media_id: {"PicUrl": request.url or PICTURE_URL, "MediaId": media_id},
    "voice": _voice,
    "video": lambda request, media_id: {"MediaId": media_id, "ThumbMediaId": media_id_of(media_id, "thumb")},
    "shortvideo": lambda request, media_id: {"MediaId": media_id, "ThumbMediaId": media_id_of(media_id, "thumb")},
    "location": lambda request, media_id: {
        "Location_X": request.latitude,
        "Location_Y": request.longitude,
        "Scale": request.scale,
        "Label": request.label,
    },
    "link": lambda request, media_id: {
        "Title": request.title,
        "Description": request.description,
        "Url": request.url,
    },
}


def _key(request: EventRequest) -> Fields:
    return {"EventKey": request.event_key}


def _scan_code(request: EventRequest) -> Fields:
    return {
        "EventKey": request.event_key,
        "ScanCodeInfo": {"ScanType": request.scan_type, "ScanResult": request.scan_result},
    }


def _pictures(request: EventRequest) -> Fields:
    md5 = media_id_of(request.event_key, "picture")[:32]
    return {
        "EventKey": request.event_key,
        "SendPicsInfo": {"Count": 1, "PicList": {"item": [{"PicMd5Sum": md5}]}},
    }


def _place(request: EventRequest) -> Fields:
    return {
        "EventKey": request.event_key,
        "SendLocationInfo": {
            "Location_X": str(request.latitude),
            "Location_Y": str(request.longitude),
            "Scale": "16",
            "Label": request.label,
            "Poiname": "",
        },
    }


def _consents(request: EventRequest, name: str, extra: Mapping[str, str]) -> Fields:
    listed: list[Mapping[str, Value]] = [
        {"TemplateId": choice.template_id, "SubscribeStatusString": choice.status, **extra}
        for choice in request.templates
    ]
    return {name: {"List": listed}}


_EVENTS: Mapping[str, Callable[[EventRequest], Fields]] = {
    "CLICK": _key,
    "VIEW": lambda request: {"EventKey": request.event_key, "MenuId": request.menu_id},
    "SCAN": lambda request: {"EventKey": request.event_key, "Ticket": request.ticket},
    "LOCATION": lambda request: {
        "Latitude": request.latitude,
        "Longitude": request.longitude,
        "Precision": request.precision,
    },
    "scancode_push": _scan_code,
    "scancode_waitmsg": _scan_code,
    "pic_sysphoto": _pictures,
    "pic_photo_or_album": _pictures,
    "pic_weixin": _pictures,
    "location_select": _place,
    "subscribe_msg_popup_event": lambda request: _consents(request, "SubscribeMsgPopupEvent", {"PopupScene": "2"}),
    "subscribe_msg_change_event": lambda request: _consents(request, "SubscribeMsgChangeEvent", {}),
}
