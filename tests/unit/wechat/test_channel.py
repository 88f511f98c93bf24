"""Is every callback verified, decrypted and answered in its own way, and is what is wrong refused?"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.base import WebhookRequest
from bot.channels.wechat.channel import BODY_LIMIT, WeChatChannel
from bot.channels.wechat.channel import make_channel as build_channel
from bot.channels.wechat.crypto import decode_key, decrypt, signature
from bot.channels.wechat.wire import parse_body
from bot.errors import BadPayload, BodyTooLarge, RequestRefused, StaleRequest, WrongSignature
from bot.messages import EventKind, Reply, Text
from bot.settings import BotSettings
from services.settings import SettingsError
from tests.unit.wechat.conftest import (
    APP_ID,
    KEY,
    NOW,
    PREVIOUS_KEY,
    STAMP,
    TOKEN,
    ListPusher,
    plain_request,
    safe_request,
    xml,
)
from tests.unit.wechat.test_crypto import DEBUG_DEMO

MakeChannel = Callable[..., WeChatChannel]
HELLO = Reply(parts=(Text(text="您好"),))
FIELDS = {
    "ToUserName": "gh_1",
    "FromUserName": "oCitizen",
    "CreateTime": int(NOW.timestamp()),
    "MsgType": "text",
    "Content": "你好",
    "MsgId": 23456789012345678,
}


def _answer(channel: WeChatChannel, request: WebhookRequest) -> bytes:
    envelope = channel.parse(request)
    rendered = channel.render(HELLO)
    assert rendered.passive is not None
    return channel.passive_answer(envelope, rendered.passive, answered_at=NOW).body


def test_the_address_check_is_answered_with_the_echo(make_channel: MakeChannel) -> None:
    assert make_channel().verify_endpoint(plain_request(b"", echostr="4375120948345356249")).body == (
        b"4375120948345356249"
    )


def test_an_address_check_without_an_echo_is_refused(make_channel: MakeChannel) -> None:
    with pytest.raises(BadPayload, match="echostr"):
        make_channel().verify_endpoint(plain_request(b""))


def test_an_old_address_check_is_refused(make_channel: MakeChannel) -> None:
    request = replace(plain_request(b"", echostr="1"), received_at=NOW + timedelta(seconds=601))

    with pytest.raises(StaleRequest):
        make_channel().verify_endpoint(request)


@pytest.mark.parametrize("mode", ["plain", "compat", "safe"])
@pytest.mark.parametrize(
    "query",
    [{}, {"signature": ""}, {"timestamp": STAMP, "nonce": "42"}, {"signature": "0" * 40, "encrypt_type": "aes"}],
)
def test_who_does_not_sign_is_refused_before_all_else(
    make_channel: MakeChannel, mode: str, query: dict[str, str]
) -> None:
    for body in (xml(), safe_request(xml()).body, b"<!DOCTYPE x>", b""):
        with pytest.raises(WrongSignature):
            make_channel(mode).parse(replace(plain_request(body), query=query))


def test_an_address_check_with_a_wrong_signature_is_refused(make_channel: MakeChannel) -> None:
    with pytest.raises(WrongSignature):
        make_channel().verify_endpoint(plain_request(b"", signature="0" * 40))


def test_in_plain_mode_a_message_is_read_and_answered_plainly(make_channel: MakeChannel) -> None:
    channel = make_channel("plain")

    assert channel.parse(plain_request(xml())).message.text == "你好"
    fields, _ = parse_body(_answer(channel, plain_request(xml())))
    assert fields["Content"] == "您好"
    assert fields["ToUserName"] == "oCitizen"
    assert fields["FromUserName"] == "gh_1"


def test_in_safe_mode_a_message_is_decrypted_and_answered_encrypted(make_channel: MakeChannel) -> None:
    channel = make_channel("safe")

    fields, _ = parse_body(_answer(channel, safe_request(xml())))

    assert set(fields) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
    assert fields["MsgSignature"] == signature(TOKEN, fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
    inner, _ = parse_body(decrypt(fields["Encrypt"], key=decode_key(KEY), app_id=APP_ID))
    assert inner["Content"] == "您好"


def test_in_compat_mode_either_kind_is_read_and_answered_in_kind(make_channel: MakeChannel) -> None:
    channel = make_channel("compat")

    assert b"Encrypt" not in _answer(channel, plain_request(xml()))
    assert b"Encrypt" in _answer(channel, safe_request(xml()))


def test_a_json_message_is_answered_in_json(make_channel: MakeChannel) -> None:
    answer = json.loads(_answer(make_channel("plain"), plain_request(_json())))

    assert answer["Content"] == "您好"


def _json(**fields: object) -> bytes:
    return json.dumps({**FIELDS, **fields}, ensure_ascii=False).encode()


@pytest.mark.parametrize("mode", ["compat", "safe"])
def test_an_encrypted_json_message_is_answered_in_encrypted_json(make_channel: MakeChannel, mode: str) -> None:
    channel = make_channel(mode)
    wrapped = safe_request(_json(Content="您好]]>"))
    ciphertext = parse_body(wrapped.body)[0]["Encrypt"]
    request = replace(wrapped, body=json.dumps({"ToUserName": "gh_1", "Encrypt": ciphertext}).encode())

    assert channel.parse(request).message.text == "您好]]>"
    outer = json.loads(_answer(channel, request))
    assert outer["MsgSignature"] == signature(TOKEN, str(outer["TimeStamp"]), outer["Nonce"], outer["Encrypt"])
    inner = json.loads(decrypt(outer["Encrypt"], key=decode_key(KEY), app_id=APP_ID))
    assert (inner["MsgType"], inner["Content"], inner["ToUserName"]) == ("text", "您好", "oCitizen")


def test_the_platforms_own_example_is_read_from_end_to_end() -> None:
    """The encrypted JSON event of the platform's documentation."""
    channel = WeChatChannel(
        token="AAAAA",
        app_id="wxba5fad812f8e6fb9",
        keys=[decode_key("A" * 43)],
        mode="safe",
        window_seconds=600,
        client=ListPusher(),
    )
    request = WebhookRequest(
        query={
            "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
            "timestamp": "1714112445",
            "nonce": "415670741",
            "openid": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
            "encrypt_type": "aes",
            "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
        },
        body=json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": DEBUG_DEMO}).encode(),
        content_type="application/json",
        received_at=datetime.fromtimestamp(1714112446, timezone.utc),
    )

    message = channel.parse(request).message

    assert (message.event, message.sender) == (EventKind.OTHER, "o9AgO5Kd5ggOC-bXrbNODIiE3bGY")
    assert message.fields["debug_str"] == "hello world"


