"""Which fields has a service item on a page, and how do they become the item?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from wtforms import Form, HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from services.appointments.types import Hall
from services.catalogue.types import Item
from services.catalogue.written import read_situations, situation_lines
from services.catalogue.written_lists import (
    fee_lines,
    material_lines,
    question_lines,
    read_fees,
    read_materials,
    read_questions,
)
from services.console.catalogue.fields import (
    NAMES,
    STATES,
    TYPES,
    Checkboxes,
    asked,
    lines,
    long,
    number,
    short,
    unit,
    web,
    words,
)

LIST_STATES = (("", "全部"), ("live", "有效"), ("retired", "已失效"), ("situations", "有情形"))
_ANSWERS: Mapping[str, bool | None] = {"yes": True, "no": False}
PLAIN = (
    "task_name", "dept_name", "district", "area_code", "accept_condition", "fee_basis", "transact_addr",
    "transact_time", "link_way", "supervise_way", "online_handle_url", "online_platform", "schedule_url",
    "handle_flow", "handle_type", "project_type", "handle_area", "co_department", "result_name", "by_law", "source",
    "use_level", "task_tag", "task_version", "catalog_name", "sub_catalog_name", "task_handle_item", "catalog_code",
    "parent_catalog_code", "local_code", "dept_code",
)  # fmt: skip
ASKED = ("is_fee", "is_online", "is_schedule", "is_express")
NUMBERS = ("promise_day", "anticipate_day", "limit_scene_num")
CHOSEN = ("promise_type", "anticipate_type", "task_state", "task_type", "service_code")
WORDS = ("aliases", "server_type", "user_topic_type", "corp_topic_type")


class ItemSearchForm(Form):
    """Filters of the list."""

    state = SelectField("状态", choices=LIST_STATES, validate_choice=False)


class ItemForm(Form):
    """One item: all that staff may change of it."""

    task_name = short("task_name", 200, DataRequired("请填写事项名称。"))
    aliases = words("aliases", "每行一种，最多 100 行。叫法越多，越容易问到。")
    dept_name = short("dept_name", 200, DataRequired("请填写办理部门。"))
    district = short("district", description="群众说到这个地名，就给这个地区的事项。")
    area_code = short(
        "area_code", 12, DataRequired("请填写地区编码。"), Regexp(r"^\d+$", message="地区编码只有数字，如 990101。")
    )
    task_state = SelectField(NAMES["task_state"], description="暂停或取消后，群众就问不到它了。")
    accept_condition = long("accept_condition")
    material = long(
        "material",
        200_000,
        description="每行一种：名称 | 必需或按情况 | 2份 | 说明。下面可以另起一行写“类型：”“形式：”“来源：”“空白表格：”"
        "“填写样例：”。不知道的不用写。群众看到的顺序就是这里的顺序。",
    )
    situations = TextAreaField(
        NAMES["situations"],
        [Length(max=60_000, message="情形太长。")],
        description="一行“问：”，下面每个“- ”是一个答案；答案下面用“加：”“减：”写材料，用“条件：”写条件。",
    )
    promise_day = number("promise_day", 100_000)
    promise_type = unit("promise_type")
    anticipate_day = number("anticipate_day", 100_000)
    anticipate_type = unit("anticipate_type")
    is_fee = asked("is_fee")
    fee_project = long(
        "fee_project",
        200_000,
        description="每行一个：名称 | 收多少 | 可减免或不减免。下面可以另起一行写“依据：”。",
    )
    fee_basis = long("fee_basis")
    hall_codes = Checkboxes(NAMES["hall_codes"], choices=[])
    service_code = SelectField(
        NAMES["service_code"], choices=[], default="", description="在大厅预约这个事项时，约的是哪个业务。"
    )
    transact_addr = long("transact_addr")
    transact_time = long("transact_time")
    link_way = short("link_way", 2_000)
    supervise_way = short("supervise_way", 2_000)
    limit_scene_num = number("limit_scene_num", 99)
    is_online = asked("is_online")
    online_handle_url = web("online_handle_url")
    online_platform = short("online_platform")
    is_schedule = asked("is_schedule")
    schedule_url = web("schedule_url")
    is_express = asked("is_express")
    handle_flow = long("handle_flow")
    handle_type = short("handle_type", description="如：窗口办理、网上办理。")
    project_type = short("project_type", description="如：即办件、承诺件。")
    handle_area = short("handle_area", description="如：全市通办。")
    co_department = short("co_department", 2_000)
    result_name = short("result_name", 2_000)
    by_law = long("by_law")
    server_type = words("server_type", "每行一类，如：自然人、企业法人。")
    user_topic_type = words("user_topic_type", "每行一个，如：生育收养。")
    corp_topic_type = words("corp_topic_type", "每行一个，如：设立变更。")
    question = long("question", 200_000, description="一行“问：”，下面一行“答：”；答案可以有好几行。")
    source = short("source", description="告诉群众消息来自哪里；不填就是办理部门。")
    task_type = SelectField(NAMES["task_type"], choices=[], default="")
    use_level = short("use_level")
    task_tag = short("task_tag")
    task_version = short("task_version", 64)
    catalog_name = short("catalog_name")
    sub_catalog_name = short("sub_catalog_name")
    task_handle_item = short("task_handle_item")
    catalog_code = short("catalog_code", 64)
    parent_catalog_code = short("parent_catalog_code", 64)
    local_code = short("local_code", 64)
    dept_code = short("dept_code", 64)
    #: The revision of the item on which the page was written.
    base = HiddenField(validators=[Regexp(r"^\d{1,18}$")])

    def offer(self, known: Item, halls: Sequence[Hall]) -> None:
        """The choices that are the city's own; what the item has besides stays a choice."""
        names = {one.hall_code: f"{one.name}（{one.district}）" if one.district else one.name for one in halls}
        self.hall_codes.choices = _with(names, known.hall_codes, "没有这个大厅")
        services = {one.service_code: one.name for hall in halls for one in hall.services}
        self.service_code.choices = [
            ("", "不能预约，或不知道"),
            *_with(services, [known.service_code], "没有大厅办这项业务"),
        ]
        self.task_state.choices = _with(dict(STATES), [known.task_state], "")
        self.task_type.choices = _with(dict(TYPES), [known.task_type], "")

    def item(self, known: Item) -> Item:
        """What the form says; the rest stays. Raises written.Unreadable and msgspec.ValidationError."""
        changed = msgspec.structs.replace(
            known,
            **{name: _text(self[name].data) for name in PLAIN},
            **{name: lines(self[name].data or "") for name in WORDS},
            **{name: self[name].data for name in NUMBERS},
            **{name: self[name].data or "" for name in CHOSEN},
            **{name: _ANSWERS.get(self[name].data or "") for name in ASKED},
            hall_codes=list(self.hall_codes.data or []),
            fee_project=read_fees(self.fee_project.data or "", known.fee_project),
            question=read_questions(self.question.data or "", known.question),
            material=read_materials(self.material.data or "", known.material),
        )
        whole = msgspec.structs.replace(changed, situations=read_situations(self.situations.data or "", changed))
        # `replace` checks nothing: what no column takes is found here.
        return msgspec.convert(msgspec.to_builtins(_kept(whole, known)), Item)


