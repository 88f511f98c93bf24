"""What is asked about an account?"""

from __future__ import annotations

from wtforms import Form, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from services.console.rendering import ROLE_NAMES
from services.staff.permissions import Role

ROLE_HINTS = {
    Role.VIEWER: "只看不改",
    Role.EDITOR: "维护问答、例句和事项",
    Role.TRAINER: "训练模型并上线",
    Role.SCHEDULER: "编写和安排通知",
    Role.APPROVER: "审批通知和问答",
    Role.DESK: "办理预约和办件",
    Role.ADMINISTRATOR: "管理账号，可做一切操作",
}


class RolesField(SelectMultipleField):
    """Roles as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ChangeAccountForm(Form):
    name = StringField("姓名", [InputRequired("请填写姓名。"), Length(max=50, message="姓名最多 50 个字。")])
    roles = RolesField(
        "角色",
        [InputRequired("请至少选一个角色。")],
        choices=[(role.value, f"{ROLE_NAMES[role]}（{ROLE_HINTS[role]}）") for role in Role],
    )
    department = StringField(
        "部门",
        [Length(max=100, message="部门名称最多 100 个字。")],
        description="填写后，编辑只能修改这个部门的问答；留空则不限部门。",
    )


class NewAccountForm(ChangeAccountForm):
    login = StringField(
        "账号",
        [
            InputRequired("请填写账号。"),
            Regexp(r"[a-z0-9][a-z0-9._-]{1,39}$", message="请用 2 到 40 个小写字母、数字、点、横线或下划线。"),
        ],
        description="登录时用，以后不能修改。例如 zhangsan。",
        render_kw={"autocomplete": "off", "autocapitalize": "none"},
    )


class AccountSearch(Form):
    q = StringField("搜索", [Optional(), Length(max=100)])
    role = SelectField(
        "角色", choices=[("", "全部"), *((role.value, ROLE_NAMES[role]) for role in Role)], validate_choice=False
    )
