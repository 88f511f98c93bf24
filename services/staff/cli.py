"""How are accounts made and managed on a command line? Passwords are set by a link: none is typed or shown here."""

from __future__ import annotations

import argparse

from rich.table import Table
from rich.text import Text

from services.audit.trail import COMMAND_LINE, Actor
from services.cli import Commands, Context
from services.clock import local
from services.staff.passwords import Passwords
from services.staff.permissions import Role
from services.staff.rules import INVITATION
from services.staff.service import StaffService
from services.staff.types import Person

ACTOR = Actor(staff_id=None, login="", address=COMMAND_LINE)
ROLES = [role.value for role in Role]


def register(commands: Commands) -> None:
    """Adds `staff create|list|reset|disable|enable`."""
    topic = commands.add_parser("staff", help="the console's accounts: create, list, reset, disable, enable")
    actions = topic.add_subparsers(dest="action", required=True)
    create = actions.add_parser("create", help="make an account; prints a link with which its owner sets a password")
    create.add_argument("login", help="what is typed to sign in: a-z, 0-9, dot, dash, underscore")
    create.add_argument("--name", required=True, help="the person's name")
    create.add_argument("--role", action="append", choices=ROLES, help="may be repeated; default: administrator")
    create.add_argument("--department", default="", help="limits an editor to this department's entries")
    create.set_defaults(run=create_account)
    listing = actions.add_parser("list", help="every account")
    listing.set_defaults(run=list_accounts)
    for name, run, text in (
        ("reset", reset_account, "forget password and second factor; prints a new link"),
        ("disable", disable_account, "let nobody in with this account, and end its sessions"),
        ("enable", enable_account, "undo `disable`"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("login")
        action.set_defaults(run=run)


def make_service(context: Context) -> StaffService:
    return StaffService(sessions=context.sessions, clock=context.clock, passwords=Passwords())


async def create_account(arguments: argparse.Namespace, context: Context) -> int:
    roles = [Role(role) for role in arguments.role or [Role.ADMINISTRATOR.value]]
    person, secret = await make_service(context).create(
        ACTOR, login=arguments.login, name=arguments.name, roles=roles, department=arguments.department
    )
    _show_link(context, person, secret)
    return 0


async def reset_account(arguments: argparse.Namespace, context: Context) -> int:
    service = make_service(context)
    person = await service.by_login(arguments.login)
    _show_link(context, person, await service.invite(ACTOR, person.id))
    return 0


async def disable_account(arguments: argparse.Namespace, context: Context) -> int:
    service = make_service(context)
    await service.disable(ACTOR, (await service.by_login(arguments.login)).id)
    return 0


async def enable_account(arguments: argparse.Namespace, context: Context) -> int:
    service = make_service(context)
    await service.enable(ACTOR, (await service.by_login(arguments.login)).id)
    return 0


async def list_accounts(arguments: argparse.Namespace, context: Context) -> int:
    table = Table("账号", "姓名", "角色", "部门", "第二验证", "最近登录", "状态")
    service = make_service(context)
    after: str | None = None
    while people := await service.page(after=after, limit=200):
        for one in people:
            table.add_row(*map(Text, _row(one)))
        after = people[-1].login
    context.out.print(table)
    return 0


def _row(one: Person) -> tuple[str, ...]:
    seen = f"{local(one.signed_in_at):%Y-%m-%d %H:%M}" if one.signed_in_at else "——"
    state = "已停用" if one.disabled_at else "正常" if one.has_password else "待设密码"
    roles = "、".join(sorted(role.value for role in one.roles))
    return one.login, one.name, roles, one.department or "——", "有" if one.second_factor else "无", seen, state


def _show_link(context: Context, person: Person, secret: str) -> None:
    hours = int(INVITATION.total_seconds() // 3600)
    context.out.print(
        f"{person.name}（{person.login}）请在 {hours} 小时内打开这个链接设置密码，链接只能用一次：", markup=False
    )
    context.out.print(
        f"{context.settings.console_address}/console/invitation/{secret}", markup=False, soft_wrap=True, style="bold"
    )
