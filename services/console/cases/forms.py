"""Which fields has a step of a case on a page, and how do they become a step?"""

from __future__ import annotations

from datetime import datetime

import msgspec
from wtforms import DateTimeLocalField, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from services.clock import CITY_ZONE, local
from services.progress.desk import DeskStep
from services.progress.desk_repository import OPEN, OVERDUE
from services.progress.types import NewStep

MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
FILTERS = (("", "全部"), (OPEN, "在办"), (OVERDUE, "超过承诺时限"))


class CaseSearchForm(Form):
    """Filters of the list."""

    state = SelectField("状态", choices=FILTERS, validate_choice=False)


class StepForm(Form):
    """One step, and the state to which it brings the case."""

    process_name = StringField(
        "环节",
        [DataRequired("请填写环节名称，例如：审查。"), Length(max=200, message="环节名称最多 200 个字。")],
    )
    state = SelectField("环节状态", choices=[], default="")
    special = SelectField("特别程序", choices=[], default="")
    started_at = DateTimeLocalField("开始时间", [Optional()], format=MOMENT)
    ended_at = DateTimeLocalField("结束时间", [Optional()], format=MOMENT, description="环节还没有办完请留空。")
    explain = TextAreaField(
        "说明",
        [Length(max=2000, message="说明最多 2000 个字。")],
        description="申请人查办件时看得到，例如要补正哪些材料。请不要写个人号码。",
    )
    case_state = SelectField("办件状态改为", choices=[], default="")
    #: The step's own key: the same form sent twice is the same step.
    key = HiddenField(validators=[DataRequired(), Length(max=64)])
    #: The case's revision when the page was shown.
    base = HiddenField(validators=[Regexp(r"^\d{1,9}$")])

    def validate_ended_at(self, field: DateTimeLocalField) -> None:
        if field.data and self.started_at.data and field.data < self.started_at.data:
            raise ValidationError("结束时间不能早于开始时间。")

    def step(self, known: DeskStep | None) -> NewStep:
        """What the form says; `known` is the step that it changes. The form has to be valid."""
        values = {
            "process_name": (self.process_name.data or "").strip(),
            "event_name": known.event_name if known else "",
            "state": self.state.data or None,
            "special": self.special.data or None,
            "step_key": self.key.data,
            "started_at": _instant(self.started_at.data, known.started_at if known else None),
            "ended_at": _instant(self.ended_at.data, known.ended_at if known else None),
            "explain": (self.explain.data or "").replace("\r\n", "\n").strip(),
            "case_state": self.case_state.data or None,
        }
        return msgspec.convert(values, NewStep)


def fields_of(step: DeskStep) -> dict[str, object]:
    """A step as the form's values, by the city's clock."""
    return {
        "process_name": step.process_name,
        "state": step.state or "",
        "special": step.special or "",
        "started_at": step.started_at and _wall(step.started_at),
        "ended_at": step.ended_at and _wall(step.ended_at),
        "explain": step.explain,
        "key": step.key,
    }


def _wall(moment: datetime) -> datetime:
    return local(moment).replace(tzinfo=None)


def _instant(written: datetime | None, known: datetime | None) -> datetime | None:
    """What was written is the city's time; a moment that was only shown, without its seconds, stays what it is."""
    if written is None:
        return None
    if known is not None and _wall(known).replace(second=0, microsecond=0) == written:
        return known
    return written.replace(tzinfo=CITY_ZONE)
