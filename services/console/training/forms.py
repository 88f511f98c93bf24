"""Which fields have training pages?"""

from __future__ import annotations

from wtforms import Form, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

INTENT_MISSING = "请选择意图。"


class WantForm(Form):
    """What a new version is for."""

    note = StringField(
        "说明", [Length(max=500, message="说明最多 500 个字。")], description="这一版改了什么，便于以后比较。"
    )


class PromoteForm(Form):
    """Why a version goes live, or is taken back."""

    reason = StringField("理由", [Length(max=500, message="理由最多 500 个字。")])


class ExampleForm(Form):
    """A sentence that the assistant learns from."""

    intent = SelectField("意图", [DataRequired(INTENT_MISSING)], choices=[])
    text = TextAreaField(
        "例句",
        [DataRequired("请填写例句。"), Length(max=500, message="例句最多 500 个字。")],
        description="群众会怎么说就怎么写，一句一条。",
    )
    source = StringField("出处", [Length(max=200, message="出处最多 200 个字。")], description="从哪里来的，可以不填。")


class ExampleSearchForm(Form):
    """Filters of the list of examples."""

    intent = SelectField("意图", choices=[], validate_choice=False)


class HeldOutForm(Form):
    """A question kept apart."""

    question = StringField("问题", [DataRequired("请填写问题。"), Length(max=500, message="问题最多 500 个字。")])
    intent = SelectField("正确的意图", [DataRequired(INTENT_MISSING)], choices=[])
