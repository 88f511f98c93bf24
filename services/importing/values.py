"""What does a raw row say, and does it fit? Values without noise, typed; a field that does not fit is named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

#: How feeds write "not known".
_NOTHING = frozenset({"", "无", "null", "NULL", "None"})
#: PostgreSQL holds neither NUL nor half of a surrogate pair; the other controls are noise in a feed.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff\u200b]")
_FIELD_IN_ERROR = re.compile(r" - at `\$\.?([^`]*)`$")
_MISSING_FIELD = re.compile(r"missing required field `(\w+)`")

T = TypeVar("T")


class BadRowError(Exception):
    """A row cannot be used: `field` (empty for the row as a whole) and why."""

    def __init__(self, field_name: str, reason: str) -> None:
        self.field = field_name
        self.reason = reason
        super().__init__(f"{field_name}: {reason}" if field_name else reason)


def cleaned(value: Any) -> Any:
    """The value without noise: texts trimmed and storable; what says "not known" is None, and left out of lists."""
    if isinstance(value, str):
        text = _UNSTORABLE.sub("", value.replace("\r\n", "\n")).strip()
        return None if text in _NOTHING else text
    if isinstance(value, list):
        return [kept for kept in map(cleaned, value) if kept is not None]
    if isinstance(value, dict):
        pairs = ((key, cleaned(one)) for key, one in value.items() if isinstance(key, str))
        return {_UNSTORABLE.sub("", key): one for key, one in pairs if one is not None}
    return value


def converted(value: Mapping[str, Any], kind: type[T]) -> T:
    """The value as the typed struct; raises BadRowError naming the field."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        missing = _MISSING_FIELD.search(text)
        at = _FIELD_IN_ERROR.search(text)
        parts = [part for part in (at.group(1) if at else "", missing.group(1) if missing else "") if part]
        reason = _FIELD_IN_ERROR.sub("", text)
        if "Expected `str`, got `int`" in reason:
            reason += " (write it in quotes)"
        raise BadRowError(".".join(parts), reason) from error


def unknown_fields(value: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """Names that the row has and we have no place for."""
    return sorted(set(value).difference(known))
