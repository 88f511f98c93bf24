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
    "training.wanted": "训练新版本",
    "training.cancelled": "取消训练",
    "training.decided": "审阅变化",
    "training.promoted": "启用版本",
    "training.rolled_back": "退回版本",
    "training.kept_apart": "加入保留题",
    "training.kept_apart_no_more": "移出保留题",
    "examples.added": "新增例句",
    "examples.edited": "修改例句",
    "examples.removed": "删除例句",
    "faq.drafted": "保存问答草稿",
    "faq.draft_discarded": "丢弃问答草稿",
    "faq.published": "发布问答",
    "faq.restored": "恢复问答",
    "faq.withdrawn": "下架问答",
    "faq.out_of_scope": "问题不在服务范围",
    "faq.in_scope": "问题重新处理",
}
SUBJECTS: Mapping[str, str] = {
    "staff": "账号",
    "conversation": "会话",
    "faq": "问答",
    "question": "问题",
    "model": "模型版本",
    "example": "例句",
    "held-out": "保留题",
}
