"""How do WeChat's bodies look on the wire? XML or JSON in, plain fields out, and fields back into XML or JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from bot.errors import BadPayload

WireFormat = Literal["xml", "json"]
#: A field is a text, a group of fields, or a list of either.
Fields = dict[str, Any]

MAX_DEPTH = 8
#: What XML 1.0 does not allow; citizens' keyboards do send such characters, and PostgreSQL stores no NUL.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: The same written as character references, which a parser would choke on just as well.
REFERENCES = re.compile("&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
DECLARATION = re.compile(r"^<\?xml[^>]*\?>")


def parse_body(body: bytes) -> tuple[Fields, WireFormat]:
    """The fields of a callback's body and the format it came in; raises BadPayload."""
    text = body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        return _parse_json(text), "json"
    return _parse_xml(text), "xml"


def _parse_json(text: str) -> Fields:
    try:
        fields = msgspec.json.decode(text, type=dict[str, Any])
        return {clean(name): _as_text(value, 1) for name, value in fields.items()}
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadPayload("the body is not JSON of fields") from error


def _as_text(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise BadPayload("the body is nested too deep")
    if isinstance(value, dict):
        return {clean(name): _as_text(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_text(inner, depth + 1) for inner in value]
    if isinstance(value, str):
        return clean(value)
    return _literal(value)


def _literal(value: float | None) -> str:
    """As XML would have it: no exponents, and all digits, since message ids have 64 bits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return format(Decimal(repr(value)), "f")


def _parse_xml(text: str) -> Fields:
    # Decoded already: a declared encoding would be tried a second time.
    cleaned = DECLARATION.sub("", clean(text))
    try:
        root = _root(cleaned)
    except ParseError:
        # Not at once: within character data the same signs are what a citizen typed.
        try:
            root = _root(REFERENCES.sub(_allowed_reference, cleaned))
        except ParseError as error:
            raise BadPayload("the XML is broken") from error
    if root.tag != "xml":
        raise BadPayload("the XML's root is not <xml>")
    fields = _element_fields(root, 1)
    if not isinstance(fields, dict):
        raise BadPayload("the XML has no fields")
    return fields


def _root(text: str) -> Element:
    try:
        root: Element = ElementTree.fromstring(text, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise BadPayload("the XML has a DTD or entities") from error
    return root


def _allowed_reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    known = number <= 0x10FFFF and not FORBIDDEN.match(chr(number))
    return match[0] if known else ""


def _element_fields(element: Element, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise BadPayload("the body is nested too deep")
    if len(element) == 0:
        return element.text or ""
    fields: Fields = {}
    for child in element:
        value = _element_fields(child, depth + 1)
        if child.tag not in fields:
            fields[child.tag] = value
        elif isinstance(fields[child.tag], list):
            fields[child.tag].append(value)
        else:
            fields[child.tag] = [fields[child.tag], value]
    return fields


def write_body(fields: Mapping[str, Any], wire_format: WireFormat) -> bytes:
    """The fields as a reply's body."""
    if wire_format == "json":
        return msgspec.json.encode(fields)
    return f"<xml>{_write_fields(fields)}</xml>".encode()


def _write_fields(fields: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_write_value(value)}</{name}>" for name, value in fields.items())


def _write_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _write_fields(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "".join(f"<item>{_write_value(inner)}</item>" for inner in value)
    if isinstance(value, int):
        return str(value)
    return cdata(str(value))


def cdata(text: str) -> str:
    """The text as character data that it cannot break out of."""
    return f"<![CDATA[{clean(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def clean(text: str) -> str:
    """The text without the characters that XML 1.0 forbids."""
    return FORBIDDEN.sub("", text)
