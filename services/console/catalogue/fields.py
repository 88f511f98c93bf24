"""What are a service item's fields called, in which groups do they stand, and which kinds of fields are there?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from wtforms import Field, Form, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from services.catalogue.types import TimeType

YES_NO = (("", "来源没有说"), ("yes", "是"), ("no", "否"))
UNITS = [(unit, unit or "天") for unit in get_args(TimeType)]
STATES = (("1", "在用"), ("2", "暂停"), ("3", "取消"))
TYPES = (
    ("", "来源没有说"), ("01", "行政许可"), ("05", "行政给付"), ("07", "行政确认"), ("08", "行政奖励"),
    ("09", "行政裁决"), ("20", "其他行政权力"), ("21", "公共服务"),
)  # fmt: skip
WEB = r"^https?://\S+$"
MOST_WORDS, LONGEST_WORD = 100, 200

#: Field -> what it is called; `task_code` is the item's own name and never changes.
NAMES: Mapping[str, str] = {
    "task_name": "事项名称", "aliases": "群众的叫法", "dept_name": "办理部门", "district": "地区",
    "area_code": "地区编码", "task_state": "状态", "accept_condition": "受理条件", "material": "申请材料",
    "situations": "情形", "promise_day": "承诺办结时限", "promise_type": "承诺时限单位",
    "anticipate_day": "法定办结时限", "anticipate_type": "法定时限单位", "is_fee": "收费吗",
    "fee_project": "收费项目", "fee_basis": "收费依据", "hall_codes": "办理大厅", "service_code": "预约业务",
    "transact_addr": "办理地点", "transact_time": "办理时间", "link_way": "咨询电话", "supervise_way": "监督投诉电话",
    "limit_scene_num": "到现场次数", "is_online": "可以网上办理吗", "online_handle_url": "网上办理网址",
    "online_platform": "网上办理平台", "is_schedule": "可以预约吗", "schedule_url": "预约网址",
    "is_express": "可以快递送达吗", "handle_flow": "办理流程", "handle_type": "办理形式", "project_type": "办件类型",
    "handle_area": "通办范围", "co_department": "联办机构", "result_name": "办理结果", "by_law": "设定依据",
    "server_type": "服务对象", "user_topic_type": "个人主题", "corp_topic_type": "企业主题", "question": "常见问题",
    "catalog_name": "主项名称", "sub_catalog_name": "子项名称", "task_handle_item": "业务办理项",
    "task_type": "事项类型", "use_level": "行使层级", "task_tag": "事项标签", "task_version": "事项版本",
    "catalog_code": "基本编码", "parent_catalog_code": "主项编码", "local_code": "地方编码", "dept_code": "部门编码",
    "source": "来源", "task_code": "实施编码",
}  # fmt: skip

#: The form's parts: heading -> fields.
GROUPS: Mapping[str, Sequence[str]] = {
    "名称和部门": ("task_name", "aliases", "dept_name", "district", "area_code", "task_state"),
    "条件、材料和情形": ("accept_condition", "material", "situations"),
    "时限和收费": (
        "promise_day", "promise_type", "anticipate_day", "anticipate_type", "is_fee", "fee_project", "fee_basis",
    ),
    "在哪里办": ("hall_codes", "service_code", "transact_addr", "transact_time", "link_way", "supervise_way"),
    "怎么办": (
        "limit_scene_num", "is_online", "online_handle_url", "online_platform", "is_schedule", "schedule_url",
        "is_express", "handle_flow", "handle_type", "project_type", "handle_area", "co_department", "result_name",
    ),
    "依据、对象和常见问题": ("by_law", "server_type", "user_topic_type", "corp_topic_type", "question"),
}  # fmt: skip
#: What is seldom changed, and shown only when it is asked for.
MORE: Sequence[str] = (
    "source", "task_type", "use_level", "task_tag", "task_version", "catalog_name", "sub_catalog_name",
    "task_handle_item", "catalog_code", "parent_catalog_code", "local_code", "dept_code",
)  # fmt: skip


class Checkboxes(SelectMultipleField):
    """Some of several, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def short(name: str, most: int = 200, *more: Any, **about: Any) -> StringField:
    """One line of text."""
    return StringField(NAMES[name], [*more, Length(max=most, message=f"{NAMES[name]}最多 {most} 个字。")], **about)


def long(name: str, most: int = 20_000, **about: Any) -> TextAreaField:
    """Several lines of text."""
    return TextAreaField(NAMES[name], [Length(max=most, message=f"{NAMES[name]}最多 {most} 个字。")], **about)


def words(name: str, description: str) -> TextAreaField:
    """One entry a line."""
    return TextAreaField(
        NAMES[name], [Length(max=21_000, message=f"{NAMES[name]}太长。"), _words], description=description
    )


def web(name: str) -> StringField:
    """The address of a page."""
    return short(name, 2_000, Optional(), Regexp(WEB, message="请填写以 http:// 或 https:// 开头的网址。"))


def number(name: str, most: int) -> IntegerField:
    """A whole number, or nothing."""
    said = f"{NAMES[name]}是 0 到 {most} 的整数。"
    return _WholeField(NAMES[name], [Optional(), NumberRange(min=0, max=most, message=said)], wrong=said)


def asked(name: str) -> SelectField:
    """Yes, no, or the source does not say."""
    return SelectField(NAMES[name], choices=YES_NO, default="")


def unit(name: str) -> SelectField:
    """Of a time limit."""
    return SelectField(NAMES[name], choices=UNITS, default="")


def lines(text: str) -> list[str]:
    """One entry a line, each once."""
    return list(dict.fromkeys(line for raw in text.splitlines() if (line := raw.strip())))


def _words(form: Form, field: Field) -> None:
    found = lines(field.data or "")
    if len(found) > MOST_WORDS:
        raise ValidationError(f"最多 {MOST_WORDS} 行，现在有 {len(found)} 行。")
    too_long = next((one for one in found if len(one) > LONGEST_WORD), None)
    if too_long is not None:
        raise ValidationError(f"“{too_long[:10]}……”这一行太长，每行最多 {LONGEST_WORD} 个字。")


class _WholeField(IntegerField):
    """An IntegerField that says in our words what it takes."""

    def __init__(self, *positional: Any, wrong: str, **named: Any) -> None:
        super().__init__(*positional, **named)
        self._wrong = wrong

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(self._wrong) from None
