"""What does a citizen say, and what do we answer? The same frozen values for every channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class MessageKind(str, Enum):
    """What kind of thing arrived."""

    TEXT = "text"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    LOCATION = "location"
    LINK = "link"
    EVENT = "event"


class EventKind(str, Enum):
    """What happened, where the message is an event; platform names are mapped onto these by the channel."""

    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SCAN = "scan"
    LOCATION_REPORT = "location_report"
    MENU_CLICK = "menu_click"
    MENU_VIEW = "menu_view"
    MENU_OTHER = "menu_other"
    TEMPLATE_RECEIPT = "template_receipt"
    MASS_RECEIPT = "mass_receipt"
    SUBSCRIPTION_CHANGE = "subscription_change"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundMessage:
    """One message or event as a channel read it off the wire."""

    #: Name of the channel, such as `wechat`.
    channel: str
    #: The government's account that was written to (WeChat: ToUserName).
    account: str
    #: The citizen's address on that channel (WeChat: openid).
    sender: str
    #: Two deliveries of the same message have the same key (unique per channel and account).
    dedup_key: str
    kind: MessageKind
    #: What the citizen said: typed text, or the recognised words of a voice message; None where there are none.
    text: str | None = None
    event: EventKind | None = None
    #: The event's key: menu key, QR scene (without `qrscene_`).
    event_key: str = ""
    #: Remaining fields of the payload by their platform names, flat, for those who need them.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: When the citizen sent it, by the platform's clock.
    sent_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text; a channel splits what is too long for one message."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A linked card (WeChat: news with one article)."""

    title: str
    description: str
    url: str
    picture_url: str = ""


ReplyPart = Text | Card


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldAnswer:
    """One of the staff's answers, as a reply tells it."""

    entry_id: str
    #: When the answer had been written; None where the backend does not say.
    written_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What the citizen gets: one or more parts in order."""

    parts: tuple[ReplyPart, ...]
    #: The staff's answers among it.
    told: tuple[ToldAnswer, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """The same in a few fields, for citizens whom a platform lets us reach by its templates only."""

    title: str
    #: What it is about.
    subject: str
    when: str
    remark: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rendered:
    """A reply in the channel's own terms, stored as it will be sent: the same bytes at every repetition."""

    #: What goes into the answer of the platform's own request; None where nothing can.
    passive: Mapping[str, object] | None
    #: What must be pushed after the passive part.
    pushes: tuple[Mapping[str, object], ...]
    #: Everything as pushes, for when no passive answer is possible any more.
    all_pushes: tuple[Mapping[str, object], ...]
