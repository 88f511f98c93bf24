"""Is the assistant told the right thing about everything that can arrive?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import EventKind, InboundMessage, MessageKind
from bot.messaging.rules import platform_try
from bot.turns import command, plain_words, spoken

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=timezone.utc)


def message(
    kind: MessageKind,
    *,
    text: str | None = None,
    event: EventKind | None = None,
    event_key: str = "",
    fields: Mapping[str, str] | None = None,
) -> InboundMessage:
    return InboundMessage(
        channel="wechat",
        account="gh_city",
        sender="o1",
        dedup_key="m:o1:1",
        kind=kind,
        text=text,
        event=event,
        event_key=event_key,
        fields=fields or {},
        sent_at=NOW,
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("我要办身份证", "我要办身份证"),
        ("  你好\n", "你好"),
        ("/greet_new", "greet_new"),
        ('/inform{"a": 1}', 'inform{"a": 1}'),
        (" / /restart", "restart"),
        ("／session_start", "session_start"),
        ("/", "？"),
        ("   ", "？"),
        ("a\x00b\x08c\ud83d", "abc"),
        ("\x00/restart", "restart"),
        ("费用1/2", "费用1/2"),
    ],
)
def test_typed_words_are_told_but_never_as_a_command(typed: str, told: str) -> None:
    assert spoken(message(MessageKind.TEXT, text=typed)) == told


@given(text=st.text(alphabet=st.characters(exclude_categories=[])))
def test_whatever_is_typed_can_be_told(text: str) -> None:
    words = plain_words(text)
    assert words.strip()
    assert not words.startswith("/")
    words.encode("utf-8")
    assert "\x00" not in words


def test_recognised_words_of_a_voice_message_are_words() -> None:
    assert spoken(message(MessageKind.VOICE, text="怎么办护照")) == "怎么办护照"


CARD = {"Title": "/停水通知", "Description": "今晚停水", "Url": "https://www.yunjiang.gov.cn/ts"}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (CARD, "链接 https://www.yunjiang.gov.cn/ts\n标题 /停水通知\n摘要 今晚停水"),
        ({**CARD, "Description": " "}, "链接 https://www.yunjiang.gov.cn/ts\n标题 /停水通知"),
        (
            {**CARD, "Description": "长" * 1465},
            "链接 https://www.yunjiang.gov.cn/ts\n标题 /停水通知\n摘要 " + "长" * 1465,
        ),
    ],
)
def test_a_forwarded_card_is_the_question_whether_it_is_true_with_the_link_first(
    fields: Mapping[str, str], told: str
) -> None:
    assert spoken(message(MessageKind.LINK, fields=fields)) == f"这条消息是真的吗：\n{told}"


def event(kind: EventKind, key: str = "") -> InboundMessage:
    return message(MessageKind.EVENT, event=kind, event_key=key)


@pytest.mark.parametrize(
    ("arrived", "told"),
    [
        (message(MessageKind.VOICE), "/voice_unrecognised"),
        (message(MessageKind.IMAGE), "/unsupported_media"),
        (message(MessageKind.VIDEO), "/unsupported_media"),
        (message(MessageKind.LINK), "/unsupported_media"),
        (message(MessageKind.LINK, fields={"Title": " ", "Url": "", "Description": "x"}), "/unsupported_media"),
        (message(MessageKind.LINK, fields={"Title": "停水", "Description": "长" * 1499}), "/unsupported_media"),
        (message(MessageKind.TEXT), "/unsupported_media"),
        (
            message(MessageKind.LOCATION, fields={"Location_X": "23.1", "Location_Y": "113.3", "Label": "广场"}),
            '/share_location{"latitude":"23.100000","longitude":"113.300000"}',
        ),
        (message(MessageKind.LOCATION, fields={"Location_X": "nan", "Location_Y": "113.3"}), "/unsupported_media"),
        (message(MessageKind.LOCATION, fields={"Location_X": '1"}', "Location_Y": "113.3"}), "/unsupported_media"),
        (message(MessageKind.LOCATION), "/unsupported_media"),
        (event(EventKind.FOLLOW), "/greet_new"),
        (event(EventKind.MENU_CLICK, "help"), "/menu_help"),
        (event(EventKind.MENU_CLICK, "find_item"), "/find_item"),
        (event(EventKind.MENU_CLICK, "book"), "/book_appointment"),
        (event(EventKind.MENU_CLICK, "my_appointments"), "/list_appointments"),
        (event(EventKind.MENU_CLICK, "my_subscriptions"), "/list_subscriptions"),
        (event(EventKind.MENU_CLICK, "progress"), "/query_progress"),
        (event(EventKind.MENU_CLICK, "faq"), "/menu_faq"),
        (event(EventKind.MENU_CLICK, "/restart"), "/menu_help"),
        (event(EventKind.UNFOLLOW), None),
        (event(EventKind.SCAN, "hall-1"), None),
        (event(EventKind.LOCATION_REPORT), None),
        (event(EventKind.MENU_VIEW), None),
        (event(EventKind.TEMPLATE_RECEIPT), None),
        (event(EventKind.OTHER), None),
    ],
)
def test_what_is_not_words_becomes_a_command_of_ours(arrived: InboundMessage, told: str | None) -> None:
    assert spoken(arrived) is None
    assert command(arrived) == told


@pytest.mark.parametrize(
    ("deliveries", "age_seconds", "expected"),
    [
        (1, 0, 1),
        (1, 4.9, 1),
        (1, 6, 2),  # a try that did not get as far as our books
        (2, 6, 2),
        (3, 11, 3),
        (1, 11, 3),
        (1, -3, 1),  # the platform's clock is ahead
        (1, 86_400, 1),  # no clock to compare with
    ],
)
def test_the_platforms_try_is_counted_and_else_told_from_the_age(
    deliveries: int, age_seconds: float, expected: int
) -> None:
    assert platform_try(deliveries, NOW, NOW + timedelta(seconds=age_seconds)) == expected
