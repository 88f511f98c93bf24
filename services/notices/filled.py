"""What does a notice say once its places are filled for one citizen, or why can it not be filled? Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from services.notices.personal import PLACE, clean
from services.notices.rules import ROUTES
from services.notices.shown import whole_text
from services.notices.values import Content


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """A notice as one citizen gets it, or why it cannot go out to them."""

    content: Content
    values: Mapping[str, str]
    #: Empty: it can.
    reason: str = ""


def fill(content: Content, values: Mapping[str, str]) -> Filled:
    """The notice with every place filled; the reason says which value is missing, or that it got too long."""
    known = {name: cleaned for name in content.fields if (cleaned := clean(values.get(name, "")))}
    missing = next((name for name in content.fields if name not in known), "")
    if missing:
        return Filled(content=content, values=known, reason=f"no_value:{missing}")
    escaped = {name: quote(value, safe="") for name, value in known.items()}
    filled = replace(
        content,
        title=_put(content.title, known),
        body=_put(content.body, known),
        url=_put(content.url, escaped),
    )
    return Filled(content=filled, values=known, reason="filled_too_long" if _too_long(filled) else "")


def _put(text: str, values: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: values.get(place[1], place[0]), text)


def _too_long(content: Content) -> bool:
    for route in content.routes:
        rules = ROUTES[route]
        if len(content.title) > rules.max_title or len(content.body) > rules.max_body:
            return True
        if rules.max_bytes and len(whole_text(content).encode()) > rules.max_bytes:
            return True
    return False
