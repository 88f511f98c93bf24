"""Are bodies read and written safely?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.wire import FORBIDDEN, parse_body, write_body
from bot.errors import BadPayload


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE xml [<!ENTITY a "b">]><xml><Content>&a;</Content></xml>',
        b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/evil.dtd"><xml><Content>1</Content></xml>',
        b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><xml>&lol2;</xml>',
    ],
)
def test_a_dtd_or_entities_are_refused(body: bytes) -> None:
    with pytest.raises(BadPayload, match="DTD"):
        parse_body(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"<xml>",
        b"<xml><a></xml>",
        b"<html></html>",
        b"{",
        b"[1]",
        b'{"a":',
        b"<xml></xml>",
        b"<xml>x</xml>",
    ],
)
def test_a_broken_body_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        parse_body(body)


def test_a_body_nested_without_end_is_refused() -> None:
    with pytest.raises(BadPayload, match="deep"):
        parse_body(b"<xml>" + b"<a>" * 50 + b"</a>" * 50 + b"</xml>")
    with pytest.raises(BadPayload):
        parse_body(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)


@pytest.mark.parametrize("raw", [b"a\x00b\x08c\x1dd", b"a&#0;b&#x8;c&#29;d", b"a\xffbcd"])
def test_characters_that_xml_forbids_are_taken_out_instead_of_failing(raw: bytes) -> None:
    fields, _ = parse_body(b"<xml><Content>" + raw + b"</Content></xml>")

    assert fields["Content"].replace("\ufffd", "") == "abcd"


def test_a_declared_encoding_does_not_matter() -> None:
    fields, _ = parse_body('<?xml version="1.0" encoding="GB2312"?><xml><a>中</a></xml>'.encode())

    assert fields == {"a": "中"}


def test_repeated_and_nested_fields_become_lists_and_groups() -> None:
    fields, _ = parse_body(b"<xml><List><Id>1</Id></List><List><Id>2</Id></List></xml>")

    assert fields == {"List": [{"Id": "1"}, {"Id": "2"}]}


def test_numbers_in_json_keep_their_digits() -> None:
    fields, wire_format = parse_body(b'{"MsgId": 9223372036854775807, "Event": null}')

    assert fields == {"MsgId": "9223372036854775807", "Event": ""}
    assert wire_format == "json"


def test_a_reply_cannot_break_out_of_its_character_data() -> None:
    fields, _ = parse_body(write_body({"Content": "]]></Content><Evil>1</Evil>"}, "xml"))

    assert fields == {"Content": "]]></Content><Evil>1</Evil>"}


@given(st.text(min_size=1))
def test_every_text_survives_the_way_out_and_back(text: str) -> None:
    expected = FORBIDDEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")

    fields, _ = parse_body(write_body({"Content": text}, "xml"))

    assert fields["Content"] == expected
