"""Is what the platform reports later read rightly, whatever it sends?"""

from __future__ import annotations

from datetime import datetime, timezone

import msgspec
import pytest

from bot.broadcast.receipts import receipts_of
from bot.messages import EventKind, InboundMessage, MessageKind
from services.notices.receipts import Receipt


def event(kind: EventKind, **fields: str) -> InboundMessage:
    return InboundMessage(
        channel="wechat",
        account="gh_test",
        sender="openid",
        dedup_key="k",
        kind=MessageKind.EVENT,
        event=kind,
        fields=fields,
        sent_at=datetime(2026, 11, 24, tzinfo=timezone.utc),
    )


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("success", (1, 0, 0)),
        ("failed:user block", (0, 1, 0)),
        ("failed: user block", (0, 1, 0)),
        ("failed: system failed", (0, 0, 1)),
        ("something new", (0, 0, 1)),
    ],
)
def test_a_template_receipt_speaks_of_one_message(status: str, counts: tuple[int, int, int]) -> None:
    [receipt] = receipts_of(event(EventKind.TEMPLATE_RECEIPT, MsgID="77", Status=status))
    assert (receipt.msg_id, receipt.delivered, receipt.blocked, receipt.undelivered) == ("77", *counts)


def test_a_mass_receipt_counts_those_who_may_not_get_it_as_blocked() -> None:
    fields = {"TotalCount": "100", "FilterCount": "80", "SentCount": "75", "ErrorCount": "5"}
    message = event(EventKind.MASS_RECEIPT, MsgID="9", Status="send success", **fields)
    assert receipts_of(message) == [Receipt(channel="wechat", msg_id="9", delivered=75, blocked=20, undelivered=5)]


def test_a_mass_message_that_was_rejected_reached_nobody() -> None:
    message = event(EventKind.MASS_RECEIPT, MsgID="9", Status="err(20001)", TotalCount="100")
    assert receipts_of(message) == [Receipt(channel="wechat", msg_id="9", undelivered=100)]


def test_each_entry_of_a_subscription_event_is_a_receipt() -> None:
    entries = [{"MsgID": "1", "ErrorCode": "0"}, {"MsgID": "2", "ErrorCode": "43101"}, {"MsgID": "3", "ErrorCode": "7"}]
    listed = msgspec.json.encode({"List": entries}).decode()
    fields = {"Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": listed}
    found = receipts_of(event(EventKind.SUBSCRIPTION_CHANGE, **fields))
    assert [(r.msg_id, r.delivered, r.blocked, r.undelivered) for r in found] == [
        ("1", 1, 0, 0),
        ("2", 0, 1, 0),
        ("3", 0, 0, 1),
    ]


@pytest.mark.parametrize(
    "message",
    [
        event(EventKind.TEMPLATE_RECEIPT),
        event(EventKind.MASS_RECEIPT, Status="send success"),
        event(EventKind.SUBSCRIPTION_CHANGE, Event="subscribe_msg_sent_event"),
        event(EventKind.SUBSCRIPTION_CHANGE, Event="subscribe_msg_sent_event", SubscribeMsgSentEvent='{"List":["x"]}'),
        event(EventKind.FOLLOW, MsgID="1", Status="success"),
    ],
)
def test_an_event_that_names_no_message_is_no_receipt(message: InboundMessage) -> None:
    assert receipts_of(message) == []


def test_a_count_that_is_no_number_counts_nothing() -> None:
    fields = {"TotalCount": "-5", "FilterCount": "1e9", "SentCount": "٣", "ErrorCount": "99999999999"}
    [receipt] = receipts_of(event(EventKind.MASS_RECEIPT, MsgID="9", Status="send success", **fields))
    assert (receipt.delivered, receipt.blocked, receipt.undelivered) == (0, 0, 0)
