"""What is asked of somebody who signs in or changes their own account?"""

from __future__ import annotations

from wtforms import Form, HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

from services.staff.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD

NEW = {"autocomplete": "new-password"}
CURRENT = {"autocomplete": "current-password"}
CODE = {"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}


class SignInForm(Form):
    login = StringField(
        "账号",
        [InputRequired("请填写账号。"), Length(max=100)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField("密码", [InputRequired("请填写密码。"), Length(max=LONGEST_PASSWORD)], render_kw=CURRENT)
    next = HiddenField()


class CodeForm(Form):
    code = StringField(
        "验证码",
        [InputRequired("请填写验证码。"), Length(max=40)],
        description="手机验证器上显示的 6 位数字。手机不在身边时，可填一个备用码。",
        render_kw={**CODE, "autofocus": True},
    )


class NewPasswordForm(Form):
    password = PasswordField(
        "新密码",
        [InputRequired("请填写新密码。")],
        description=f"至少 {SHORTEST_PASSWORD} 个字符；可以是一句只有您知道的话。",
        render_kw=NEW,
    )
    again = PasswordField(
        "再输一遍", [InputRequired("请再输一遍。"), EqualTo("password", "两次输入的密码不一样。")], render_kw=NEW
    )


class ChangePasswordForm(NewPasswordForm):
    old = PasswordField("现在的密码", [InputRequired("请填写现在的密码。")], render_kw=CURRENT)


class PasswordForm(Form):
    old = PasswordField("现在的密码", [InputRequired("请填写现在的密码。")], render_kw=CURRENT)


class FirstCodeForm(Form):
    code = StringField(
        "验证码",
        [InputRequired("请填写验证码。"), Length(max=20)],
        description="扫码以后，手机验证器上显示的 6 位数字。",
        render_kw=CODE,
    )
