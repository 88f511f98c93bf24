"""Is every kind of message and event understood, and known again when it comes a second time?"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wechat.inbound import DEDUP_LIMIT, EVENTS, KINDS, read_message
from bot.channels.wechat.wire import Fields
from bot.errors import BadPayload
from bot.messages import EventKind, MessageKind


def _fields(**changes: object) -> Fields:
    usual = {
        "ToUserName": "gh_1",
        "FromUserName": "oA",
        "CreateTime": "1795399200",
        "MsgType": "text",
        "MsgId": "7",
        "Content": "您好",
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def _event(name: str, **changes: object) -> Fields:
    return _fields(MsgType="event", Event=name, MsgId=None, Content=None, **changes)


#: What some types cannot be without.
PLACES: dict[str, dict[str, object]] = {"location": {"Location_X": "30.00", "Location_Y": "110.01"}}
REPORTED: dict[str, dict[str, object]] = {"location": {"Latitude": "30.00", "Longitude": "-110.01"}}


@pytest.mark.parametrize(("wire_type", "kind"), KINDS.items())
def test_every_message_type_has_its_kind(wire_type: str, kind: MessageKind) -> None:
    assert read_message(_fields(MsgType=wire_type, **PLACES.get(wire_type, {}))).kind is kind


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
    assert message.fields["MsgType"] == "hologram"


def test_a_type_that_nobody_knows_yet_may_come_without_an_id() -> None:
    one, other = (read_message(_fields(MsgType=name, MsgId=None)).dedup_key for name in ("hologram", "smell"))

    assert one != other


def test_the_citizens_words_stand_in_one_place_only() -> None:
    for fields in (_fields(Content="我的电话"), _fields(MsgType="voice", Recognition="我的电话")):
        message = read_message(fields)

        assert message.text == "我的电话"
        assert "我的电话" not in message.fields.values()


@pytest.mark.parametrize(("name", "kind"), EVENTS.items())
def test_every_event_is_known_however_it_is_written(name: str, kind: EventKind) -> None:
    for written in (name, name.upper(), name.title()):
        assert read_message(_event(written, **REPORTED.get(name, {}))).event is kind


def test_an_event_that_nobody_knows_yet_is_no_error() -> None:
    assert read_message(_event("user_blinked")).event is EventKind.OTHER


def test_a_follower_by_code_brings_the_bare_scene() -> None:
    assert read_message(_event("subscribe", EventKey="qrscene_hall_JB")).event_key == "hall_JB"


def test_receipts_keep_what_they_confirm() -> None:
    message = read_message(_event("TEMPLATESENDJOBFINISH", MsgID="200163836", Status="failed:user block"))

    assert message.event is EventKind.TEMPLATE_RECEIPT
    assert message.fields["MsgID"] == "200163836"
    assert message.fields["Status"] == "failed:user block"


ACCEPTED = {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "2"}
REJECTED = {"TemplateId": "T2", "SubscribeStatusString": "reject", "PopupScene": "2"}


@pytest.mark.parametrize(
    ("sent", "listed"),
    [
        ({"SubscribeMsgPopupEvent": {"List": [ACCEPTED, REJECTED]}}, [ACCEPTED, REJECTED]),
        ({"SubscribeMsgPopupEvent": {"List": ACCEPTED}}, [ACCEPTED]),
        ({"List": [ACCEPTED, REJECTED]}, [ACCEPTED, REJECTED]),
        ({"List": ACCEPTED}, [ACCEPTED]),
    ],
)
def test_subscription_changes_are_one_list_however_they_come(sent: dict[str, object], listed: list[object]) -> None:
    message = read_message(_event("subscribe_msg_popup_event", **sent))

    assert message.event is EventKind.SUBSCRIPTION_CHANGE
    assert json.loads(message.fields["SubscribeMsgPopupEvent"]) == {"List": listed}


def test_two_subscription_receipts_of_one_second_are_two() -> None:
    one, other = (
        read_message(_event("subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": {"MsgID": number}}))
        for number in ("1864323726461255680", "1864323726461255681")
    )

    assert one.dedup_key != other.dedup_key


@pytest.mark.parametrize("sent", [{}, {"List": ""}, {"List": ["x"]}, {"List": [["x"]]}, {"List": {"MsgID": ["x"]}}])
def test_a_subscription_event_with_an_odd_list_is_no_error(sent: dict[str, object]) -> None:
    message = read_message(_event("subscribe_msg_sent_event", **sent))

    assert isinstance(json.loads(message.fields["SubscribeMsgSentEvent"])["List"], list)


def test_a_mass_receipt_keeps_its_counts() -> None:
    counts = {"TotalCount": "100", "FilterCount": "80", "SentCount": "75", "ErrorCount": "5"}

    message = read_message(_event("MASSSENDJOBFINISH", MsgID="1988", Status="send success", **counts))

    assert message.event is EventKind.MASS_RECEIPT
    assert counts.items() <= message.fields.items()


def test_groups_become_flat_fields() -> None:
    scanned = {"ScanCodeInfo": {"ScanType": "qrcode", "ScanResult": "https://zwfw.example/1"}}
    pictures = {"SendPicsInfo": {"Count": "1", "PicList": {"item": {"PicMd5Sum": "5a75"}}}}

    assert read_message(_event("scancode_push", **scanned)).fields["ScanCodeInfo.ScanResult"] == (
        "https://zwfw.example/1"
    )
    fields = read_message(_event("pic_weixin", **pictures)).fields
    assert fields["SendPicsInfo.Count"] == "1"
    assert json.loads(fields["SendPicsInfo.PicList"]) == [{"PicMd5Sum": "5a75"}]


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


def test_keys_too_long_for_an_index_still_differ_at_their_ends() -> None:
    one, other = (read_message(_event("VIEW", EventKey="https://a/" + "x" * 1000 + end)).dedup_key for end in "12")

    assert one != other
    assert len(one) <= DEDUP_LIMIT


@pytest.mark.parametrize("name", ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "Content"])
def test_a_missing_field_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(BadPayload, match=name):
        read_message(_fields(**{name: None}))


@pytest.mark.parametrize(
    "change",
    [
        {"FromUserName": "o A"},
        {"FromUserName": "o" * 129},
        {"ToUserName": "<gh>"},
        {"MsgId": "seven"},
        {"MsgType": "te xt"},
        {"MsgType": "event", "Event": "x" * 65},
        {"MsgType": "location", "Location_X": "90.1", "Location_Y": "1"},
        {"MsgType": "location", "Location_X": "1", "Location_Y": "NaN"},
        {"MsgType": "event", "Event": "LOCATION", "Latitude": "1"},
        {"MsgType": "location", "Location_X": "9e9", "Location_Y": "1"},
        {"MsgType": "location", "Location_X": "１", "Location_Y": "1"},
    ],
)
def test_an_odd_field_is_refused_without_its_content(change: dict[str, str]) -> None:
    with pytest.raises(BadPayload, match=r"^\w+ is (odd|missing|no place on earth)$"):
        read_message(_fields(**change))


#: What a stranger could make of the fields that mean something, and of others.
anything = st.recursive(
    st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
NAMES = ["Event", "EventKey", "List", "item", "MsgID", "SubscribeMsgSentEvent", "Content", "Location_X", "Latitude"]


@given(
    message_type=st.sampled_from([*KINDS, "event", "hologram"]),
    name=st.sampled_from([*EVENTS, "user_blinked"]),
    more=st.dictionaries(st.sampled_from(NAMES), anything),
)
def test_whatever_the_fields_hold_is_read_or_refused(message_type: str, name: str, more: dict[str, object]) -> None:
    try:
        message = read_message({**_fields(MsgType=message_type, Event=name), **more})
    except BadPayload:
        return
    assert all(isinstance(value, str) for value in message.fields.values())


@pytest.mark.parametrize("stamp", ["yesterday", "9" * 19, "-" * 3, "１７９５"])
def test_a_creation_time_that_is_none_is_refused(stamp: str) -> None:
    with pytest.raises(BadPayload, match="CreateTime"):
        read_message(_fields(CreateTime=stamp))
