"""How are intents and entities called for staff? A new one of the domain gets its line here."""

from __future__ import annotations

from collections.abc import Mapping

#: What citizens want, by the assistant's name of it.
INTENTS: Mapping[str, str] = {
    "greet": "打招呼",
    "greet_new": "刚关注",
    "goodbye": "告别",
    "thanks": "道谢",
    "menu_help": "菜单：使用帮助",
    "menu_faq": "菜单：常见问题",
    "bot_challenge": "问是不是机器人",
    "human": "要人工服务",
    "phone_unanswered": "说电话打不通",
    "complain_answer": "说答得不对",
    "out_of_scope": "与政务无关",
    "affirm": "说是",
    "deny": "说不是",
    "stop": "不办了",
    "choose_option": "选第几个",
    "change_topic": "换个话题",
    "inform": "只给信息",
    "share_location": "发来位置",
    "unsupported_media": "发来图片等",
    "voice_unrecognised": "语音没听清",
    "find_item": "找事项",
    "ask_faq": "问政策和常识",
    "ask_materials": "问材料",
    "ask_conditions": "问条件",
    "ask_time_limit": "问办理时限",
    "ask_fee": "问收费",
    "ask_place": "问地点",
    "ask_hours": "问办公时间",
    "ask_phone": "问咨询电话",
    "ask_complaint_phone": "问投诉电话",
    "ask_flow": "问流程",
    "ask_online": "问能否网上办",
    "ask_trips": "问跑几趟",
    "ask_department": "问哪个部门管",
    "ask_courier": "问能否邮寄",
    "ask_appointment": "问要不要预约",
    "ask_result": "问办结后得到什么",
    "ask_basis": "问办理依据",
    "ask_audience": "问谁能办",
    "book_appointment": "预约",
    "change_appointment": "改预约",
    "cancel_appointment": "取消预约",
    "list_appointments": "查我的预约",
    "query_progress": "查办件进度",
    "subscribe_case": "订阅办件进度",
    "await_answer": "有答案时告诉我",
    "subscribe_topic": "订阅通知",
    "unsubscribe_topic": "退订通知",
    "list_subscriptions": "查我的订阅",
    "verify_notice": "核实通知真假",
    "ask_checklist": "问办事清单",
    "send_checklist": "发办事清单",
    "nlu_fallback": "没有听懂",
}
#: What words of a sentence are, by the assistant's name of it.
ENTITIES: Mapping[str, str] = {
    "id_card": "身份证号",
    "id_wrong": "写错的身份证号",
    "mobile": "手机号",
    "bank_card": "银行卡号",
    "case_number": "办件编号",
    "query_code": "查询码",
    "date": "日期",
    "time": "时间",
    "phone": "固定电话",
    "applicant": "申请人",
    "district": "区县",
    "hall": "大厅",
    "department": "部门",
    "latitude": "纬度",
    "longitude": "经度",
    "says_materials": "问材料的话",
    "says_conditions": "问条件的话",
    "says_time_limit": "问时限的话",
    "says_fee": "问收费的话",
    "says_place": "问地点的话",
    "says_hours": "问办公时间的话",
    "says_phone": "问电话的话",
    "says_complaint_phone": "问投诉电话的话",
    "says_flow": "问流程的话",
    "says_online": "问网上办的话",
    "says_trips": "问跑几趟的话",
    "says_department": "问部门的话",
    "says_courier": "问邮寄的话",
    "says_appointment": "问预约的话",
    "says_result": "问结果的话",
    "says_basis": "问依据的话",
    "says_audience": "问谁能办的话",
    "asks_genuine": "问真假的话",
}


def intent_title(name: str) -> str:
    """In words; a name that is not known yet is shown as it is."""
    return INTENTS.get(name, name)


def entity_title(name: str) -> str:
    """In words; a name that is not known yet is shown as it is."""
    return ENTITIES.get(name, name)
