"""What do staff read when something does not go? One place for every sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.notices.types import Change, Notice, Preview, Progress, Reach, Verification

STATE_NAMES = {
    "draft": "草稿",
    "submitted": "待审核",
    "approved": "已审核，等待发送时间",
    "due": "已到时间，准备发送",
    "late": "已过发送时间，等待决定",
    "sending": "发送中",
    "paused": "已暂停",
    "finished": "已发完",
    "cancelled": "已取消",
    "expired": "已过期",
}
ACTION_NAMES = {
    "create": "起草",
    "due": "到时间",
    "ask": "错过时间，等待决定",
    "start": "开始发送",
    "finish": "发送结束",
    "expire": "过期",
    "edit": "修改",
    "submit": "提交审核",
    "approve": "审核",
    "release": "确认仍要发送",
    "pause": "暂停",
    "resume": "继续",
    "cancel": "取消",
    "retry": "重发失败的",
    "resolve": "处理存疑的",
}
#: Why a row failed or is in doubt, or why a notice stopped by itself.
REASONS = {
    "no_address": "已取消关注或没有可用的地址",
    "unreachable": "平台无法送达此人",
    "window_closed": "超出平台允许的回复时间",
    "busy": "平台繁忙，多次重试仍未成功",
    "platform_error": "平台拒绝了这次发送",
    "too_few": "群发至少需要两位收件人",
    "worker_lost": "发送进程中断，不知是否送达",
    "no_answer": "平台没有答复，不知是否送达",
    "crashed": "发送时程序出错，不知是否送达",
    "quota": "平台今日的发送额度已用完",
    "permission": "公众号没有发送权限或已被限制",
    "token": "平台不认可公众号的凭证",
    "content": "平台不接受通知的内容",
    "not_configured": "这种发送方式还没有配置模板",
    "expired": "已超过有效期",
    "late": "错过了发送时间",
    "unknown": "系统里没有这位市民",
    "month_used_up": "本月已收满平台允许的 4 次群发",
    "quiet_hours": "免打扰时段，结束后发送",
}


def state_name(state: str) -> str:
    return STATE_NAMES.get(state, state)


def reason_text(reason: str) -> str:
    """A reason in words; its technical part after a colon stays."""
    name, _, rest = reason.partition(":")
    words = REASONS.get(name, name)
    return f"{words}（{rest}）" if rest else words


def wrong_state(number: int, state: str, action: str) -> str:
    return f"第 {number} 号通知现在是“{state_name(state)}”，不能{ACTION_NAMES.get(action, action)}。"


def not_found(reference: str) -> str:
    return f"没有编号为 {reference} 的通知。"


def same_person(name: str) -> str:
    return f"这份通知是{name}提交的，须由另一位同事审核。"


def system_name(name: str) -> str:
    return f"“{name}”是系统保留的名称，请写经办人的姓名。"


def past_due(when: str) -> str:
    return f"发送时间 {when} 已经过去，请改为今后的时间。"


def expires_before_due(expires: str, due: str) -> str:
    return f"有效期 {expires} 不晚于发送时间 {due}，通知会来不及发送。"


def title_too_long(limit: int, length: int) -> str:
    return f"标题最多 {limit} 个字，现在有 {length} 个字。"


def body_too_long(limit: int, length: int) -> str:
    return f"正文最多 {limit} 个字，现在有 {length} 个字。"


def empty_field(name: str) -> str:
    return f"{name}不能为空。"


def unprintable(name: str) -> str:
    return f"{name}里有不能显示的字符或换行，请删去。"


def too_far(when: str) -> str:
    return f"发送时间 {when} 太远，请检查年份。"


def bad_url(url: str) -> str:
    return f"链接要以 http:// 或 https:// 开头：{url}"


def half_quiet() -> str:
    return "免打扰时段要同时写明开始和结束时间。"


def no_audience() -> str:
    return "没有收件人：还没有人关注，或名单是空的。"


def stale_version(expected: int, actual: int) -> str:
    return f"您看到的是第 {expected} 版，通知已改到第 {actual} 版，请重新查看后再审核。"


def nothing_failed(number: int) -> str:
    return f"第 {number} 号通知没有失败的收件人。"


def nothing_in_doubt(number: int) -> str:
    return f"第 {number} 号通知没有存疑的收件人。"


def over(number: int) -> str:
    return f"第 {number} 号通知已超过有效期，不能再发送。"


# -- before it is sent


def cut(text: str, missing: int) -> str:
    return f"手机上只显示“{text}”，后面还有 {missing} 个字看不到。"


def cut_without_link() -> str:
    return "内容显示不全，又没有链接，群众看不到全文。请填写链接，或换一种发送方式。"


def no_department() -> str:
    return "没有填发文单位，群众不知道是谁发的。"


def nobody_reachable() -> str:
    return "没有一位收件人能收到。请检查收件人，或换一种发送方式。"


def beyond_a_day(calls: int, a_day: int) -> str:
    return f"需要调用平台 {calls} 次，超过每天 {a_day} 次的额度，当天发不完。"


# -- the command line


ROUTE_NAMES = {"template": "模板消息", "subscription": "订阅通知", "mass": "群发消息"}


def preview_lines(preview: Preview) -> Iterator[str]:
    """One route's preview, line by line."""
    yield f"── {ROUTE_NAMES[preview.route]}{'（本通知的发送方式）' if preview.chosen else ''}"
    for line in preview.lines:
        yield f"{line.field}：{line.text}" if line.field else line.text
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


def bad_line(line: int, value: str, reason: str) -> str:
    if reason.startswith("same_as_line_"):
        return f"第 {line} 行与第 {reason.rsplit('_', 1)[1]} 行重复：{value}"
    return f"第 {line} 行不是市民编号：{value}"


def notice_lines(notice: Notice, progress: Progress, *, say: Callable[[datetime], str]) -> Iterator[str]:
    """A notice and how its sending goes, line by line."""
    why = f"（{reason_text(notice.reason)}）" if notice.reason else ""
    yield f"第 {notice.number} 号（第 {notice.version} 版）《{notice.title}》"
    yield f"状态：{notice.state_text}{why}"
    yield f"发送时间：{say(notice.due_at)}"
    yield f"起草：{notice.author}  提交：{notice.submitted_by or '—'}  审核：{notice.approved_by or '—'}"
    yield notice.body
    if notice.url:
        yield notice.url
    counted = progress.counters
    yield (
        f"收件人 {counted.audience}：已发 {counted.accepted}，失败 {counted.failed}，存疑 {counted.in_doubt}，"
        f"取消 {counted.cancelled}，待发 {counted.pending}"
    )
    if counted.delivered or counted.blocked or counted.undelivered:
        yield f"平台回执：送达 {counted.delivered}，被拒收 {counted.blocked}，未送达 {counted.undelivered}"
    if progress.rate:
        left = "" if progress.seconds_left is None else f"，还需约 {progress.seconds_left:.0f} 秒"
        yield f"速度：每秒 {progress.rate:.0f} 人{left}"


def change_line(change: Change, when: str) -> str:
    detail = f"（{change.detail}）" if change.detail else ""
    states = f"{state_name(change.from_state)} → {state_name(change.to_state)}"
    return f"{when}  {change.by}  {ACTION_NAMES.get(change.action, change.action)}  {states}{detail}"
