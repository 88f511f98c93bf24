"""What do staff read when something does not go? One place for every sentence."""

from __future__ import annotations

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
    "skip": "跳过这一次",
    "trial": "试发",
    "repeat": "按计划再次发送",
    "series_over": "定期发送到此为止",
    "retry": "重发失败的",
    "resolve": "处理存疑的",
}
ROUTE_NAMES = {
    "template": "模板消息",
    "subscription": "订阅通知",
    "customer": "客服消息",
    "mass": "群发消息",
    "preview": "群发预览",
}
#: What a count of whom a route reaches stands on.
ROUTE_NOTES = {
    "template": "有地址的都能发；拉黑了公众号的，发出后才知道",
    "subscription": "只有同意接收订阅通知的能收到",
    "customer": "只有 48 小时内发过消息的能收到，每人最多 5 条",
    "mass": "每人每月最多收 4 条群发，本月已满的收不到",
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
    "not_prepared": "图文消息没有准备好，程序出错，没有发出",
    "quota": "平台今日的发送额度已用完",
    "permission": "公众号没有发送权限或已被限制",
    "token": "平台不认可公众号的凭证",
    "content": "平台不接受通知的内容",
    "not_configured": "这种发送方式还没有配置模板",
    "expired": "已超过有效期",
    "late": "错过了发送时间",
    "unknown": "系统里没有这位市民",
    "no_value": "没有填写通知所需的内容",
    "filled_too_long": "填写内容以后超出这种发送方式的字数",
    "left": "退订了全部通知，只接收紧急通知",
    "month_used_up": "本月已收满平台允许的 4 次群发",
    "no_window": "发送时距最近一次来消息已超过 48 小时，平台不允许发客服消息",
    "not_agreed": "没有同意接收订阅通知",
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


def text_too_long(surplus: int) -> str:
    return f"标题、正文、链接、附件和单位合起来太长，一条消息放不下，请删去约 {surplus} 个字。"


# -- what is said to each citizen

SOURCE_NAMES = {"case": "办件", "appointment": "预约", "list": "名单"}


def stray_brace(name: str) -> str:
    return f"{name}里的花括号没有成对，或里面不是要填的内容。要填的写成 {{办件编号}}；只想写花括号，请用全角的｛｝。"


def no_places_here(name: str) -> str:
    return f"{name}对每个人都一样，不能写花括号。"


def too_many_fields(most: int) -> str:
    return f"一份通知最多填 {most} 项内容。"


def unknown_field(name: str, known: list[str]) -> str:
    usable = (
        f"现在可以填：{'、'.join(known)}" if known else "现在的收件范围没有可填的内容，请先按办件、预约或带列的名单选人"
    )
    return f"不能填“{name}”。{usable}。"


def no_personal_mass() -> str:
    return "群发消息对每个人都一样，不能填个人内容，请换一种发送方式。"


def example_of_one() -> str:
    return "按收件人中的一位填写，能认出人的内容已隐去"


def no_example() -> str:
    return "收件人里没有一位的内容是齐的，还看不到填好的样子"


def nobody_to_try() -> str:
    return "收件人里没有一位的内容是齐的，没法试发。请检查通知要填的内容和收件范围。"


def too_many_columns(most: int) -> str:
    return f"名单最多 {most} 列。"


def two_lists() -> str:
    return "名单只能给一份：citizens 或 recipients。"


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


def no_recurring_emergency() -> str:
    return "紧急通知不能定期发送，请每次另行起草。"


def endless() -> str:
    return "定期发送的通知要写明发到什么时候为止。"


def bad_end(ends: str, days: int) -> str:
    return f"定期发送的截止时间 {ends} 应晚于第一次发送，且不超过 {days} 天。"


def bad_pattern(pattern: str) -> str:
    return f"看不懂定期发送的规则“{pattern}”。请写五项：分 时 日 月 星期，如每周一 9 点写成 0 9 * * 1。"


def unknown_zone(zone: str) -> str:
    return f"没有“{zone}”这个时区，例如可写 Asia/Shanghai。"


def never_again(pattern: str) -> str:
    return f"按规则“{pattern}”找不到下一次发送的日子，请检查日期。"


def too_often() -> str:
    return "两次发送至少要隔 1 小时，请检查规则里的“分”和“时”。"


def comes_once(number: int) -> str:
    return f"第 {number} 号通知没有下一次可排：不是定期发送的，或下一次已经排好。"


def follows(number: int, missed: int) -> str:
    left_out = f"，其间错过 {missed} 次，不再补发" if missed else ""
    return f"接第 {number} 号{left_out}"


def trial_title(title: str) -> str:
    return f"【试发】{title}"


def trial_detail(number: int, version: int) -> str:
    return f"第 {number} 号第 {version} 版"


def trial_of_trial() -> str:
    return "这本身就是一次试发，请回到原来的通知再试发。"


def no_testers() -> str:
    return "还没有试发人员。请先请审核的同事登记几位。"


def too_many_testers(most: int) -> str:
    return f"试发人员最多 {most} 位，请先移除不再需要的。"


def no_follower(citizen: str) -> str:
    return f"编号 {citizen} 没有关注公众号，收不到试发。"


def no_audience() -> str:
    return "没有收件人：现在没有人符合收件范围，或者名单是空的。"


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


def attachments_unseen() -> str:
    return "订阅通知里看不到附件，请放在链接的网页上。"


def cut_without_link() -> str:
    return "内容显示不全，又没有链接，群众看不到全文。请填写链接，或换一种发送方式。"


def no_department() -> str:
    return "没有填发文单位，群众不知道是谁发的。"


def nobody_reachable() -> str:
    return "没有一位收件人能收到。请检查收件人，或换一种发送方式。"


def beyond_a_day(calls: int, a_day: int) -> str:
    return f"需要调用平台 {calls} 次，超过每天 {a_day} 次的额度，当天发不完。"
