"""How are actions and subjects of the audit log called on the page? A new action gets its line here."""

from __future__ import annotations

from collections.abc import Mapping

ACTIONS: Mapping[str, str] = {
    "staff.created": "新建账号",
    "staff.changed": "修改账号",
    "staff.reset": "重置账号",
    "staff.disabled": "停用账号",
    "staff.enabled": "恢复账号",
    "staff.password_set": "设置密码",
    "staff.password_changed": "修改密码",
    "staff.password_wrong": "密码错误",
    "staff.code_wrong": "验证码错误",
    "staff.signed_in": "登录",
    "staff.signed_out": "退出",
    "staff.sessions_ended": "强制退出",
    "staff.second_factor_set": "设置第二验证",
    "staff.second_factor_removed": "解除第二验证",
    "staff.recovery_codes_made": "更换备用码",
    "conversations.unmasked": "查看完整号码",
}
SUBJECTS: Mapping[str, str] = {"staff": "账号", "conversation": "会话"}
