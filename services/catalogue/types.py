"""What is a service item, a guide, a search result? Field names follow the national exchange tables (实施清单)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.importing.delivery import Delivered

Code = Annotated[str, Meta(max_length=64)]
Short = Annotated[str, Meta(max_length=200)]
Line = Annotated[str, Meta(max_length=2_000)]
Long = Annotated[str, Meta(max_length=20_000)]
Words = Annotated[list[Short], Meta(max_length=100)]
Count = Annotated[int, Meta(ge=0, le=100_000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]

TimeType = Literal["工作日", "自然日", "小时", "分钟", "月", ""]
#: 01 行政许可, 05 行政给付, 07 行政确认, 08 行政奖励, 09 行政裁决, 20 其他行政权力, 21 公共服务 ...
TaskType = Annotated[str, Meta(pattern=r"^(\d{2})?$")]


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to bring (申请材料)."""

    material_name: Annotated[str, Meta(min_length=1, max_length=500)]
    #: 原件, 复印件, 原件和复印件 ...
    material_type: Short = ""
    #: 纸质, 电子 ...
    material_format: Short = ""
    #: None: the source does not say.
    is_need: bool | None = None
    #: Copies.
    page_num: Count | None = None
    source_type: Short = ""
    fill_explain: Long = ""
    form_guid: Line = ""
    example_guid: Line = ""
    order_num: Count | None = None


class FeeProject(msgspec.Struct, frozen=True, kw_only=True):
    """One fee (收费项目)."""

    fee_name: Short = ""
    fee_stand: Line = ""
    by_law: Long = ""
    #: Can it be reduced (是否允许减免)? Feeds say yes or no, or for whom.
    is_desc: bool | Line | None = None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One official question of an item with its answer (常见问题)."""

    question: Annotated[str, Meta(min_length=1, max_length=500)]
    answer: Long = ""
    order_num: Count | None = None


OptionId = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_-]+$")]


class SituationOption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer to a situation's question, and what it changes."""

    id: OptionId
    #: As the citizen reads and says it.
    label: Annotated[str, Meta(min_length=1, max_length=60)]
    #: Names of the item's materials that are needed in this case only.
    adds_material: Words = msgspec.field(default_factory=list)
    #: Names of materials that are not needed in this case.
    removes_material: Words = msgspec.field(default_factory=list)
    adds_condition: Annotated[list[Line], Meta(max_length=20)] = msgspec.field(default_factory=list)