def _with(names: Mapping[str, str], codes: Iterable[str], unknown: str) -> list[tuple[str, str]]:
    more = {code: f"{code}（{unknown}）" if unknown else code for code in codes if code and code not in names}
    return [*names.items(), *more.items()]


def _text(data: str | None) -> str:
    return (data or "").replace("\r\n", "\n").strip()


def _kept(item: Item, known: Item) -> Item:
    """A text that differs only in how a browser sends it has not been changed; nor has a list in another order."""
    same = {name: getattr(known, name) for name in PLAIN if _text(getattr(known, name)) == getattr(item, name)}
    same |= {
        name: getattr(known, name) for name in WORDS if lines("\n".join(getattr(known, name))) == getattr(item, name)
    }
    if set(item.hall_codes) == set(known.hall_codes):
        same["hall_codes"] = known.hall_codes
    return msgspec.structs.replace(item, **same)


def fields_of(item: Item) -> dict[str, object]:
    """An item as the form's values."""
    shown = {True: "yes", False: "no", None: ""}
    return {
        **{name: getattr(item, name) for name in (*PLAIN, *NUMBERS, *CHOSEN, "hall_codes")},
        **{name: "\n".join(getattr(item, name)) for name in WORDS},
        **{name: shown[getattr(item, name)] for name in ASKED},
        "material": material_lines(item.material),
        "fee_project": fee_lines(item.fee_project),
        "question": question_lines(item.question),
        "situations": situation_lines(item.situations),
    }
