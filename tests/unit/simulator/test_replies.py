"""Which answers to a callback does the platform take?"""

from __future__ import annotations

import json

import pytest

from simulator.crypto import MessageCipher, signature
from simulator.errors import ReplyRefused
from simulator.replies import Article, ReplyReader
from simulator.wire import to_json, to_xml

TOKEN, KEY, APP_ID = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
HEAD = {"ToUserName": "oA", "FromUserName": "gh_1", "CreateTime": 1714037059}
TEXT = {**HEAD, "MsgType": "text", "Content": "您好"}


def reader(mode="plain", message_format="xml"):
    return ReplyReader(mode=mode, message_format=message_format, token=TOKEN, cipher=MessageCipher(KEY, APP_ID))


def read(body, **kind):
    return reader(**kind).read(body, openid="oA", account="gh_1")


def sealed(plain, app_id=APP_ID, **changed):
    encrypted = MessageCipher(KEY, app_id).encrypt(plain)
    made = {"Encrypt": encrypted, "MsgSignature": signature(TOKEN, "1714037059", "42", encrypted)}
    return {**made, "TimeStamp": 1714037059, "Nonce": "42", **changed}


@pytest.mark.parametrize("body", [b"", b"success"])
def test_success_and_nothing_are_acknowledgements_in_every_mode(body):
    assert read(body) is None
    assert read(body, mode="safe") is None
    assert read(body, mode="compat", message_format="json") is None


def test_a_text_is_read():
    reply = read(to_xml(TEXT))
    assert (reply.msg_type, reply.content) == ("text", "您好")


def test_a_text_with_a_cdata_end_in_it_comes_through_whole():
    assert read(to_xml({**TEXT, "Content": "a]]>b<c>&"})).content == "a]]>b<c>&"


def test_an_encrypted_text_is_read_in_safe_and_compat_mode():
    body = to_xml(sealed(to_xml(TEXT)))
    assert read(body, mode="safe").content == "您好"
    assert read(body, mode="compat").content == "您好"
    assert read(to_xml(TEXT), mode="compat").content == "您好"


def test_json_is_taken_where_callbacks_are_json():
    assert read(to_json(TEXT), message_format="json").content == "您好"
    assert read(to_json(sealed(to_json(TEXT))), mode="safe", message_format="json").content == "您好"


def test_one_article_is_read():
    article = {"Title": "指南", "Description": "材料", "PicUrl": "", "Url": "https://example.org"}
    body = to_xml({**HEAD, "MsgType": "news", "ArticleCount": 1, "Articles": {"item": [article]}})
    assert read(body).articles == (
        Article(title="指南", description="材料", picture_url="", url="https://example.org"),
    )


@pytest.mark.parametrize(("kind", "part"), [("image", "Image"), ("voice", "Voice"), ("video", "Video")])
def test_media_are_read_by_their_id(kind, part):
    assert read(to_xml({**HEAD, "MsgType": kind, part: {"MediaId": "m1"}})).content == "m1"
    with pytest.raises(ReplyRefused, match=r"MediaId|missing"):
        read(to_xml({**HEAD, "MsgType": kind, part: {"MediaId": ""}}))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"ok", "broken XML"),
        (b"<xml><ToUserName>oA</xml>", "broken XML"),
        (b"<html></html>", "not <xml>"),
        (b"<xml></xml>", "empty"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xml><ToUserName>&a;</ToUserName></xml>', "broken XML"),
        (b"<xml><A>1</A><A>2</A></xml>", "twice"),
        (b"<xml>" + b"<A>" * 5000 + b"</A>" * 5000 + b"</xml>", "too deep"),
        (b"<xml>\x08</xml>", "broken XML"),
        (b"\xff\xfe", "broken XML"),
        (to_json(TEXT), "JSON in answer to XML"),
        (to_xml({**TEXT, "ToUserName": "oB"}), "wrong ToUserName"),
        (to_xml({**TEXT, "FromUserName": "gh_2"}), "wrong FromUserName"),
        (to_xml({**TEXT, "CreateTime": "now"}), "CreateTime"),
        (to_xml({**TEXT, "Content": ""}), "without Content"),
        (to_xml({**TEXT, "Content": "中" * 683}), "2049 bytes"),
        (to_xml({**TEXT, "MsgType": "poem"}), "unknown MsgType"),
        (to_xml({**HEAD, "MsgType": "image"}), "missing"),
        (to_xml({**HEAD, "MsgType": "news", "ArticleCount": 2, "Articles": {"item": [{"Title": "a"}] * 2}}), "exactly"),
        (to_xml({**HEAD, "MsgType": "news", "ArticleCount": 1, "Articles": {"item": [{"Title": ""}]}}), "Title"),
        (to_xml(sealed(to_xml(TEXT))), "encrypted in plain mode"),
    ],
)
def test_what_is_wrong_with_a_plain_answer_is_named(body, reason):
    with pytest.raises(ReplyRefused, match=reason):
        read(body)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (to_xml(TEXT), "not encrypted"),
        (to_xml(sealed(to_xml(TEXT), MsgSignature="0" * 40)), "wrong MsgSignature"),
        (to_xml(sealed(to_xml(TEXT), Nonce="")), "needs Encrypt"),
        (to_xml(sealed(to_xml(TEXT), app_id="wx2")), "wrong app id"),
        (to_xml(sealed(b"<xml>")), "broken XML"),
        (to_xml(sealed(to_xml({**TEXT, "ToUserName": "oB"}))), "wrong ToUserName"),
    ],
)
def test_what_is_wrong_with_an_encrypted_answer_is_named(body, reason):
    with pytest.raises(ReplyRefused, match=reason):
        read(body, mode="safe")


def test_broken_json_and_json_that_is_no_object_are_refused():
    with pytest.raises(ReplyRefused, match="broken JSON"):
        read(b"{", message_format="json")
    with pytest.raises(ReplyRefused, match="broken XML"):
        read(b"[]", message_format="json")


def test_2048_bytes_are_just_taken():
    content = "中" * 682 + "ab"
    assert read(to_xml({**TEXT, "Content": content})).content == content


def test_lists_of_one_are_written_as_the_platform_writes_them():
    one = {"Event": {"List": [{"TemplateId": "a"}]}}
    two = {"Event": {"List": [{"TemplateId": "a"}, {"TemplateId": "b"}]}}
    assert json.loads(to_json(one)) == {"Event": {"List": {"TemplateId": "a"}}}
    assert json.loads(to_json(two)) == two
    assert to_xml(two).count(b"<List>") == 2
