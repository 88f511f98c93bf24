"""Which template and subscription messages does the platform take? Known templates, values by type, no repeats.

A field of a subscription template is named for its type and a number, such as thing1: the type limits its value.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from simulator.clock import Clock
from simulator.errors import ApiError

#: A repeated client_msg_id within this time is the same message.
GUARD_TIME = timedelta(minutes=10)
CLIENT_ID_LENGTH = 32

_DATE = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2})"
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?"
_MOMENT = rf"(?:{_DATE}|{_DATE} ?{_TIME}|{_TIME})"

#: Type of a field -> the values that it takes.
VALUES: Mapping[str, re.Pattern[str]] = {
    "thing": re.compile(r"(?s).{1,20}"),
    "short_thing": re.compile(r".{1,15}"),
    "number": re.compile(r"[+-]?\d{1,32}(?:\.\d{1,32})?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "time": re.compile(rf"{_MOMENT}(?: ?~ ?{_MOMENT})?"),
    "date": re.compile(rf"{_DATE}(?: ?{_TIME})?"),
    "amount": re.compile(r"[^\d\s]?\d{1,10}(?:\.\d{1,2})?元?"),
    "phone_number": re.compile(r"[\d+\- ()]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
    "name": re.compile(r"[\u4e00-\u9fff·]{1,10}|[A-Za-z .]{1,20}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "const": re.compile(r".{1,20}"),
}
_FIELD = re.compile(r"([a-z_]+?)(\d{1,3})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a notice's card."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A template that the account took from the platform's library."""

    template_id: str
    kind: Literal["template", "subscription"]
    title: str
    #: Field -> label on the card; empty: any fields, shown without labels.
    fields: Mapping[str, str]

    def lines(self, values: Mapping[str, str]) -> list[Line]:
        """The card as the citizen reads it; fields that the template does not have are not shown."""
        if not self.fields:
            return [Line(label="", value=value) for value in values.values()]
        return [Line(label=label, value=values[field]) for field, label in self.fields.items() if values.get(field)]


class Templates:
    """The account's templates by id."""

    def __init__(self, templates: list[Template]) -> None:
        self._first = templates
        self.forget()

    def forget(self) -> None:
        """Back to those that it started with."""
        self._templates = {template.template_id: template for template in self._first}

    def add(self, template: Template) -> None:
        self._templates[template.template_id] = template

    def get(self, template_id: str, kind: Literal["template", "subscription"]) -> Template:
        """40037 when there is none of that kind."""
        template = self._templates.get(template_id)
        if template is None or template.kind != kind:
            raise ApiError(40037)
        return template

    def all(self) -> list[Template]:
        return list(self._templates.values())


def check_subscription_values(template: Template, values: Mapping[str, str]) -> None:
    """47003 for a field that is missing, has no type of the platform's or a value against it."""
    for field in template.fields:
        if field not in values:
            raise ApiError(47003, f"data.{field} is missing")
    if not values:
        raise ApiError(47003, "data is empty")
    for field, value in values.items():
        match = _FIELD.fullmatch(field)
        pattern = VALUES.get(match.group(1)) if match else None
        if pattern is None or (template.fields and field not in template.fields):
            raise ApiError(47003, f"data.{field} is not in the template")
        if not pattern.fullmatch(value):
            raise ApiError(47003, f"data.{field}.value invalid")


class RepeatGuard:
    """Remembers client_msg_ids for ten minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[tuple[str, str], int] = {}
        #: In the order of their time. A queue beside the dictionary: the first key of a dictionary from which much was
        #: taken at the front takes as long to find as much was taken.
        self._times: deque[tuple[datetime, tuple[str, str]]] = deque()

    def __len__(self) -> int:
        return len(self._seen)

    def forget(self) -> None:
        self._seen.clear()
        self._times.clear()

    def find(self, openid: str, client_id: str) -> int | None:
        """The id of the message that was sent under this client_msg_id, None for a new one."""
        if len(client_id) > CLIENT_ID_LENGTH:
            raise ApiError(47003, "client_msg_id is too long")
        now = self._clock.now()
        while self._times and now - self._times[0][0] >= GUARD_TIME:
            del self._seen[self._times.popleft()[1]]
        return self._seen.get((openid, client_id)) if client_id else None

    def remember(self, openid: str, client_id: str, message_id: int) -> None:
        if client_id:
            self._seen[openid, client_id] = message_id
            self._times.append((self._clock.now(), (openid, client_id)))


class Consents:
    """Which subscription templates each citizen accepted: once or for good."""

    def __init__(self) -> None:
        self._accepted: dict[tuple[str, str], Literal["once", "always"]] = {}

    def accept(self, openid: str, template_id: str, *, once: bool) -> None:
        self._accepted[openid, template_id] = "once" if once else "always"

    def reject(self, openid: str, template_id: str) -> None:
        self._accepted.pop((openid, template_id), None)

    def use(self, openid: str, template_id: str) -> None:
        """43101 without consent; one given once is used up."""
        consent = self._accepted.get((openid, template_id))
        if consent is None:
            raise ApiError(43101)
        if consent == "once":
            self.reject(openid, template_id)

    def of(self, openid: str) -> list[str]:
        """The template ids that the citizen accepts."""
        return [template_id for (who, template_id) in self._accepted if who == openid]

    def withdraw_all(self, openid: str) -> None:
        for template_id in self.of(openid):
            self.reject(openid, template_id)

    def forget(self) -> None:
        self._accepted.clear()
