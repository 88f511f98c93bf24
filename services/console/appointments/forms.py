"""Which fields have the hall's pages, and how do they become hours, places and holidays?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from wtforms import DateField, Form, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from services.appointments.rules import WEEKDAYS, parse_opening
from services.appointments.texts import STATE_NAMES, WEEKDAY_NAMES

DAY_NAMES = dict(zip(WEEKDAYS, WEEKDAY_NAMES, strict=True))
#: What a day's list can be narrowed to; `arrived` is who has come and waits.
STATES = (("", "全部"), ("confirmed", "已预约"), ("arrived", "已到等候"), *list(STATE_NAMES.items())[2:])
_BETWEEN = re.compile(r"[\s,，、;；]+")


class DaySearchForm(Form):
    """Which part of which hall's day is shown."""

    hall = SelectField("大厅", choices=[], validate_choice=False)
    date = DateField("日期")
    service = SelectField("业务", choices=[], validate_choice=False)
    state = SelectField("状态", choices=STATES, validate_choice=False)


class FindForm(Form):
    """Whose appointments are looked for; hidden while it is typed, and never part of an address."""

    text = StringField(
        "预约号、身份证号或手机号",
        [DataRequired("请填写预约号、身份证号或手机号。"), Length(max=64, message="最多 64 个字符。")],
        render_kw={"autocomplete": "off"},
    )


class ReasonForm(Form):
    """Why."""

    reason = StringField("原因", [DataRequired("请写明原因。"), Length(max=200, message="原因最多 200 个字。")])


class PlacesForm(Form):
    """How many are served in one slot."""

    capacity = IntegerField(
        "每个时段号数",
        [
            InputRequired("请填写号数。"),
            NumberRange(min=1, max=1000, message="号数是 1 到 1000 之间的整数。"),
        ],
    )


def _check_hours(form: Form, field: StringField) -> None:
    try:
        parse_opening({"mon": hours(field.data or "")})
    except ValueError:
        text = f"{field.label.text}请写成 09:00-12:00 13:00-17:00 的样子，先早后晚，不能重叠；休息请留空。"
        raise ValidationError(text) from None


class HoursForm(Form):
    """When a hall is open."""

    mon = StringField("周一", [_check_hours])
    tue = StringField("周二", [_check_hours])
    wed = StringField("周三", [_check_hours])
    thu = StringField("周四", [_check_hours])
    fri = StringField("周五", [_check_hours])
    sat = StringField("周六", [_check_hours])
    sun = StringField("周日", [_check_hours])
    hours_text = StringField(
        "给群众看的办公时间",
        [Length(max=300, message="最多 300 个字。")],
        description="群众问办公时间时这样回答。",
    )

    def opening(self) -> dict[str, list[str]]:
        """Hours by weekday; the form has to be valid."""
        return {day: found for day in WEEKDAYS if (found := hours(self[day].data or ""))}


class HolidayForm(Form):
    """A day that does not follow its weekday."""

    day = DateField("日期", [InputRequired("请选择日期。")])
    name = StringField("名称", [DataRequired("请填写名称，例如：元旦。"), Length(max=64, message="名称最多 64 个字。")])
    kind = SelectField(
        "安排",
        choices=[("closed", "放假，所有大厅不办公"), *((day, f"上班，按{DAY_NAMES[day]}的时间") for day in WEEKDAYS)],
    )

    def validate_day(self, field: DateField) -> None:
        day: date | None = field.data
        if day is not None and not 2000 <= day.year <= 2100:
            raise ValidationError("请填写 2000 年到 2100 年之间的日期。")


def hours(written: str) -> list[str]:
    """`9:00-12:00，13:00—17:00` as intervals; what cannot be one is left for the check to refuse."""
    plain = written.replace("：", ":").replace("—", "-").replace("－", "-").replace("–", "-").strip()
    return [re.sub(r"(?<!\d)(\d:)", r"0\1", part) for part in _BETWEEN.split(plain) if part]


def shown_hours(opening: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Hours as the form's values."""
    return {day: " ".join(opening.get(day, ())) for day in WEEKDAYS}
