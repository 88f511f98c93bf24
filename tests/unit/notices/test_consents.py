"""What does an event say about a citizen's consent?"""

from __future__ import annotations

from datetime import datetime, timezone

import msgspec
import pytest

from bot.broadcast.consents import consent_of
from bot.messages import EventKind, InboundMessage, MessageKind


def event(**fields: str) -> InboundMessage:
    return InboundMessage(
        channel="wechat",
        account="gh_1",
        sender="o1",
        kind=MessageKind.EVENT,
        event=EventKind.SUBSCRIPTION_CHANGE,
        dedup_key="k",
        fields=fields,
        sent_at=datetime(2026, 11, 28, tzinfo=timezone.utc),
    )


def listed(*choices: tuple[str, str]) -> str:
    found = [{"TemplateId": template, "SubscribeStatusString": said} for template, said in choices]
    return msgspec.json.encode({"List": found}).decode()


@pytest.mark.parametrize("name", ["SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"])
@pytest.mark.parametrize(("said", "agreed"), [("accept", True), ("reject", False)])
def test_a_choice_about_our_template_is_read(name: str, said: str, *, agreed: bool) -> None:
    assert consent_of(event(**{name: listed(("other", "accept"), ("ours", said))}), "ours") is agreed


@pytest.mark.parametrize(
    "fields",
    [{}, {"SubscribeMsgPopupEvent": listed(("other", "accept"))}, {"SubscribeMsgPopupEvent": "{"}],
    ids=["nothing", "another template", "nonsense"],
)
def test_what_says_nothing_of_it_is_none(fields: dict[str, str]) -> None:
    assert consent_of(event(**fields), "ours") is None
    assert consent_of(event(SubscribeMsgPopupEvent=listed(("", "accept"))), "") is None
