"""Which fields have training pages?"""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from services.console.intents import intent_title
from services.training.types import IntentSize

INTENT_MISSING = "请选择意图。"


def intent_choices(sizes: Sequence[IntentSize]) -> list[tuple[str, str]]:
    """Intents by what staff call them, with the assistant's own name, by which the log and the charts know them."""
    return sorted(
        ((one.intent, f"{intent_title(one.intent)}（{one.intent}）") for one in sizes), key=lambda one: one[1]
    )


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
    #: JSON, kept by the page's script: `services.console.training.examples.SentMark`.
    marks = HiddenField(validators=[Length(max=20_000, message="标注太多。")])
    #: Intent and sentence when the page was opened.
    seen = HiddenField(validators=[Length(max=1_500)])
    source = StringField("出处", [Length(max=200, message="出处最多 200 个字。")], description="从哪里来的，可以不填。")


class ExampleSearchForm(Form):
    """Filters of the list of examples."""

    intent = SelectField("意图", choices=[], validate_choice=False)


class IntentSearchForm(Form):
    """How the intents are sorted."""

    sort = SelectField(
        "排序", choices=[("", "按名称"), ("examples", "例句少的在前"), ("f1", "F1 低的在前")], validate_choice=False
    )


class HeldOutForm(Form):
    """A question kept apart."""

    question = StringField("问题", [DataRequired("请填写问题。"), Length(max=500, message="问题最多 500 个字。")])
    intent = SelectField("正确的意图", [DataRequired(INTENT_MISSING)], choices=[])