def test_in_compat_mode_what_is_encrypted_counts_and_not_what_stands_beside_it(make_channel: MakeChannel) -> None:
    request = safe_request(xml(Content="真"))
    forged = request.body.replace(b"<xml>", b"<xml><Content>\xe5\x81\x87</Content><MsgType>text</MsgType>")

    assert make_channel("compat").parse(replace(request, body=forged)).message.text == "真"


def test_a_body_that_claims_to_be_encrypted_and_is_not_is_refused(make_channel: MakeChannel) -> None:
    for mode in ("compat", "safe"):
        with pytest.raises(BadPayload, match="Encrypt is missing"):
            make_channel(mode).parse(plain_request(xml(), encrypt_type="aes", msg_signature="0"))


def test_in_safe_mode_an_unencrypted_message_is_refused(make_channel: MakeChannel) -> None:
    with pytest.raises(BadPayload, match="not encrypted"):
        make_channel("safe").parse(plain_request(xml()))


def test_in_plain_mode_an_encrypted_message_is_refused(make_channel: MakeChannel) -> None:
    with pytest.raises(BadPayload, match="mode is plain"):
        make_channel("plain").parse(safe_request(xml()))


def test_after_a_key_change_the_previous_key_still_works_and_the_answer_uses_it(make_channel: MakeChannel) -> None:
    channel = make_channel("safe", (KEY, PREVIOUS_KEY))

    fields, _ = parse_body(_answer(channel, safe_request(xml(), key=PREVIOUS_KEY)))

    assert decrypt(fields["Encrypt"], key=decode_key(PREVIOUS_KEY), app_id=APP_ID)


def test_a_message_for_another_app_id_is_refused(make_channel: MakeChannel) -> None:
    with pytest.raises(BadPayload, match="app id"):
        make_channel("safe").parse(safe_request(xml(), app_id="wx0000000000000000"))


def test_a_wrong_message_signature_is_refused(make_channel: MakeChannel) -> None:
    request = safe_request(xml())

    with pytest.raises(WrongSignature):
        make_channel("safe").parse(replace(request, query={**request.query, "msg_signature": "0" * 40}))


@pytest.mark.parametrize("seconds", [601, -601])
def test_a_timestamp_outside_the_window_is_refused(make_channel: MakeChannel, seconds: int) -> None:
    request = replace(plain_request(xml()), received_at=NOW + timedelta(seconds=seconds))

    with pytest.raises(StaleRequest):
        make_channel("plain").parse(request)


@pytest.mark.parametrize("stamp", ["", "soon", "-5", "１７９５", "9" * 40])
def test_a_timestamp_that_is_no_number_is_refused(make_channel: MakeChannel, stamp: str) -> None:
    query = {"timestamp": stamp, "nonce": "42", "signature": signature(TOKEN, stamp, "42")}

    with pytest.raises(StaleRequest):
        make_channel("plain").parse(replace(plain_request(xml()), query=query))


