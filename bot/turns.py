"""What is the assistant told about a message or an event? Pure.

A citizen's text never becomes a command: those begin with `/` and come from here only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import msgspec

from bot.messages import EventKind, InboundMessage, MessageKind

#: The assistant takes texts up to this length.
TEXT_LIMIT = 2000
#: A link card up to this length is told; of a longer one a part would be unseen when it is confirmed.
CARD_LIMIT = 1500
#: For a text of which nothing is left that could be told.
NOTHING = "？"

GREETING = "/greet_new"
VOICE_UNRECOGNISED = "/voice_unrecognised"
UNSUPPORTED = "/unsupported_media"
MENU: Mapping[str, str] = {
    "help": "/menu_help",
    "find_item": "/find_item",
    "book": "/book_appointment",
    "my_appointments": "/list_appointments",
    "progress": "/query_progress",
    "my_subscriptions": "/list_subscriptions",
    "faq": "/menu_faq",
}


def spoken(message: InboundMessage) -> str | None:
    """The citizen's own words, typed or recognised, without what could be taken for a command; a forwarded link card
    as the question whether it is true; None for all else."""
    if message.kind is MessageKind.LINK:
        return _forwarded(message.fields)
    if message.kind not in (MessageKind.TEXT, MessageKind.VOICE) or message.text is None:
        return None
    return plain_words(message.text)


def _forwarded(fields: Mapping[str, str]) -> str | None:
    """A card in the words in which notices are compared with it (`services/notices/shown.cards`): the link first,
    since it is what a forger changes; None for one that says nothing, or too much."""
    url, title, description = (fields.get(name, "").strip() for name in ("Url", "Title", "Description"))
    if not (url or title) or len(url) + len(title) + len(description) > CARD_LIMIT:
        return None
    lines = (("链接", url), ("标题", title), ("摘要", description))
    return plain_words("\n".join(["这条消息是真的吗：", *(f"{name} {text}" for name, text in lines if text)]))


def plain_words(text: str) -> str:
    """Printable, not empty, not a command."""
    kept = "".join(filter(_tellable, text)).strip()
    return kept.lstrip("/／⁄∕ \t\r\n　") or NOTHING


def _tellable(character: str) -> bool:
    """Control characters and halves of surrogate pairs fit neither the database nor JSON."""
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")


def command(message: InboundMessage) -> str | None:
    """What the assistant is told about something that is not words; None where it is told nothing."""
    if message.kind is MessageKind.EVENT:
        return _event_command(message)
    if message.kind is MessageKind.VOICE:
        return VOICE_UNRECOGNISED
    if message.kind is MessageKind.LOCATION:
        return _location_command(message.fields)
    return UNSUPPORTED


def _event_command(message: InboundMessage) -> str | None:
    if message.event is EventKind.FOLLOW:
        return GREETING
    if message.event is EventKind.MENU_CLICK:
        # A key that nobody knows is an old menu's: the citizen still gets an answer.
        return MENU.get(message.event_key, MENU["help"])
    return None


def _location_command(fields: Mapping[str, str]) -> str:
    """WeChat calls the latitude Location_X and the longitude Location_Y."""
    try:
        latitude, longitude = float(fields["Location_X"]), float(fields["Location_Y"])
    except (KeyError, ValueError):
        return UNSUPPORTED
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return UNSUPPORTED
    entities = {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}
    return "/share_location" + msgspec.json.encode(entities).decode()


def shortened(text: str) -> str:
    """The text up to the assistant's limit."""
    return text[:TEXT_LIMIT]
