"""What does an event say about a citizen's consent to subscription notices? The event's fields -> yes or no; pure."""

from __future__ import annotations

import msgspec

from bot.messages import EventKind, InboundMessage

#: In both events a list of templates, each accepted or rejected.
FIELDS = ("SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent")


class _Choice(msgspec.Struct, frozen=True):
    TemplateId: str = ""
    SubscribeStatusString: str = ""


class _Choices(msgspec.Struct, frozen=True):
    List: list[_Choice] = []


def consent_of(message: InboundMessage, template_id: str) -> bool | None:
    """Did the citizen accept (True) or reject (False) this template? None: the event speaks of something else."""
    if message.event is not EventKind.SUBSCRIPTION_CHANGE or not template_id:
        return None
    for name in FIELDS:
        try:
            choices = msgspec.json.decode(message.fields.get(name, "{}"), type=_Choices)
        except msgspec.DecodeError:
            continue
        for choice in choices.List:
            if choice.TemplateId == template_id:
                return choice.SubscribeStatusString == "accept"
    return None
