"""How are ends of messages called on the FAQ's pages?"""

from __future__ import annotations

from collections.abc import Mapping

#: Of what was promised; empty: no end yet.
OUTCOMES: Mapping[str, str] = {"": "正在发送", "sent": "已送达", "failed": "没有送达", "in_doubt": "不确定是否送达"}
#: Why something did not arrive, by its name in the outbox.
REASONS: Mapping[str, str] = {
    "window_closed": "对方 48 小时内没有来过消息，平台不允许发送",
    "unreachable": "对方已取消关注或拒收消息",
    "quota": "平台的发送次数用完了",
    "content": "平台认为内容不合规",
    "permission": "公众号没有发送权限",
    "platform_error": "平台出错",
    "busy": "平台一直繁忙",
    "token": "平台的访问凭证失效",
    "answer_lost": "平台没有回音",
    "no_answer": "平台没有回音",
    "too_slow": "平台没有回音",
    "not_seen_to_end": "发送时程序中断",
}


def reason_text(reason: str) -> str:
    """In words; a name that is not known is shown as it is, so that it can be looked up in the log."""
    return REASONS.get(reason, reason)


def telling(count: int) -> str:
    """Said after a publication that somebody waited for."""
    return f"正在告诉 {count} 位等答案的群众。" if count else ""
