"""Which fields has a notice on a page, and how do they become a draft or an edit?"""

from __future__ import annotations

from datetime import datetime

import msgspec
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FileField,
    Form,
    HiddenField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from services.clock import CITY_ZONE
from services.console.notices.repeats import CHOICES, OTHER, choice_of, pattern_of, unknown_zone
from services.notices import checks
from services.notices.article_texts import SIZES
from services.notices.errors import BadNotice
from services.notices.results import Notice
from services.notices.rules import NEWS_DIGEST
from services.notices.types import Attachments, NoticeDraft, NoticeEdit

ROUTES = (
    ("template", "模板消息（每个关注的人都能收到）"),
    ("subscription", "订阅通知（只发给订阅过的人）"),
    ("customer", "客服消息（只发给两天内发过消息的人）"),
    ("mass", "群发消息（每人每月最多四条）"),
)
FORMS = (("text", "文字"), ("news", "图文（带封面的卡片，点开看文章）"))
MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
LATE = (("ask", "先问我，不自动发"), ("send", "照样马上发送"), ("skip", "不再发送"))
STATES = (
    ("", "全部"),
    ("draft", "草稿"),
    ("submitted", "待审核"),
    ("approved", "等待发送"),
    ("due", "准备发送"),
    ("late", "错过时间"),
    ("sending", "发送中"),
    ("paused", "已暂停"),
    ("finished", "已发完"),
    ("cancelled", "已取消"),
    ("expired", "已过期"),
)


class NoticeSearchForm(Form):
    """Filters of the list."""

    state = SelectField("状态", choices=STATES, validate_choice=False)


