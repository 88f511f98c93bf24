"""In which words does a guide speak? Headings and phrases that citizens read."""

from __future__ import annotations

from collections.abc import Mapping

from services.catalogue.types import Aspect

TITLES: Mapping[Aspect, str] = {
    "materials": "申请材料",
    "conditions": "受理条件",
    "time_limit": "办理时限",
    "fee": "收费情况",
    "place": "办理地点",
    "hours": "办理时间",
    "phone": "咨询电话",
    "complaint_phone": "监督投诉电话",
    "flow": "办理流程",
    "online": "网上办理",
    "trips": "到现场次数",
    "department": "办理部门",
    "courier": "快递送达",
    "appointment": "预约办理",
    "result": "办理结果",
    "basis": "设定依据",
    "audience": "服务对象",
}

TIME_UNITS: Mapping[str, str] = {
    "工作日": "个工作日",
    "自然日": "个自然日",
    "小时": "小时",
    "分钟": "分钟",
    "月": "个月",
    "": "天",
}

IF_NEEDED = "按情况提供"
COPIES = "{count}份"
PROMISED = "承诺{time}内办结"
PROMISED_AT_ONCE = "当场办结"
LEGAL = "法定时限{time}"
PROJECT_TYPE = "属于{kind}"
FREE = "不收费。"
CHARGED = "需要缴费，具体标准请咨询办理单位。"
CAN_BE_REDUCED = "符合条件可减免"
BASIS = "收费依据：{basis}"
NO_WINDOW = "没有线下办理窗口。"
ONLINE = "可以网上办理。"
NOT_ONLINE = "暂不支持网上办理。"
WEB_ADDRESS = "网上办理入口：{url}"
PLATFORM = "办理平台：{platform}"
HANDLE_TYPE = "办理形式：{kind}"
HANDLE_AREA = "通办范围：{area}"
NO_TRIP = "不用跑现场（到现场0次）。"
TRIPS = "最多到现场{count}次。"
CO_DEPARTMENT = "联办机构：{departments}"
COURIER = "支持快递送达。"
NO_COURIER = "不支持快递送达。"
APPOINTMENT = "可以预约办理。"
NO_APPOINTMENT = "不支持预约办理。"
BOOKING_ADDRESS = "预约入口：{url}"
