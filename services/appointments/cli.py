"""Which commands do appointments have? `import`, `slots`, `list`, and the desk's `call`, `finish`, `miss`, `reveal`."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from services.appointments import loader, texts
from services.appointments.service import AppointmentService
from services.appointments.types import Appointment
from services.audit.trail import COMMAND_LINE, Actor
from services.cli import Commands, Context
from services.crypto import SealBroken
from services.importing.report import print_report


def register(commands: Commands) -> None:
    """Adds `appointments ...`."""
    parser = commands.add_parser("appointments", help="halls, slots and appointments")
    actions = parser.add_subparsers(dest="action", required=True)

    load = actions.add_parser("import", help="load halls and holidays; may be repeated")
    load.add_argument("halls", type=Path)
    load.add_argument("--holidays", type=Path)
    load.add_argument("--retire", action="store_true", help="halls that the file has no more offer nothing from now on")
    load.set_defaults(run=_import)

    slots = actions.add_parser("slots", help="a day's slots with their free places")
    slots.add_argument("--hall", required=True)
    slots.add_argument("--service", required=True)
    slots.add_argument("--date", required=True, type=date.fromisoformat)
    slots.set_defaults(run=_slots)

    day = actions.add_parser("list", help="a hall's appointments of one day")
    day.add_argument("--hall", required=True)
    day.add_argument("--date", required=True, type=date.fromisoformat)
    day.add_argument("--service")
    day.set_defaults(run=_list)

    for name, told in (("call", "call the citizen"), ("finish", "the matter is done"), ("miss", "nobody came")):
        _add_act(actions, name, told)
    _add_act(actions, "reveal", "show the person in clear; this is logged with the clerk's name")


def _add_act(actions: Commands, name: str, told: str) -> None:
    act = actions.add_parser(name, help=told)
    act.add_argument("code")
    act.add_argument("--staff", required=True)
    act.set_defaults(run=_reveal if name == "reveal" else _act)


def _service(context: Context) -> AppointmentService:
    return AppointmentService.from_settings(context.sessions, context.clock, context.settings)


async def _import(arguments: argparse.Namespace, context: Context) -> int:
    report = await loader.import_halls(context.sessions, arguments.halls, retire=arguments.retire)
    print_report(context.out, report, noun="大厅")
    exit_code = report.exit_code
    if arguments.holidays is not None:
        report = await loader.import_holidays(context.sessions, arguments.holidays)
        print_report(context.out, report, noun="节假日")
        exit_code |= report.exit_code
    return exit_code


async def _slots(arguments: argparse.Namespace, context: Context) -> int:
    slots = await _service(context).slots(arguments.hall, arguments.service, arguments.date)
    table = Table("时段", "编号", "余号", "总数")
    for slot in slots:
        table.add_row(f"{slot.starts_at:%H:%M}-{slot.ends_at:%H:%M}", slot.slot_id, str(slot.free), str(slot.capacity))
    context.out.print(table if slots else "这一天没有可约的时段")
    return 0


async def _list(arguments: argparse.Namespace, context: Context) -> int:
    _print(context, await _service(context).desk.day(arguments.hall, arguments.date, arguments.service))
    return 0


async def _act(arguments: argparse.Namespace, context: Context) -> int:
    desk = _service(context).desk
    act = {"call": desk.call, "finish": desk.finish, "miss": desk.miss}[arguments.action]
    _print(context, [await act(arguments.code, _clerk(arguments))])
    return 0


def _clerk(arguments: argparse.Namespace) -> Actor:
    return Actor(staff_id=None, login=arguments.staff, address=COMMAND_LINE)


async def _reveal(arguments: argparse.Namespace, context: Context) -> int:
    try:
        person = await _service(context).desk.reveal(arguments.code, _clerk(arguments))
    except SealBroken:
        context.out.print(
            "无法读取：这条预约是用另一把密钥加密的，请检查 ZQ_VAULT_KEY 或数据目录中的密钥文件", style="red"
        )
        return 1
    context.out.print(f"{person.applicant_name}  {person.id_number}  {person.mobile}", markup=False)
    return 0


def _print(context: Context, appointments: list[Appointment]) -> None:
    table = Table("时段", "业务", "预约码", "状态", "姓名", "证件", "手机")
    for one in appointments:
        table.add_row(
            f"{one.starts_at:%H:%M}-{one.ends_at:%H:%M}",
            escape(one.service_name),
            one.code,
            texts.STATE_NAMES[one.state],
            escape(one.applicant_name),
            one.id_masked,
            one.mobile_masked,
        )
    context.out.print(table)
