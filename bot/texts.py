"""What do citizens read that does not come from the assistant?"""

from __future__ import annotations

from datetime import date, datetime

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
REMINDER_TITLE = "您预约的事项快到时间了"
CANCELLED_TITLE = "您的预约被大厅取消了"
CASE_TITLE = "您关注的办件有了新进展"
ANSWER_TITLE = "您问的问题有答案了"
#: A card shows no more of an answer; the rest is told to who asks again.
CARD_ANSWER = 120


def apology(hotline: str) -> str:
    """The assistant could not answer."""
    return (
        "非常抱歉，您的问题我们收到了，但智能助手现在没能答上来。\n"
        f"请您过一会儿再发一次；事情着急的话，可以拨打{hotline}政务服务热线，会有工作人员为您解答。"
    )


def options(titles: list[str]) -> str:
    """Things to choose from, as numbered lines."""
    return "\n".join(f"{number}. {title}" for number, title in enumerate(titles, start=1))


def reminder(*, service: str, place: str, starts_at: datetime, ends_at: datetime, code: str) -> str:
    """The day before an appointment."""
    return (
        f"【预约提醒】您预约的“{service}”快到时间了。\n"
        f"时间：{day_and_time(starts_at)}至{ends_at:%H:%M}\n"
        f"地点：{place}\n"
        f"预约号：{code}\n"
        "请带好身份证件和所需材料，提前十分钟到场取号。来不了的话，请回复“取消预约”，把号留给需要的人。"
    )


def reminder_remark(*, place: str, code: str) -> str:
    """What the reminder's card says besides what and when."""
    return f"地点：{place}\n预约号：{code}\n请带好身份证件和所需材料，提前十分钟到场取号。来不了请回复“取消预约”。"


def appointment_cancelled(
    *, service: str, place: str, starts_at: datetime, ends_at: datetime, code: str, reason: str, phone: str
) -> str:
    """A hall has taken an appointment back."""
    return (
        f"【预约取消】非常抱歉，大厅取消了您预约的“{service}”。\n"
        f"时间：{day_and_time(starts_at)}至{ends_at:%H:%M}\n"
        f"地点：{place}\n"
        f"预约号：{code}\n"
        f"原因：{reason}\n"
        f"需要的话，请回复“预约”另选时间。{_ask(phone)}"
    )


def cancelled_remark(*, place: str, reason: str, phone: str) -> str:
    """What the cancellation's card says besides what and when."""
    return f"地点：{place}\n原因：{reason}\n需要的话，请回复“预约”另选时间。{_ask(phone)}"


def _ask(phone: str) -> str:
    return f"有疑问请拨打{phone}。" if phone else ""


def case_moved(*, task: str, project_no: str, state: str, step: str, organisation: str) -> str:
    """A case to which the citizen has subscribed has moved."""
    lines = [
        "【办件进度】您关注的办件有了新进展。",
        f"事项：{task}",
        f"办件编号：{project_no}",
        f"最新进展：{step}" if step else "",
        f"目前状态：{state}" if state else "",
        f"办理单位：{organisation}" if organisation else "",
    ]
    return "\n".join(filter(None, lines))


def case_remark(*, project_no: str, state: str, step: str) -> str:
    """What the case's card says besides what and when."""
    lines = [f"办件编号：{project_no}", f"最新进展：{step}" if step else "", f"目前状态：{state}" if state else ""]
    return "\n".join(filter(None, lines))


def answered(*, asked: str, answer: str, department: str, source: str, until: date | None) -> str:
    """A question that a citizen waited for is answered."""
    lines = [
        f"【有答案了】您之前问：“{asked}”",
        answer,
        _signed(department, source),
        f"以上答复有效期至{until:%Y年%m月%d日}。" if until else "",
    ]
    return "\n".join(filter(None, lines))


def answer_remark(*, answer: str, department: str, source: str) -> str:
    """What the answer's card says besides what was asked and when it was answered."""
    if len(answer) > CARD_ANSWER:
        return f"{answer[:CARD_ANSWER]}……\n请把问题再发一次，就能看到完整答复。"
    return f"{answer}\n{_signed(department, source)}".strip()


def _signed(department: str, source: str) -> str:
    """Who says so, and by what, as the assistant says it (`utter_faq`)."""
    said = "。".join(filter(None, (department, f"依据：{source}" if source else "")))
    return f"（{said}）" if said else ""


def day_and_time(instant: datetime) -> str:
    """As one says it: 11月24日（周二）09:00."""
    return f"{instant.month}月{instant.day}日（{WEEKDAYS[instant.weekday()]}）{instant:%H:%M}"
