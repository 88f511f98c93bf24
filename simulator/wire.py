"""How does a callback look on the wire? Fields to XML or JSON, and back with nothing forgiven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from simulator.errors import ReplyRefused

#: A field's value: a mapping becomes nested elements, a sequence repeats its element.
Value = str | int | float | Mapping[str, "Value"] | Sequence[Mapping[str, "Value"]]
Fields = Mapping[str, Value]

#: No reply of the platform's is nested deeper than an article in a list.
DEEPEST = 4


def to_xml(fields: Fields) -> bytes:
    """`<xml>...</xml>`: numbers as they are, texts in CDATA, as the platform writes them.

    Characters that XML forbids stay: citizens do send them and the real platform does not take them out.
    """
    return f"<xml>{''.join(_element(name, value) for name, value in fields.items())}</xml>".encode()


def to_json(fields: Fields) -> bytes:
    """The JSON form: a list of one entry is written as the entry itself, as the platform does."""
    return msgspec.json.encode({name: _json_value(value) for name, value in fields.items()})


def _element(name: str, value: Value) -> str:
    if isinstance(value, str):
        return f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(inner, part) for inner, part in value.items())}</{name}>"
    if isinstance(value, Sequence):
        return "".join(_element(name, part) for part in value)
    return f"<{name}>{value}</{name}>"


def _json_value(value: Value) -> object:
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {name: _json_value(part) for name, part in value.items()}
    parts = [_json_value(part) for part in value]
    return parts[0] if len(parts) == 1 else parts


def read_reply_body(body: bytes, *, json_allowed: bool) -> dict[str, Any]:
    """The fields of an answer to a callback; raises ReplyRefused saying what is wrong with it."""
    if body.lstrip()[:1] == b"{":
        if not json_allowed:
            raise ReplyRefused("JSON in answer to XML")
        return _read_json(body)
    return _read_xml(body)


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReplyRefused(f"broken JSON: {error}") from error
    if not isinstance(fields, dict):
        raise ReplyRefused("the JSON is no object")
    return fields


def _read_xml(body: bytes) -> dict[str, Any]:
    try:
        root: Element = fromstring(body.decode(), forbid_dtd=True)
    except (ParseError, UnicodeDecodeError, DefusedXmlException) as error:
        raise ReplyRefused(f"broken XML: {error!r}") from error
    if root.tag != "xml":
        raise ReplyRefused(f"the root is <{root.tag}>, not <xml>")
    fields = _children(root)
    if not isinstance(fields, dict):
        raise ReplyRefused("<xml> is empty")
    return fields


def _children(element: Element, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise ReplyRefused("nested too deep")
    if len(element) == 0:
        return element.text or ""
    fields: dict[str, Any] = {}
    for child in element:
        value = _children(child, depth + 1)
        if child.tag == "item":
            fields.setdefault("item", []).append(value)
        elif child.tag in fields:
            raise ReplyRefused(f"<{child.tag}> stands there twice")
        else:
            fields[child.tag] = value
    return fields
