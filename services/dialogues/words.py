"""What are the assistant's intents and actions called for staff? Names in Chinese by the names of domain.yml."""

from __future__ import annotations

from collections.abc import Mapping

INTENTS: Mapping[str, str] = {
    "greet": "打招呼",
    "greet_new": "刚刚关注",
    "goodbye": "告别",
    "thanks": "感谢",
    "menu_help": "点了“帮助”",
    "menu_faq": "点了“政策问答”",
    "bot_challenge": "问是不是机器人",
    "human": "找工作人员",
    "phone_unanswered": "说电话打不通",
    "complain_answer": "说答得不对",
    "out_of_scope": "与政务无关",
    "affirm": "同意",
    "deny": "不同意",
    "stop": "停下来",
    "choose_option": "从几项里选",
    "change_topic": "换话题",
    "inform": "补充信息",
    "share_location": "发送位置",
    "unsupported_media": "发来不支持的内容",
    "voice_unrecognised": "语音没有听清",
    "find_item": "找事项",
    "ask_faq": "问政策",
    "ask_materials": "问材料",
    "ask_conditions": "问条件",
    "ask_time_limit": "问时限",
    "ask_fee": "问收费",
    "ask_place": "问地点",
    "ask_hours": "问办公时间",
    "ask_phone": "问咨询电话",
    "ask_complaint_phone": "问投诉电话",
    "ask_flow": "问流程",
    "ask_online": "问能不能网上办",
    "ask_trips": "问跑几次",
    "ask_department": "问哪个部门办",
    "ask_courier": "问能不能快递",
    "ask_appointment": "问能不能预约",
    "ask_result": "问办理结果",
    "ask_basis": "问办理依据",
    "ask_audience": "问谁能办",
    "book_appointment": "预约",
    "change_appointment": "改预约",
    "cancel_appointment": "取消预约",
    "list_appointments": "看预约",
    "query_progress": "查办件进度",
    "subscribe_case": "订阅办件进度",
    "await_answer": "等答案",
    "subscribe_topic": "订阅通知",
    "unsubscribe_topic": "退订通知",
    "list_subscriptions": "看订阅",
    "verify_notice": "核对通知真假",
    "ask_checklist": "要材料清单",
    "send_checklist": "发送清单",
    "nlu_fallback": "没有听懂",
}
ACTIONS: Mapping[str, str] = {
    "action_answer": "查事项和问答后答复",
    "action_choose_option": "按所选的继续",
    "action_apologise": "出错致歉",
    "action_change_topic": "换话题",
    "action_stop": "停下来",
    "action_other_ways": "告诉别的办法",
    "action_take_value": "记下补充的信息",
    "action_list_appointments": "列出预约",
    "action_show_halls": "列出大厅",
    "action_accept_offer": "接受提议",
    "action_decline_offer": "不接受提议",
    "action_subscribe_case": "订阅办件进度",
    "action_await_answer": "答应有答案再告诉",
    "action_subscribe_topic": "订阅通知",
    "action_unsubscribe_topic": "退订通知",
    "action_list_subscriptions": "列出订阅",
    "action_send_checklist": "给出材料清单",
    "appointment_form": "办理预约",
    "moving_form": "改预约",
    "cancelling_form": "取消预约",
    "progress_form": "查办件进度",
    "notice_form": "核对通知",
    "checklist_form": "按情形问清单",
    "validate_appointment_form": "核对预约信息",
    "validate_moving_form": "核对改约信息",
    "validate_cancelling_form": "核对取消信息",
    "validate_progress_form": "核对办件编号",
    "validate_notice_form": "核对通知内容",
    "validate_checklist_form": "核对清单答案",
}


def intent_name(intent: str) -> str:
    """In Chinese; one that this release does not know stays as it is called."""
    return INTENTS.get(intent, intent) or "没有意图"


def action_name(action: str) -> str:
    """In Chinese; sentences of domain.yml and what this release does not know stay as they are called."""
    return ACTIONS.get(action, action)
