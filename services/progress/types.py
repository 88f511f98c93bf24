"""What goes in and out of the progress API?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

ListName = Literal["state", "step_state", "special", "result"]

ProjectNo = Annotated[str, Meta(min_length=1, max_length=64, pattern="^[0-9A-Za-z-]+$", examples=["YJ20261103000017"])]
#: A number as a citizen types it.
TypedText = Annotated[str, Meta(min_length=1, max_length=64)]
Code = Annotated[str, Meta(min_length=1, max_length=32)]
ShortText = Annotated[str, Meta(min_length=1, max_length=200)]
LongText = Annotated[str, Meta(max_length=2000)]


class CodeEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code of a code list (代码表) and what citizens read for it."""

    list_name: ListName
    code: Code
    text: ShortText
    #: A case in this state is over.
    final: bool = False


class StepFeed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One step of a case (办理环节) as a backend reports it. A time without a zone is the city's."""

    process_name: ShortText
    #: Code of the list `step_state`; None: under way until `ended_at`, done from then on.
    state: Code | None = None
    #: The step's own name in the backend; without it, name and start tell steps apart.
    step_key: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    event_name: Annotated[str, Meta(max_length=200)] = ""
    #: Code of the list `special` for 补正, 听证, 公示 and the like.
    special: Code | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    explain: LongText = ""


class NewStep(StepFeed, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step together with the state to which it brings the case."""

    #: Code of the list `state`; None: the case's state stays.
    case_state: Code | None = None


class ResultFeed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The result of a case (办理结果)."""

    #: Code of the list `result`.
    result_type: Code
    result_date: date | None = None
    result_explain: LongText = ""


class CaseFeed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case (办件) as a backend reports it. Steps that are not named stay as they are."""

    project_no: ProjectNo
    task_name: ShortText
    #: Code of the list `state`.
    state: Code
    org_name: ShortText
    applyer_name: ShortText
    task_code: Annotated[str, Meta(max_length=64)] = ""
    #: The applicant's ID number; only its fingerprint and its masked form are kept.
    id_number: Annotated[str, Meta(min_length=6, max_length=32)] | None = None
    query_code: Annotated[str, Meta(min_length=4, max_length=32)] | None = None
    apply_date: date | None = None
    accept_date: date | None = None
    promise_date: date | None = None
    steps: Annotated[list[StepFeed], Meta(max_length=200)] = []
    result: ResultFeed | None = None


class FeedOutcome(Struct, frozen=True, kw_only=True):
    """What became of a case in a feed."""

    project_no: str
    outcome: Literal["added", "updated", "unchanged"]


class CaseQuery(Struct, frozen=True, kw_only=True):
    project_no: TypedText
    #: The case's query code, or the last 6 of the applicant's ID number.
    query_code: TypedText
    citizen_id: UUID


class SubscriptionWish(Struct, frozen=True, kw_only=True):
    query_code: TypedText


class Step(Struct, frozen=True, kw_only=True):
    """A step as citizens see it."""

    process_name: str
    event_name: str
    state_text: str
    #: What is special about it, such as 补正; "" for an ordinary step.
    special_text: str
    started_at: datetime | None
    ended_at: datetime | None
    explain: str


class Result(Struct, frozen=True, kw_only=True):
    """The result as citizens see it; `result_type` is its text."""

    result_type: str
    result_date: date | None
    result_explain: str


class Case(Struct, frozen=True, kw_only=True):
    """A case as its applicant sees it; the name is masked."""

    project_no: str
    task_code: str
    task_name: str
    #: The code in the list `state`.
    state: str
    state_text: str
    #: Is the case over?
    final: bool
    org_name: str
    applicant: str
    apply_date: date | None
    accept_date: date | None
    promise_date: date | None
    steps: list[Step]
    result: Result | None
    #: Is this citizen told when the case moves?
    subscribed: bool


class CaseFollowed(Struct, frozen=True, kw_only=True):
    """A case of which a citizen is told when it moves."""

    project_no: str
    task_name: str
    state_text: str


class CaseNews(Struct, frozen=True, kw_only=True):
    """A case has moved: what to tell one subscriber."""

    news_id: UUID
    citizen_id: UUID
    project_no: str
    task_name: str
    org_name: str
    #: The case's state after the move.
    state_text: str
    #: The step that moved; "" when only the case's state changed.
    process_name: str
    step_text: str
    happened_at: datetime
