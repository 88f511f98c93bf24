"""What do the backends answer? Typed values; anything that does not fit counts as a backend that is broken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what backends answer; fields that we do not use are passed over."""


class ItemHit(Value, frozen=True, kw_only=True):
    task_code: str
    task_name: str
    dept_name: str = ""
    district: str | None = None
    score: float = 0.0


class ItemSearch(Value, frozen=True, kw_only=True):
    verdict: Literal["sure", "ask", "none"]
    hits: list[ItemHit]


class Item(Value, frozen=True, kw_only=True):
    task_code: str
    task_name: str
    dept_name: str = ""
    district: str | None = None
    service_code: str | None = None


class Section(Value, frozen=True, kw_only=True):
    aspect: str
    title: str
    text: str = ""
    missing: bool = False


class Guide(Value, frozen=True, kw_only=True):
    task_code: str
    task_name: str
    dept_name: str = ""
    district: str | None = None
    source: str | None = None
    sections: list[Section]
    #: How many questions a citizen's own checklist takes; 0: everybody needs the same.
    situations: int = 0

    def section(self, aspect: str) -> Section | None:
        """The section on `aspect`; None where the backend has none."""
        return next((one for one in self.sections if one.aspect == aspect), None)

    def told(self, aspect: str) -> str:
        """What is stated on `aspect`; empty where nothing is."""
        section = self.section(aspect)
        return "" if section is None or section.missing else section.text.strip()


class FaqHit(Value, frozen=True, kw_only=True):
    id: str
    question: str
    answer: str = ""
    department: str = ""
    source: str = ""
    source_url: str = ""
    valid_until: date | None = None
    task_code: str | None = None
    #: When the answer was written, as the backend wrote it down.
    written_at: str | None = None
    score: float = 0.0


class FaqSearch(Value, frozen=True, kw_only=True):
    verdict: Literal["sure", "offer", "none"]
    hits: list[FaqHit]


class Recorded(Value, frozen=True, kw_only=True):
    #: The citizen may be told once staff have answered.
    may_wait: bool = False


class Service(Value, frozen=True, kw_only=True):
    service_code: str
    name: str


class Hall(Value, frozen=True, kw_only=True):
    hall_code: str
    name: str
    district: str | None = None
    area_code: str | None = None
    address: str = ""
    phone: str = ""
    hours_text: str = ""
    latitude: float | None = None
    longitude: float | None = None
    services: list[Service] = []


class Day(Value, frozen=True, kw_only=True):
    date: date
    open: bool
    closed_reason: str | None = None
    free: int = 0


class Slot(Value, frozen=True, kw_only=True):
    slot_id: str
    starts_at: datetime
    ends_at: datetime
    free: int = 0


class Appointment(Value, frozen=True, kw_only=True):
    code: str
    state: str
    hall_code: str
    hall_name: str
    service_code: str
    service_name: str
    starts_at: datetime
    ends_at: datetime
    address: str = ""
    applicant_name: str | None = None


class Step(Value, frozen=True, kw_only=True):
    process_name: str
    state_text: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    explain: str | None = None


class Result(Value, frozen=True, kw_only=True):
    result_type: str | None = None
    result_date: str | None = None
    result_explain: str | None = None


class Case(Value, frozen=True, kw_only=True):
    project_no: str
    #: The item's code in the catalogue; empty where the backend does not tell it.
    task_code: str = ""
    task_name: str
    state: str = ""
    state_text: str = ""
    #: Nothing comes after this state.
    final: bool = False
    org_name: str | None = None
    apply_date: str | None = None
    accept_date: str | None = None
    promise_date: str | None = None
    steps: list[Step] = []
    result: Result | None = None


class CaseFollowed(Value, frozen=True, kw_only=True):
    project_no: str
    task_name: str
    state_text: str = ""


class Subject(Value, frozen=True, kw_only=True):
    code: str
    kind: Literal["topic", "district"]
    name: str
    aliases: list[str] = []


class Followed(Value, frozen=True, kw_only=True):
    subjects: list[Subject]
    #: Since when no notices are wanted any more.
    left_at: datetime | None = None


class AskedOption(Value, frozen=True, kw_only=True):
    id: str
    label: str


class Asked(Value, frozen=True, kw_only=True):
    id: str
    question: str
    options: list[AskedOption]
    number: int
    count: int


class Checklist(Value, frozen=True, kw_only=True):
    task_code: str
    task_name: str
    dept_name: str = ""
    #: None: everything is answered, and the checklist is whole.
    asked: Asked | None = None
    given: list[str] = []
    materials: list[str] = []
    conditions: list[str] = []
    sections: list[Section] = []


class NoticeVerdict(Value, frozen=True, kw_only=True):
    verdict: Literal["genuine", "changed", "unknown", "short"]
    #: Of the notice that it is, or that it resembles.
    number: int | None = None
    title: str = ""
    department: str = ""
    sent_at: datetime | None = None
    withdrawn: bool = False


class Redeemed(Value, frozen=True, kw_only=True):
    kind: str
    value: str
