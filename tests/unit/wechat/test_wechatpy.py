"""Does an independent SDK understand us, and do we understand it, in all three modes?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import xmltodict
from wechatpy import create_reply, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import check_signature

from bot.channels.base import WebhookRequest
from bot.channels.wechat.channel import WeChatChannel
from bot.messages import Card, Reply, Text
from tests.unit.wechat.conftest import APP_ID, KEY, NOW, STAMP, TOKEN, plain_request, xml

MakeChannel = Callable[..., WeChatChannel]
REPLIES = {
    "text": Reply(parts=(Text(text="要带身份证]]>和<照片>"),)),
    "article": Reply(parts=(Card(title="办事指南", description="居住证", url="https://zwfw.example/1"),)),
}


@pytest.fixture
def sdk() -> WeChatCrypto:
    return WeChatCrypto(TOKEN, KEY, APP_ID)


def _encrypted_by(sdk: WeChatCrypto, body: bytes, *, with_plain_fields: bool) -> WebhookRequest:
    outer = xmltodict.parse(sdk.encrypt_message(body.decode(), "42", STAMP))["xml"]
    plain = xmltodict.parse(body)["xml"] if with_plain_fields else {"ToUserName": "gh_1"}
    wrapped = xmltodict.unparse({"xml": {**plain, "Encrypt": outer["Encrypt"]}}).encode()
    request = plain_request(wrapped, encrypt_type="aes", msg_signature=outer["MsgSignature"])
    return replace(request, body=wrapped)


def _answer(channel: WeChatChannel, request: WebhookRequest, reply: Reply) -> str:
    envelope = channel.parse(request)
    rendered = channel.render(reply)
    assert rendered.passive is not None
    return channel.passive_answer(envelope, rendered.passive, answered_at=NOW).body.decode()


def test_the_sdk_accepts_the_signature_that_we_accept(make_channel: MakeChannel) -> None:
    request = plain_request(b"", echostr="123")

    check_signature(TOKEN, request.query["signature"], request.query["timestamp"], request.query["nonce"])
    assert make_channel().verify_endpoint(request).body == b"123"


@pytest.mark.parametrize("name", REPLIES)
def test_in_plain_mode_the_sdk_reads_our_reply(make_channel: MakeChannel, name: str) -> None:
    answer = _answer(make_channel("plain"), plain_request(xml()), REPLIES[name])

    fields = xmltodict.parse(answer)["xml"]
    _check(name, fields)


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize(("mode", "with_plain_fields"), [("safe", False), ("compat", True)])
def test_with_encryption_both_understand_each_other(
    make_channel: MakeChannel, sdk: WeChatCrypto, mode: str, with_plain_fields: bool, name: str
) -> None:
    channel = make_channel(mode)
    request = _encrypted_by(sdk, xml(Content="办居住证"), with_plain_fields=with_plain_fields)

    assert channel.parse(request).message.text == "办居住证"
    outer = xmltodict.parse(_answer(channel, request, REPLIES[name]))["xml"]
    inner = sdk.decrypt_message(
        {"Encrypt": outer["Encrypt"]}, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
    )
    _check(name, xmltodict.parse(inner)["xml"])


def _check(name: str, fields: dict[str, object]) -> None:
    assert (fields["ToUserName"], fields["FromUserName"]) == ("oCitizen", "gh_1")
    if name == "text":
        assert fields["Content"] == "要带身份证]]>和<照片>"
    else:
        assert fields["Articles"]["item"]["Title"] == "办事指南"


def test_what_the_sdk_parses_has_the_fields_that_we_parse(make_channel: MakeChannel) -> None:
    body = xml(MsgType="voice", MediaId="m1", Format="amr", Recognition="我要办证", Content=None)

    theirs = parse_message(body.decode())
    ours = make_channel("plain").parse(plain_request(body)).message

    assert (theirs.source, theirs.target, theirs.recognition) == (ours.sender, ours.account, ours.text)
    assert str(theirs.id) == ours.fields["MsgId"]


#: Fields of a message, the SDK's name of something in it, and ours.
READ_ALIKE = [
    ({"MsgType": "image", "PicUrl": "http://p/1", "MediaId": "m1"}, "media_id", "MediaId"),
    ({"MsgType": "video", "MediaId": "m1", "ThumbMediaId": "t1"}, "thumb_media_id", "ThumbMediaId"),
    ({"MsgType": "shortvideo", "MediaId": "m1", "ThumbMediaId": "t1"}, "media_id", "MediaId"),
    (
        {"MsgType": "location", "Location_X": "30.5", "Location_Y": "120.1", "Scale": "16", "Label": "路"},
        "label",
        "Label",
    ),
    ({"MsgType": "link", "Title": "题", "Description": "文", "Url": "http://l/1"}, "url", "Url"),
    (
        {"MsgType": "event", "Event": "LOCATION", "Latitude": "30.5", "Longitude": "1", "Precision": "65"},
        "event",
        "Event",
    ),
    ({"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": "7", "Status": "success"}, "status", "Status"),
    ({"MsgType": "event", "Event": "MASSSENDJOBFINISH", "MsgID": "7", "SentCount": "75"}, "sent_count", "SentCount"),
]


@pytest.mark.parametrize(("fields", "theirs", "ours"), READ_ALIKE)
def test_what_the_sdk_encrypts_we_read_as_the_sdk_does(
    make_channel: MakeChannel, sdk: WeChatCrypto, fields: dict[str, str], theirs: str, ours: str
) -> None:
    body = xml(Content=None, **fields)
    message = make_channel("safe").parse(_encrypted_by(sdk, body, with_plain_fields=False)).message

    assert str(getattr(parse_message(body.decode()), theirs)).lower() == message.fields[ours].lower()


@pytest.mark.parametrize(
    ("name", "key"), [("subscribe", "qrscene_7"), ("SCAN", "7"), ("CLICK", "help"), ("VIEW", "http://v")]
)
def test_event_keys_are_the_sdks(make_channel: MakeChannel, sdk: WeChatCrypto, name: str, key: str) -> None:
    body = xml(MsgType="event", Content=None, MsgId=None, Event=name, EventKey=key, Ticket="t")
    message = make_channel("safe").parse(_encrypted_by(sdk, body, with_plain_fields=False)).message
    theirs = parse_message(body.decode())

    named = {"CLICK": "key", "VIEW": "url"}.get(name, "scene_id")
    assert message.event_key == getattr(theirs, named)


def test_our_reply_says_what_the_sdks_reply_would_say(make_channel: MakeChannel) -> None:
    theirs = xmltodict.parse(create_reply("您好", parse_message(xml().decode())).render())["xml"]
    ours = xmltodict.parse(_answer(make_channel("plain"), plain_request(xml()), Reply(parts=(Text(text="您好"),))))[
        "xml"
    ]

    assert {**ours, "CreateTime": ""} == {**theirs, "CreateTime": ""}