class NoticeForm(Form):
    """One notice."""

    title = StringField("标题", [DataRequired("请填写标题。"), Length(max=200, message="标题最多 200 个字。")])
    body = TextAreaField(
        "正文",
        [DataRequired("请填写正文。"), Length(max=5000, message="正文最多 5000 个字。")],
        description="第一句就说什么事、从什么时候起。手机上的样子见本页的预览。",
    )
    department = StringField(
        "发文单位", [DataRequired("请填写发文单位。"), Length(max=200, message="单位名称最多 200 个字。")]
    )
    source_document = StringField("文号", [Length(max=200, message="文号最多 200 个字。")])
    url = StringField(
        "链接",
        [Optional(), Regexp(r"^https?://\S+$", message="请填写以 http:// 或 https:// 开头的网址。"), Length(max=1000)],
        description="点开通知以后看到的网页；内容显示不全时一定要填。",
    )
    attachments = TextAreaField(
        "附件",
        [Length(max=2000)],
        description="一行一个：先写名称，空一格写网址。最多 5 个；订阅通知里看不到。",
    )
    route = SelectField("发送方式", choices=ROUTES)
    mass_form = SelectField(
        "群发形式", choices=FORMS, default="text", description="图文的标题最多 32 个字，正文最多 2000 个字。"
    )
    digest = StringField(
        "摘要",
        [Length(max=NEWS_DIGEST, message=f"摘要最多 {NEWS_DIGEST} 个字。")],
        description="显示在卡片的标题下面；不填就取正文开头。",
    )
    cover_file = FileField("封面图片", description=f"{SIZES}，建议 900×383。选好后马上检查并显示在这里和预览里。")
    #: The cover that was taken in already, carried along.
    cover = HiddenField(validators=[Optional(), Regexp(r"^[0-9a-f]{64}$", message="封面没有读懂，请重新选择。")])
    due_at = DateTimeLocalField("发送时间", [DataRequired("请填写发送时间，例如 2026-12-30 09:00。")], format=MOMENT)
    late_policy = SelectField(
        "错过时间以后", choices=LATE, description="机器停机等原因错过发送时间 15 分钟以上时怎么办。"
    )
    expires_at = DateTimeLocalField(
        "最晚发送时间", [Optional()], format=MOMENT, description="过了这个时间还没发出的不再发送；可以不填。"
    )
    quiet_from = TimeField("免打扰开始", [Optional()], description="例如 22:00；紧急通知不受限制。")
    quiet_until = TimeField("免打扰结束", [Optional()])
    repeat = SelectField("重复", choices=CHOICES, description="以后每次按这次的时间再发，不必重新审核。")
    repeat_until = DateTimeLocalField(
        "重复到", [Optional()], format=MOMENT, description="要重复的通知必填；这以后不再发。"
    )
    #: Only where the choice is a pattern of one's own.
    pattern = StringField(
        "发送规则（cron）",
        [Length(max=100, message="规则最多 100 个字符。")],
        description="五项，中间空一格：分 时 日 月 星期。* 是每一个，1-5 是一到五，1,15 是一和十五，*/2 是每隔两个，"
        "日写 L 是每月最后一天，星期写 0 或 7 是星期日。"
        "例如 0 9 * * 1-5：每周一到周五 9 点；30 14 1,15 * *：每月 1 日和 15 日 14:30。",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    zone = StringField(
        "规则的时区",
        [Length(max=64, message="时区最多 64 个字符。")],
        default=CITY_ZONE.key,
        description="规则里的时和分按哪里的钟，一般不用改。上面的发送时间（第一次）始终是北京时间。",
        render_kw={"list": "zones", "autocomplete": "off", "spellcheck": "false"},
    )
    emergency = BooleanField("紧急通知：插到正在发送的通知前面，不受免打扰时间限制")

    def values(self) -> dict[str, object]:
        """The fields as the notices service takes them; the form has to be valid."""
        return {
            "title": (self.title.data or "").strip(),
            "body": (self.body.data or "").replace("\r\n", "\n").strip(),
            "department": (self.department.data or "").strip(),
            "source_document": (self.source_document.data or "").strip(),
            "url": (self.url.data or "").strip(),
            "attachments": attachments_of(self.attachments.data or ""),
            "route": self.route.data,
            "mass_form": self.mass_form.data,
            "digest": (self.digest.data or "").strip(),
            "cover": self.cover.data or None,
            "due_at": self.first(),
            "late_policy": self.late_policy.data,
            "expires_at": _instant(self.expires_at.data),
            "quiet_from": self.quiet_from.data,
            "quiet_until": self.quiet_until.data,
            "emergency": bool(self.emergency.data),
            "recurrence": self.repetition()[0],
            "recurrence_zone": self.repetition()[1],
            "recurrence_ends_at": self.last() if self.repeat.data else None,
        }

    def repetition(self) -> tuple[str, str]:
        """The pattern, and the zone whose clock it means."""
        if self.repeat.data == OTHER:
            return " ".join((self.pattern.data or "").split()), (self.zone.data or "").strip()
        pattern = pattern_of(self.repeat.data or "", self.due_at.data) if self.due_at.data else ""
        return pattern, CITY_ZONE.key

    def first(self) -> datetime | None:
        """When it goes out first."""
        return _instant(self.due_at.data)

    def last(self) -> datetime | None:
        """When it comes no more."""
        return _instant(self.repeat_until.data)

    def validate_pattern(self, field: StringField) -> None:
        """It means something; its zone is looked at by itself."""
        pattern, zone = self.repetition()
        first = self.first()
        if self.repeat.data != OTHER or first is None:
            return
        if not pattern:
            raise ValidationError("请填写发送规则，例如每周一到周五 9 点写成 0 9 * * 1-5。")
        try:
            checks.pattern(pattern, CITY_ZONE.key if unknown_zone(zone) else zone, first)
        except BadNotice as error:
            raise ValidationError(error.detail) from error

    def validate_zone(self, field: StringField) -> None:
        """It is one."""
        if self.repeat.data == OTHER and (reason := unknown_zone(self.repetition()[1])):
            raise ValidationError(reason)

    def validate_attachments(self, field: TextAreaField) -> None:
        """Each line is a name and a link."""
        try:
            msgspec.convert(attachments_of(field.data or ""), Attachments)
        except msgspec.ValidationError as error:
            raise ValidationError("请每行写一个附件：名称（40 字以内）、空格、网址；最多 5 个。") from error

    def draft(self, author: str) -> NoticeDraft:
        """A new notice."""
        return msgspec.convert({**self.values(), "author": author}, NoticeDraft)

    def edit(self, staff: str) -> NoticeEdit:
        """A change of all fields."""
        return msgspec.convert({**self.values(), "staff": staff}, NoticeEdit)


def fields_of(notice: Notice) -> dict[str, object]:
    """A notice as the form's values, by the city's clock."""
    names = ("title", "body", "department", "source_document", "url", "route", "mass_form", "digest", "cover")
    plan = ("late_policy", "emergency", "quiet_from", "quiet_until")
    known: dict[str, object] = {name: getattr(notice, name) for name in (*names, *plan)}
    known["attachments"] = "\n".join(f"{one.name} {one.url}" for one in notice.attachments)
    known["due_at"] = _wall_clock(notice.due_at)
    known["expires_at"] = _wall_clock(notice.expires_at)
    known["repeat"] = choice_of(notice.recurrence, notice.recurrence_zone)
    known["pattern"], known["zone"] = notice.recurrence, notice.recurrence_zone
    known["repeat_until"] = _wall_clock(notice.recurrence_ends_at)
    return known


def attachments_of(written: str) -> list[dict[str, str]]:
    """Each line's name and link; what is left out is left empty and refused further on."""
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    pairs = [line.rsplit(maxsplit=1) if len(line.split()) > 1 else ["", line] for line in lines]
    return [{"name": name.strip(), "url": url} for name, url in pairs]


def _wall_clock(instant: datetime | None) -> datetime | None:
    return instant and instant.astimezone(CITY_ZONE).replace(tzinfo=None)


def _instant(written: datetime | None) -> datetime | None:
    """What was written is the city's time."""
    return written.replace(tzinfo=CITY_ZONE) if written else None
