"""Which commands do subscriptions have? `import`, `list`."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from services.cli import Commands, Context
from services.importing.report import print_report
from services.subscriptions import loader, texts
from services.subscriptions.service import SubscriptionService


def register(commands: Commands) -> None:
    """Adds `subscriptions ...`."""
    parser = commands.add_parser("subscriptions", help="topics and districts that citizens follow")
    actions = parser.add_subparsers(dest="action", required=True)

    load = actions.add_parser("import", help="load what can be followed, such as data/city/subjects.yml; repeatable")
    load.add_argument("file", type=Path)
    load.add_argument("--retire", action="store_true", help="offer no longer what the file has lost")
    load.set_defaults(run=_import)

    listing = actions.add_parser("list", help="what can be followed, and how many do")
    listing.set_defaults(run=_list)


async def _import(arguments: argparse.Namespace, context: Context) -> int:
    report = await loader.import_subjects(context.sessions, arguments.file, retire=arguments.retire)
    print_report(context.out, report, noun="订阅主题")
    return report.exit_code


async def _list(arguments: argparse.Namespace, context: Context) -> int:
    service = SubscriptionService(sessions=context.sessions, clock=context.clock)
    table = Table("编码", "类别", "名称", "订阅人数", "状态")
    for one in await service.figures():
        state = texts.OFFERED if one.offered else texts.NOT_OFFERED
        table.add_row(one.code, texts.KIND_NAMES[one.kind], escape(one.name), str(one.followers), state)
    context.out.print(table)
    context.out.print(texts.leavers(await service.count_leavers()), markup=False)
    return 0