class Situation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question whose answer changes what a citizen has to bring or fulfil (情形)."""

    id: OptionId
    question: Annotated[str, Meta(min_length=1, max_length=200)]
    options: Annotated[list[SituationOption], Meta(min_length=2, max_length=9)]


class Item(Delivered, frozen=True, kw_only=True):
    """One service item (政务服务事项); an empty text and None mean that the source does not say."""

    #: 实施编码: names this item at this department.
    task_code: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S+$")]
    task_name: Name
    dept_name: Name
    area_code: Annotated[str, Meta(min_length=1, max_length=12, pattern=r"^\d+$")]
    #: 基本编码.
    catalog_code: Code = ""
    #: 主项名称, 子项名称 and the main item's 基本编码.
    catalog_name: Short = ""
    sub_catalog_name: Short = ""
    parent_catalog_code: Code = ""
    #: 业务办理项, and the province's own code of it.
    task_handle_item: Short = ""
    local_code: Code = ""
    #: What people call it.
    aliases: Words = msgspec.field(default_factory=list)
    task_type: TaskType = ""
    #: 1 = in force.
    task_state: Annotated[str, Meta(max_length=2)] = "1"
    task_version: Code = ""
    task_tag: Short = ""
    dept_code: Code = ""
    #: 联办机构.
    co_department: Line = ""
    use_level: Short = ""
    district: Short = ""
    by_law: Long = ""
    #: 服务对象: 自然人, 企业法人 ...
    server_type: Words = msgspec.field(default_factory=list)
    accept_condition: Long = ""
    handle_flow: Long = ""
    handle_type: Short = ""
    project_type: Short = ""
    #: 到现场次数; 0 = no trip.
    limit_scene_num: Annotated[int, Meta(ge=0, le=99)] | None = None
    is_online: bool | None = None
    online_handle_url: Line = ""
    #: 承办平台.
    online_platform: Short = ""
    is_schedule: bool | None = None
    schedule_url: Line = ""
    is_express: bool | None = None
    handle_area: Short = ""
    result_name: Line = ""
    #: 法定办结时限.
    anticipate_day: Count | None = None
    anticipate_type: TimeType = ""
    #: 承诺办结时限.
    promise_day: Count | None = None
    promise_type: TimeType = ""
    is_fee: bool | None = None
    fee_basis: Long = ""
    fee_project: Annotated[list[FeeProject], Meta(max_length=100)] = msgspec.field(default_factory=list)
    transact_addr: Long = ""
    transact_time: Long = ""
    #: 咨询方式.
    link_way: Line = ""
    #: 监督投诉方式.
    supervise_way: Line = ""
    material: Annotated[list[Material], Meta(max_length=200)] = msgspec.field(default_factory=list)
    question: Annotated[list[Question], Meta(max_length=100)] = msgspec.field(default_factory=list)
    user_topic_type: Words = msgspec.field(default_factory=list)
    corp_topic_type: Words = msgspec.field(default_factory=list)
    #: Halls where it is done, by their hall_code.
    hall_codes: Words = msgspec.field(default_factory=list)
    #: What to book at the hall for it.
    service_code: Code = ""
    #: 情形: asked one by one, in this order; checked by `services.catalogue.situations.fault`.
    situations: Annotated[list[Situation], Meta(max_length=12)] = msgspec.field(default_factory=list)


Verdict = Literal["sure", "ask", "none"]
Score = Annotated[float, Meta(ge=0, le=1)]


class ItemHit(msgspec.Struct, frozen=True, kw_only=True):
    """One item found."""

    task_code: str
    task_name: str
    dept_name: str
    district: str
    area_code: str
    score: Score
    aliases: list[str]


class SearchResult(msgspec.Struct, frozen=True, kw_only=True):
    """`sure`: the first is meant. `ask`: one of these may be meant, ask which. `none`: nothing like it is here."""

    verdict: Verdict
    hits: list[ItemHit]


Aspect = Literal[
    "materials", "conditions", "time_limit", "fee", "place", "hours", "phone", "complaint_phone", "flow", "online",
    "trips", "department", "courier", "appointment", "result", "basis", "audience",
]  # fmt: skip


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of an item, in Chinese for citizens; `missing` with an empty text where the source does not say."""

    aspect: Aspect
    title: str
    text: str
    missing: bool


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """An item's facts by aspect."""

    task_code: str
    task_name: str
    dept_name: str
    district: str
    source: str
    sections: list[Section]
    #: How many questions a citizen's own checklist takes; 0: everybody needs the same.
    situations: int = 0


class ChecklistAnswers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the citizen has answered so far: id of a situation -> id of the chosen option."""

    answers: Annotated[dict[OptionId, OptionId], Meta(max_length=12)] = msgspec.field(default_factory=dict)


class AskedOption(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that can be given."""

    id: str
    label: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The next question."""

    id: str
    question: str
    options: list[AskedOption]
    #: The how manieth of how many.
    number: int
    count: int


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """One citizen's own checklist (一次性告知), or the question that it still needs."""

    task_code: str
    task_name: str
    dept_name: str
    #: None: everything is answered.
    asked: Asked | None
    #: What was answered, in words, such as 租房还是自有房？租房.
    given: list[str]
    #: Empty until everything is answered.
    materials: list[str]
    conditions: list[str]
    #: Time, fee, place, hours and telephone as far as the source says them, in Chinese for citizens.
    sections: list[Section]


class ItemSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Query of a search."""

    q: Annotated[str, Meta(min_length=1, max_length=200)]
    #: Area code or name of the citizen's district.
    district: Annotated[str, Meta(max_length=50)] = ""
    limit: Annotated[int, Meta(ge=1, le=10)] = 3


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How much the catalogue holds, and since when."""

    #: Items in force.
    items: int
    updated_at: datetime | None