def test_a_body_over_the_limit_is_refused(make_channel: MakeChannel) -> None:
    with pytest.raises(BodyTooLarge):
        make_channel("plain").parse(plain_request(xml(Content="我" * BODY_LIMIT)))


def test_a_mode_with_encryption_and_no_key_does_not_start(make_channel: MakeChannel) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        make_channel("safe", ())


def _settings(**changes: str) -> BotSettings:
    return BotSettings(
        database_url="postgresql://nowhere/x",
        service_token="0123456789abcdef",
        wechat_app_id=APP_ID,
        wechat_app_secret="0123456789abcdef",
        wechat_token=TOKEN,
        **changes,
    )


def test_the_channel_of_the_settings_takes_either_key() -> None:
    channel = build_channel(_settings(wechat_aes_key=KEY, wechat_previous_aes_key=PREVIOUS_KEY), ListPusher())

    assert channel.parse(safe_request(xml())).answer_context["key"] == "0"
    assert channel.parse(safe_request(xml(), key=PREVIOUS_KEY)).answer_context["key"] == "1"


def test_in_plain_mode_the_settings_need_no_key() -> None:
    assert (
        build_channel(_settings(wechat_mode="plain"), ListPusher()).parse(plain_request(xml())).message.text == "你好"
    )


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "ZQ_WECHAT_AES_KEY"),
        ({"wechat_aes_key": "short"}, "ZQ_WECHAT_AES_KEY"),
        ({"wechat_aes_key": KEY, "wechat_previous_aes_key": "!" * 43}, "ZQ_WECHAT_PREVIOUS_AES_KEY"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(changes: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsError, match=name) as refusal:
        build_channel(_settings(**changes), ListPusher())

    assert not any(value in str(refusal.value) for value in changes.values())


#: Bits of which requests are made, right ones and wrong ones.
QUERY_VALUES = st.sampled_from(["aes", "raw", "", STAMP, "42", signature(TOKEN, STAMP, "42")]) | st.text(max_size=8)
QUERIES = st.dictionaries(
    st.sampled_from(["signature", "timestamp", "nonce", "encrypt_type", "msg_signature", "echostr"]), QUERY_VALUES
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(query=QUERIES, signed=st.booleans(), body=st.sampled_from([xml(), safe_request(xml()).body, b"", b"{}"]))
def test_whatever_the_query_says_is_read_or_refused_but_never_crashes(
    make_channel: MakeChannel, query: dict[str, str], signed: bool, body: bytes
) -> None:
    request = plain_request(body, **query) if signed else replace(plain_request(body), query=query)
    for mode in ("plain", "compat", "safe"):
        for receive in (make_channel(mode).parse, make_channel(mode).verify_endpoint):
            with suppress(RequestRefused):
                receive(request)


#: Pieces that mean something to a parser.
XML_PIECES = (
    "<xml>",
    "</xml>",
    "<a>",
    "</a>",
    "<![CDATA[",
    "]]>",
    "&#0;",
    "&lt;",
    "&b;",
    "<!DOCTYPE a [",
    "]>",
    "<MsgType>",
)
XML_STARTS = ("<?xml version='1.0' encoding='utf-16'?>", "<!ENTITY b 'c'>", "<!-- ", " -->", "\ufeff", "\x00", "\ud800")
JSON_PIECES = ("{", "}", "[", "]", ",", ":", '"a"', '"List"', '"\\ud800"', "1e999", "9" * 5000, "-", "true", "null")
PIECES = st.sampled_from(XML_PIECES) | st.sampled_from(XML_STARTS) | st.sampled_from(JSON_PIECES) | st.text(max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=500)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_looks_like_a_body_is_read_or_refused(make_channel: MakeChannel, text: str) -> None:
    with suppress(RequestRefused):
        make_channel("plain").parse(plain_request(text.encode("utf-8", "surrogatepass")))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(body=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"<xml>{text}</xml>".encode()))
def test_whatever_is_signed_is_read_or_refused_but_never_crashes(make_channel: MakeChannel, body: bytes) -> None:
    for mode, request in (("plain", plain_request(body)), ("safe", safe_request(body))):
        assert _status(make_channel(mode), request) in {200, 400, 403, 413}


def _status(channel: WeChatChannel, request: WebhookRequest) -> int:
    try:
        channel.parse(request)
    except RequestRefused as refusal:
        return refusal.status
    return 200


async def test_a_push_goes_to_the_citizen_through_the_client(make_channel: MakeChannel) -> None:
    channel = make_channel()

    await channel.push("oCitizen", channel.render(HELLO).all_pushes[0])

    assert channel._client.pushed == [("oCitizen", {"msgtype": "text", "text": {"content": "您好"}})]
