"""Is every callback verified, decrypted and answered in its own way, and is what is wrong refused?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.base import WebhookRequest
from bot.channels.wechat.channel import BODY_LIMIT, WeChatChannel
from bot.channels.wechat.crypto import decode_key, decrypt, signature
from bot.channels.wechat.wire import parse_body
from bot.errors import BadPayload, BodyTooLarge, RequestRefused, StaleRequest, WrongSignature
from bot.messages import Reply, Text
from tests.unit.wechat.conftest import APP_ID, KEY, NOW, PREVIOUS_KEY, TOKEN, plain_request, safe_request, xml

MakeChannel = Callable[..., WeChatChannel]
HELLO = Reply(parts=(Text(text="您好"),))


def _answer(channel: WeChatChannel, request: WebhookRequest) -> bytes:
    envelope = channel.parse(request)
    rendered = channel.render(HELLO)
    assert rendered.passive is not None
    return channel.passive_answer(envelope, rendered.passive, answered_at=NOW).body


def test_the_address_check_is_answered_with_the_echo(make_channel: MakeChannel) -> None:
    assert make_channel().verify_endpoint(plain_request(b"", echostr="4375120948345356249")).body == (
        b"4375120948345356249"
    )


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
    fields = {
        "ToUserName": "gh_1",
        "FromUserName": "oCitizen",
        "CreateTime": int(NOW.timestamp()),
        "MsgType": "text",
        "Content": "你好",
        "MsgId": 23456789012345678,
    }

    answer = json.loads(_answer(make_channel("plain"), plain_request(json.dumps(fields).encode())))

    assert answer["Content"] == "您好"


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
