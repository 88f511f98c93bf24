"""Is every kind of message and event understood, and known again when it comes a second time?"""

from __future__ import annotations

import pytest

from bot.channels.wechat.inbound import EVENTS, KINDS, read_message
from bot.channels.wechat.wire import Fields
from bot.errors import BadPayload
from bot.messages import EventKind, MessageKind


def _fields(**changes: object) -> Fields:
    usual = {"ToUserName": "gh_1", "FromUserName": "oA", "CreateTime": "1795399200", "MsgType": "text", "MsgId": "7"}
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def _event(name: str, **changes: object) -> Fields:
    return _fields(MsgType="event", Event=name, MsgId=None, **changes)


@pytest.mark.parametrize(("wire_type", "kind"), KINDS.items())
def test_every_message_type_has_its_kind(wire_type: str, kind: MessageKind) -> None:
    assert read_message(_fields(MsgType=wire_type)).kind is kind


def test_a_text_says_what_was_typed() -> None:
    assert read_message(_fields(Content="办居住证")).text == "办居住证"


@pytest.mark.parametrize(
    ("recognition", "text"), [("我要办居住证。", "我要办居住证。"), ("", None), (" ", None), (None, None)]
)
def test_a_voice_message_says_what_was_recognised(recognition: str | None, text: str | None) -> None:
    assert read_message(_fields(MsgType="voice", Recognition=recognition)).text == text


def test_a_location_keeps_where_it_is() -> None:
    fields = _fields(MsgType="location", Location_X="30.00", Location_Y="110.01", Scale="15", Label="云江大道")

    assert read_message(fields).fields["Location_X"] == "30.00"


def test_a_type_that_nobody_knows_yet_is_a_message_without_words() -> None:
    message = read_message(_fields(MsgType="hologram"))

    assert message.kind is MessageKind.TEXT
    assert message.text is None


@pytest.mark.parametrize(("name", "kind"), EVENTS.items())
def test_every_event_is_known_however_it_is_written(name: str, kind: EventKind) -> None:
    for written in (name, name.upper(), name.title()):
        assert read_message(_event(written)).event is kind


def test_an_event_that_nobody_knows_yet_is_no_error() -> None:
    assert read_message(_event("user_blinked")).event is EventKind.OTHER


def test_a_follower_by_code_brings_the_bare_scene() -> None:
    assert read_message(_event("subscribe", EventKey="qrscene_hall_JB")).event_key == "hall_JB"


def test_receipts_keep_what_they_confirm() -> None:
    message = read_message(_event("TEMPLATESENDJOBFINISH", MsgID="200163836", Status="failed:user block"))

    assert message.event is EventKind.TEMPLATE_RECEIPT
    assert message.fields["MsgID"] == "200163836"
    assert message.fields["Status"] == "failed:user block"


def test_subscription_changes_keep_their_list_as_json() -> None:
    groups = {"List": [{"TemplateId": "T1", "SubscribeStatusString": "accept"}]}

    message = read_message(_event("subscribe_msg_popup_event", SubscribeMsgPopupEvent=groups))

    assert '"accept"' in message.fields["SubscribeMsgPopupEvent"]


def test_the_same_message_is_known_again_and_others_are_not() -> None:
    first = read_message(_fields(Content="一"))

    assert read_message(_fields(Content="一")).dedup_key == first.dedup_key
    assert read_message(_fields(Content="一", MsgId="8")).dedup_key != first.dedup_key
    assert read_message(_fields(Content="一", FromUserName="oB")).dedup_key != first.dedup_key


@pytest.mark.parametrize(
    "change", [{"EventKey": "faq"}, {"CreateTime": "1795399201"}, {"Event": "VIEW"}, {"FromUserName": "oB"}]
)
def test_events_differ_in_sender_second_kind_or_key(change: dict[str, str]) -> None:
    fields = _event("CLICK", EventKey="help")

    assert read_message({**fields, **change}).dedup_key != read_message(fields).dedup_key


def test_two_receipts_of_one_second_are_two() -> None:
    one, other = (read_message(_event("TEMPLATESENDJOBFINISH", MsgID=number)) for number in ("1", "2"))

    assert one.dedup_key != other.dedup_key


@pytest.mark.parametrize("name", ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"])
def test_a_missing_field_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(BadPayload, match=name):
        read_message(_fields(**{name: None}))


@pytest.mark.parametrize("stamp", ["yesterday", "9" * 19, "-" * 3])
def test_a_creation_time_that_is_none_is_refused(stamp: str) -> None:
    with pytest.raises(BadPayload, match="CreateTime"):
        read_message(_fields(CreateTime=stamp))
