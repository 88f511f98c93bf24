"""How does a line of a notice's trail read? What is kept in short, in the words of staff."""

from __future__ import annotations

import re

from services.notices.texts import reason_text

FIELD_NAMES = {
    "title": "标题",
    "body": "正文",
    "due_at": "发送时间",
    "url": "链接",
    "department": "发文单位",
    "source_document": "文号",
    "attachments": "附件",
    "route": "发送方式",
    "late_policy": "错过时间怎么办",
    "late_after_seconds": "晚多久算错过",
    "expires_at": "最晚发送时间",
    "quiet_from": "免打扰开始",
    "quiet_until": "免打扰结束",
    "emergency": "是否紧急",
    "recurrence": "重复",
    "recurrence_zone": "重复的时区",
    "recurrence_ends_at": "重复到",
    "audience": "收件范围",
    "mass_form": "群发形式",
    "cover": "封面",
    "digest": "摘要",
}
REDONE = re.compile(r"(?P<what>retry|resolve again|resolve sent) (?P<count>\d+)(?:: (?P<why>.*))?", re.DOTALL)
DONE = {
    "retry": "失败的 {count} 人",
    "resolve again": "存疑的 {count} 人再发一次",
    "resolve sent": "存疑的 {count} 人视为已送达",
}
#: Actions whose detail is a reason.
BY_REASON = frozenset({"pause", "expire", "ask", "due", "start", "wait"})


def detail(action: str, kept: str) -> str:
    """The detail of one line, to be read; what has no words of its own stays as it is."""
    if action == "edit":
        return "、".join(FIELD_NAMES.get(name, name) for name in kept.split(", ") if name)
    redone = REDONE.fullmatch(kept)
    if redone is not None:
        said = DONE[redone["what"]].format(count=redone["count"])
        return f"{said}：{redone['why']}" if redone["why"] else said
    return reason_text(kept) if action in BY_REASON and kept else kept
