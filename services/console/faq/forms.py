"""Which fields has an FAQ entry on a page, and how do they become an entry?"""

from __future__ import annotations

from wtforms import DateField, Form, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from services.faq.sheet import COLUMNS
from services.faq.types import FaqEntry

MOST_WORDINGS = 200
LONGEST_WORDING = 500
#: Unanswered questions that one publication may answer: as many as are grouped.
MOST_ANSWERED = 500
STATES = (
    ("", "全部"),
    ("live", "生效中"),
    ("upcoming", "还没生效"),
    ("draft", "有草稿"),
    ("due", "已到期或 30 天内到期"),
    ("expiring", "30 天内到期"),
    ("expired", "已到期"),
    ("withdrawn", "已下架"),
)


OWNERS = (("", "全部"), ("me", "我负责的"), ("nobody", "没有负责人"))


class FaqSearchForm(Form):
    """Filters of the list."""

    department = SelectField("部门", choices=[], validate_choice=False)
    state = SelectField("状态", choices=STATES, validate_choice=False)
    owner = SelectField("负责人", choices=OWNERS, validate_choice=False)


class EntryForm(Form):
    """One entry."""

    question = StringField(
        "问题",
        [DataRequired("请填写问题。"), Length(max=LONGEST_WORDING, message="问题最多 500 个字。")],
        description="用群众的话写，一句话问清楚一件事。",
    )
    similar = TextAreaField(
        "相似问法",
        [Length(max=60_000, message="相似问法太长。")],
        description="每行一种问法，最多 200 行。问法越多，越容易问到。",
    )
    answer = TextAreaField(
        "答案",
        [DataRequired("请填写答案。"), Length(max=10_000, message="答案最多 10000 个字。")],
        description="第一句就说结论；手机上一屏大约能看 200 个字。",
    )
    department = StringField(
        "部门", [DataRequired("请填写答复部门。"), Length(max=200, message="部门名称最多 200 个字。")]
    )
    source = StringField("依据", [Length(max=200, message="依据最多 200 个字。")], description="文件名称和文号。")
    source_url = StringField(
        "依据链接",
        [
            Optional(),
            Regexp(r"^https?://\S+$", message="请填写以 http:// 或 https:// 开头的网址。"),
            Length(max=2000, message="网址最多 2000 个字符。"),
        ],
    )
    valid_from = DateField(
        "生效日期",
        [Optional()],
        description="这一天以前不答复；马上生效请留空。",
        render_kw={"max": "2999-12-31"},
    )
    valid_until = DateField(
        "有效期至",
        [Optional()],
        description="过了这一天就不再答复；到期前 30 天起提醒负责人。长期有效请留空。",
        render_kw={"max": "2999-12-31"},
    )
    owner = StringField(
        "负责人",
        [Length(max=200, message="负责人最多 200 个字。")],
        description="同事的登录名或姓名；快到期时，在他的首页提醒。",
        render_kw={"list": "owners", "autocomplete": "off"},
    )
    topics = StringField("主题", [Length(max=2000, message="主题太长。")], description="多个主题用逗号隔开。")
    task_code = StringField(
        "相关事项编码",
        [Length(max=64, message="事项编码最多 64 个字符。")],
        description="答复后会提示可以接着问这个事项。",
    )
    #: The version that the page was written upon.
    base = HiddenField(validators=[Regexp(r"^\d{0,9}$")])
    #: The unanswered questions that this entry answers.
    answers = SelectMultipleField(choices=[], validate_choice=False)

    def validate_similar(self, field: TextAreaField) -> None:
        lines = wordings(field.data or "")
        if len(lines) > MOST_WORDINGS:
            raise ValidationError(f"相似问法最多 {MOST_WORDINGS} 行，现在有 {len(lines)} 行。")
        long = next((number for number, line in enumerate(lines, 1) if len(line) > LONGEST_WORDING), None)
        if long is not None:
            raise ValidationError(f"第 {long} 行超过 {LONGEST_WORDING} 个字。")

    def validate_valid_until(self, field: DateField) -> None:
        if field.data and self.valid_from.data and self.valid_from.data > field.data:
            raise ValidationError("有效期至不能早于生效日期。")

    def validate_answers(self, field: SelectMultipleField) -> None:
        given = field.data or []
        if len(given) > MOST_ANSWERED or any(len(one) > LONGEST_WORDING for one in given):
            raise ValidationError("一次选的问题太多，请分几次处理。")

    def entry(self, entry_id: str) -> FaqEntry:
        """What the form says, as an entry; the form has to be valid."""
        question = (self.question.data or "").strip()
        return FaqEntry(
            id=entry_id,
            question=question,
            similar=[one for one in wordings(self.similar.data or "") if one != question],
            answer=(self.answer.data or "").replace("\r\n", "\n").strip(),
            department=(self.department.data or "").strip(),
            source=(self.source.data or "").strip(),
            source_url=(self.source_url.data or "").strip(),
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
            owner=(self.owner.data or "").strip(),
            topics=[topic for raw in (self.topics.data or "").replace("，", ",").split(",") if (topic := raw.strip())],
            task_code=(self.task_code.data or "").strip(),
        )


def wordings(text: str) -> list[str]:
    """The lines of a text, each once, without empty ones."""
    return list(dict.fromkeys(line for raw in text.splitlines() if (line := raw.strip())))


def fields_of(entry: FaqEntry) -> dict[str, object]:
    """An entry as the form's values."""
    return {
        "question": entry.question,
        "similar": "\n".join(entry.similar),
        "answer": entry.answer,
        "department": entry.department,
        "source": entry.source,
        "source_url": entry.source_url,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "owner": entry.owner,
        "topics": "，".join(entry.topics),
        "task_code": entry.task_code,
    }


#: Field -> what it is called, in the order of the page.
NAMES = {field: name for field, name in COLUMNS.items() if field != "id"}


def texts_of(entry: FaqEntry) -> dict[str, str]:
    """An entry as texts, for comparing two of them."""
    return {name: "" if value is None else str(value) for name, value in fields_of(entry).items()}
