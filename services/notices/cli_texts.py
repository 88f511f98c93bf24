"""What do the notice commands print? Lines for the terminal; refusals and names are in texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from services.notices import trail_texts
from services.notices.article_texts import FORM_NAMES
from services.notices.texts import ACTION_NAMES, reason_text, state_name

if TYPE_CHECKING:
    from services.notices.results import Change, Choice, Choices, Notice, Preview, Progress, Reach, Verification


def preview_lines(preview: Preview) -> Iterator[str]:
    """One route's preview, line by line."""
    form = f"（{FORM_NAMES[preview.form]}）" if preview.form == "news" else ""
    yield f"── {preview.route_text}{form}{'（本通知的发送方式）' if preview.chosen else ''}"
    for line in preview.lines:
        yield f"{line.field}：{line.text}" if line.field else line.text
    if preview.example:
        yield f"（{preview.example}）"
    yield f"点开：{preview.opens}" if preview.opens else "点开：没有链接"
    for warning in preview.warnings:
        yield f"注意：{warning}"


def reach_lines(reach: Reach) -> Iterator[str]:
    """Who gets it and who does not, line by line."""
    yield f"收件人 {reach.audience}：能收到 {reach.reachable}，收不到 {reach.audience - reach.reachable}"
    for lost in reach.unreachable:
        more = " 等" if lost.count > len(lost.citizens) else ""
        yield f"收不到 {lost.count}：{lost.reason_text}：{'、'.join(map(str, lost.citizens))}{more}"
    allowed = "" if reach.calls_a_day is None else f"，平台每天允许 {reach.calls_a_day} 次"
    yield f"最多调用平台 {reach.calls} 次{allowed}"
    for warning in reach.warnings:
        yield f"注意：{warning}"


def verified(found: Verification, when: str) -> str:
    named = f"第 {found.number} 号通知《{found.title}》（{when} 开始发送）"
    withdrawn = "该通知后来已撤回或改版。" if found.withdrawn else ""
    return {
        "genuine": f"属实：是{named}。{withdrawn}",
        "changed": f"不能确认：与{named}相近，但内容有出入，可能被人改过。",
        "unknown": "不能确认：最近一年发出的通知里没有这段文字。",
        "short": "文字太少，无法核实，请提供通知全文。",
    }[found.verdict]


def created(number: int, title: str, due: str) -> str:
    return f"已起草第 {number} 号通知《{title}》，发送时间 {due}。请提交审核。"


def scheduled(number: int, due: str, audience: int) -> str:
    return f"第 {number} 号通知已审核，将于 {due} 发给 {audience} 人。"


def trial_sent(number: int) -> str:
    return f"已试发（第 {number} 号），几秒内会出现在试发人员的手机上。"


def tester_incomplete() -> str:
    return "登记试发人员要写 --add 市民编号、--name 姓名和 --by 经办人；市民编号形如 3f2b8c1e-…。"


def edited(number: int, version: int) -> str:
    return f"第 {number} 号通知已修改（第 {version} 版），请重新提交审核。"


def now_in_state(number: int, state: str) -> str:
    return f"第 {number} 号通知：{state_name(state)}。"


def bad_time(value: str) -> str:
    return f"看不懂这个时间：{value}。请写成 2026-11-24 09:00。"


def bad_quiet(value: str) -> str:
    return f"看不懂这个时段：{value}。请写成 22:00-07:00。"


def unreadable(path: str, error: str) -> str:
    return f"读不了文件 {path}（{error}）。请检查文件名，并存为 UTF-8 编码。"


def unreadable_picture(path: str, error: str) -> str:
    return f"读不了封面图片 {path}（{error}）。请检查文件名。"


def notice_lines(notice: Notice, progress: Progress, *, say: Callable[[datetime], str]) -> Iterator[str]:
    """A notice and how its sending goes, line by line."""
    why = f"（{reason_text(notice.reason)}）" if notice.reason else ""
    yield f"第 {notice.number} 号（第 {notice.version} 版）《{notice.title}》"
    yield f"状态：{notice.state_text}{why}"
    yield f"发送时间：{say(notice.due_at)}"
    if notice.recurrence:
        until = "" if notice.recurrence_ends_at is None else f"，到 {say(notice.recurrence_ends_at)} 为止"
        following = "" if notice.next_at is None else f"；下一次 {say(notice.next_at)}"
        yield f"定期：{notice.recurrence}（{notice.recurrence_zone}）{until}{following}"
    yield f"起草：{notice.author}  提交：{notice.submitted_by or '—'}  审核：{notice.approved_by or '—'}"
    if notice.mass_form == "news":
        yield f"群发形式：{FORM_NAMES[notice.mass_form]}  摘要：{notice.digest or '（正文开头）'}"
    yield notice.body
    if notice.url:
        yield notice.url
    for one in notice.attachments:
        yield f"附件：{one.name} {one.url}"
    counted = progress.counters
    yield (
        f"收件人 {counted.audience}：已发 {counted.accepted}，失败 {counted.failed}，存疑 {counted.in_doubt}，"
        f"取消 {counted.cancelled}，待发 {counted.pending}"
    )
    yield from reason_lines(progress)
    if counted.delivered or counted.blocked or counted.undelivered:
        yield f"平台回执：送达 {counted.delivered}，被拒收 {counted.blocked}，未送达 {counted.undelivered}"
    if progress.rate:
        left = "" if progress.seconds_left is None else f"，还需约 {progress.seconds_left:.0f} 秒"
        yield f"速度：每秒 {progress.rate:.0f} 人{left}"


def reason_lines(progress: Progress) -> Iterator[str]:
    """What failed and what is in doubt, by reason."""
    for wrong in progress.reasons:
        yield f"  {'存疑' if wrong.state == 'in_doubt' else '失败'} {wrong.count}：{wrong.reason_text}"


def progress_line(progress: Progress) -> str:
    """How far the sending is, in one line."""
    counted = progress.counters
    why = f"（{reason_text(progress.reason)}）" if progress.reason else ""
    left = "" if progress.seconds_left is None else f"，还需约 {progress.seconds_left:.0f} 秒"
    speed = f"，每秒 {progress.rate:.0f} 人{left}" if progress.rate and counted.pending else ""
    done = counted.audience - counted.pending
    return (
        f"{progress.state_text}{why}：{done} / {counted.audience}，已发 {counted.accepted}，"
        f"失败 {counted.failed}，存疑 {counted.in_doubt}，取消 {counted.cancelled}{speed}"
    )


def choice_rows(found: Choices) -> Iterator[tuple[str, Sequence[Choice]]]:
    """How a rule by each kind is written, and what there is of it."""
    yield "主题=…", found.topics
    yield "地区=…", found.districts
    yield "标签=…", found.tags
    yield "办件=事项:…", found.tasks
    yield "办件=状态:…", found.case_states
    yield "预约=业务:…", found.services
    yield "预约=大厅:…", found.halls


def change_line(change: Change, when: str) -> str:
    said = trail_texts.detail(change.action, change.detail)
    detail = f"（{said}）" if said else ""
    states = f"{state_name(change.from_state)} → {state_name(change.to_state)}"
    return f"{when}  {change.by}  {ACTION_NAMES.get(change.action, change.action)}  {states}{detail}"
