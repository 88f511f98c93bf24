"""Which fields has a service item on a page, and how do they become the item?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import msgspec
from wtforms import Form, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp

from services.catalogue.types import Item, TimeType
from services.catalogue.written import material_lines, read_materials, read_situations, situation_lines

STATES = (("", "全部"), ("live", "有效"), ("retired", "已失效"), ("situations", "有情形"))
YES_NO = (("", "来源没有说"), ("yes", "是"), ("no", "否"))
_ANSWERS: Mapping[str, bool | None] = {"yes": True, "no": False}
_UNITS = [(unit, unit or "天") for unit in get_args(TimeType)]
WEB = r"^https?://\S+$"


class ItemSearchForm(Form):
    """Filters of the list."""

    state = SelectField("状态", choices=STATES, validate_choice=False)


def _short(label: str, most: int, **more: Any) -> StringField:
    return StringField(label, [Length(max=most, message=f"{label}最多 {most} 个字。")], **more)


def _long(label: str, **more: Any) -> TextAreaField:
    return TextAreaField(label, [Length(max=20_000, message=f"{label}最多 20000 个字。")], **more)


def _days(label: str) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(min=0, max=100_000, message=f"{label}是 0 到 100000 的整数。")])


class ItemForm(Form):
    """One item: what staff may change of it."""

    task_name = StringField(
        "事项名称", [DataRequired("请填写事项名称。"), Length(max=200, message="事项名称最多 200 个字。")]
    )
    aliases = TextAreaField(
        "群众的叫法",
        [Length(max=21_000, message="叫法太长。")],
        description="每行一种，最多 100 行。叫法越多，越容易问到。",
    )
    dept_name = StringField(
        "办理部门", [DataRequired("请填写办理部门。"), Length(max=200, message="办理部门最多 200 个字。")]
    )
    district = _short("地区", 200)
    accept_condition = _long("受理条件")
    material = TextAreaField(
        "申请材料",
        [Length(max=200_000, message="申请材料太长。")],
        description="每行一种：名称 | 必需或按情况 | 2份 | 说明。后面几项不知道可以不写。",
    )
    situations = TextAreaField(
        "情形",
        [Length(max=60_000, message="情形太长。")],
        description="一行“问：”，下面每个“- ”是一个答案；答案下面用“加：”“减：”写材料，用“条件：”写条件。",
    )
    promise_day = _days("承诺办结时限")
    promise_type = SelectField("承诺时限单位", choices=_UNITS, default="")
    anticipate_day = _days("法定办结时限")
    anticipate_type = SelectField("法定时限单位", choices=_UNITS, default="")
    is_fee = SelectField("收费吗", choices=YES_NO, default="")
    fee_basis = _long("收费依据")
    transact_addr = _long("办理地点")
    transact_time = _long("办理时间")
    link_way = _short("咨询电话", 2000)
    supervise_way = _short("监督投诉电话", 2000)
    is_online = SelectField("可以网上办理吗", choices=YES_NO, default="")
    online_handle_url = StringField(
        "网上办理网址",
        [
            Optional(),
            Regexp(WEB, message="请填写以 http:// 或 https:// 开头的网址。"),
            Length(max=2000, message="网址最多 2000 个字符。"),
        ],
    )
    is_express = SelectField("可以快递送达吗", choices=YES_NO, default="")
    limit_scene_num = IntegerField(
        "到现场次数", [Optional(), NumberRange(min=0, max=99, message="到现场次数是 0 到 99 的整数。")]
    )
    result_name = _short("办理结果", 2000)
    handle_flow = _long("办理流程")
    by_law = _long("设定依据")
    #: The revision of the item on which the page was written.
    base = HiddenField(validators=[Regexp(r"^\d{1,18}$")])

    def item(self, known: Item) -> Item:
        """What the form says; the rest stays. Raises written.Unreadable and msgspec.ValidationError."""
        plain = {name: _text(self[name].data) for name in PLAIN}
        changed = msgspec.structs.replace(
            known,
            **plain,
            aliases=_lines(self.aliases.data or ""),
            promise_day=self.promise_day.data,
            promise_type=self.promise_type.data or "",
            anticipate_day=self.anticipate_day.data,
            anticipate_type=self.anticipate_type.data or "",
            limit_scene_num=self.limit_scene_num.data,
            **{name: _ANSWERS.get(self[name].data or "") for name in ASKED},
            material=read_materials(self.material.data or "", known.material),
        )
        whole = msgspec.structs.replace(changed, situations=read_situations(self.situations.data or "", changed))
        # `replace` checks nothing: what no column takes is found here.
        return msgspec.convert(msgspec.to_builtins(_kept(whole, known)), Item)


PLAIN = (
    "task_name", "dept_name", "district", "accept_condition", "fee_basis", "transact_addr", "transact_time", "link_way",
    "supervise_way", "online_handle_url", "result_name", "handle_flow", "by_law",
)  # fmt: skip
ASKED = ("is_fee", "is_online", "is_express")


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line for raw in text.splitlines() if (line := raw.strip())))


def _text(data: str | None) -> str:
    return (data or "").replace("\r\n", "\n").strip()


def _kept(item: Item, known: Item) -> Item:
    """A text that differs only in how a browser sends it has not been changed."""
    same = {name: getattr(known, name) for name in PLAIN if _text(getattr(known, name)) == getattr(item, name)}
    return msgspec.structs.replace(item, **same)


def fields_of(item: Item) -> dict[str, object]:
    """An item as the form's values."""
    words = {True: "yes", False: "no", None: ""}
    numbers = ("promise_day", "promise_type", "anticipate_day", "anticipate_type", "limit_scene_num")
    return {
        **{name: getattr(item, name) for name in (*PLAIN, *numbers)},
        **{name: words[getattr(item, name)] for name in ASKED},
        "aliases": "\n".join(item.aliases),
        "material": material_lines(item.material),
        "situations": situation_lines(item.situations),
    }


#: Field -> what it is called, also of fields that only imports bring.
NAMES: Mapping[str, str] = {
    "task_name": "事项名称", "aliases": "群众的叫法", "dept_name": "办理部门", "district": "地区",
    "accept_condition": "受理条件", "material": "申请材料", "situations": "情形", "promise_day": "承诺时限",
    "promise_type": "承诺时限单位", "anticipate_day": "法定时限", "anticipate_type": "法定时限单位", "is_fee": "收费",
    "fee_basis": "收费依据", "fee_project": "收费项目", "transact_addr": "办理地点", "transact_time": "办理时间",
    "link_way": "咨询电话", "supervise_way": "投诉电话", "is_online": "网上办理", "online_handle_url": "网办网址",
    "is_express": "快递送达", "limit_scene_num": "到现场次数", "result_name": "办理结果", "handle_flow": "办理流程",
    "by_law": "设定依据", "question": "常见问题", "hall_codes": "办理大厅", "service_code": "预约业务",
    "task_state": "状态", "area_code": "地区编码", "source": "来源", "server_type": "服务对象",
    "handle_type": "办理形式", "catalog_name": "主项名称", "sub_catalog_name": "子项名称",
}  # fmt: skip
