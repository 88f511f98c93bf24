"""What does a job-finished event say about a notice? The event's fields -> receipts; pure."""

from __future__ import annotations

import msgspec

from bot.messages import EventKind, InboundMessage
from services.notices.receipts import Receipt

BLOCKED = ("user block", "user refuse")
#: WeChat's code for a citizen who takes no subscription messages.
REFUSED_CODES = frozenset({"43101"})


def receipts_of(message: InboundMessage) -> list[Receipt]:
    """The receipts in an event; none where it is something else or says nothing that can be understood."""
    fields = message.fields
    if message.event is EventKind.TEMPLATE_RECEIPT:
        status = fields.get("Status", "").lower()
        blocked = any(word in status for word in BLOCKED)
        return _one(message.channel, fields.get("MsgID", ""), delivered=status == "success", blocked=blocked)
    if message.event is EventKind.MASS_RECEIPT:
        return _mass(message)
    if fields.get("Event", "").lower() == "subscribe_msg_sent_event":
        return _subscription(message)
    return []


def _one(channel: str, msg_id: str, *, delivered: bool, blocked: bool) -> list[Receipt]:
    if not msg_id:
        return []
    lost = not delivered and not blocked
    return [
        Receipt(channel=channel, msg_id=msg_id, delivered=int(delivered), blocked=int(blocked), undelivered=int(lost))
    ]


def _mass(message: InboundMessage) -> list[Receipt]:
    """TotalCount were named, FilterCount of them may get it, SentCount did and ErrorCount did not."""
    msg_id = message.fields.get("MsgID", "")
    total, admitted, sent, wrong = (
        _number(message.fields.get(name, "")) for name in ("TotalCount", "FilterCount", "SentCount", "ErrorCount")
    )
    if not msg_id:
        return []
    if message.fields.get("Status", "").lower() not in ("send success", "sendsuccess"):
        return [Receipt(channel=message.channel, msg_id=msg_id, undelivered=total)]
    blocked = max(total - admitted, 0)
    return [Receipt(channel=message.channel, msg_id=msg_id, delivered=sent, blocked=blocked, undelivered=wrong)]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class _Sent(msgspec.Struct, frozen=True):
    MsgID: str = ""
    ErrorCode: str = ""


class _SentList(msgspec.Struct, frozen=True):
    List: list[_Sent]


def _subscription(message: InboundMessage) -> list[Receipt]:
    """Each entry of the list is a receipt of its own."""
    try:
        sent = msgspec.json.decode(message.fields.get("SubscribeMsgSentEvent", ""), type=_SentList, strict=False)
    except msgspec.DecodeError:
        return []
    found: list[Receipt] = []
    for entry in sent.List:
        blocked = entry.ErrorCode in REFUSED_CODES
        found += _one(message.channel, entry.MsgID, delivered=entry.ErrorCode == "0", blocked=blocked)
    return found
