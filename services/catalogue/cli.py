"""How do staff fill and try the catalogue on a command line?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from services.catalogue.incoming import ITEMS
from services.catalogue.service import CatalogueService
from services.catalogue.types import Item
from services.cli import Commands, Context
from services.importing import command
from services.importing.delivery import Delivery, Progress
from services.importing.report import Report
from services.search.live import SharedLanguage


def register(commands: Commands) -> None:
    """Adds `catalogue import|search|show|list`."""
    topic = commands.add_parser("catalogue", help="service items: import, search, show, list")
    actions = topic.add_subparsers(dest="action", required=True)
    importer = actions.add_parser("import", help="load items from .jsonl, .json or .yml files; repeatable")
    command.add_arguments(importer)
    importer.set_defaults(run=import_items)
    search = actions.add_parser("search", help="which items may a citizen's words mean?")
    search.add_argument("question")
    search.add_argument("--district", default="")
    search.add_argument("--limit", type=int, default=3, choices=range(1, 11), metavar="1..10")
    search.set_defaults(run=search_items)
    show = actions.add_parser("show", help="one item's guide")
    show.add_argument("task_code")
    show.set_defaults(run=show_item)
    listing = actions.add_parser("list", help="items in force")
    listing.add_argument("--district", default="")
    listing.add_argument("--department", default="")
    listing.add_argument("--limit", type=int, default=50)
    listing.set_defaults(run=list_items)


def make_service(context: Context) -> CatalogueService:
    """The service for one command."""
    return CatalogueService(sessions=context.sessions, clock=context.clock, language=SharedLanguage())


async def import_items(arguments: argparse.Namespace, context: Context) -> int:
    """Loads files; 1 when there were bad rows."""
    return await import_files(arguments.files, context, source=arguments.source, retire=arguments.retire)


async def import_files(files: Sequence[Path], context: Context, *, source: str = "", retire: bool = False) -> int:
    """Loads files with a progress bar and a report; 1 when there were bad rows."""
    service = make_service(context)

    async def take_in(delivery: Delivery[Item], report: Report, progress: Progress) -> None:
        await service.take_in(delivery, report, retire=retire, progress=progress)

    return await command.import_files(ITEMS, files, take_in, out=context.out, noun="事项", source=source)


async def search_items(arguments: argparse.Namespace, context: Context) -> int:
    result = await make_service(context).search(arguments.question, district=arguments.district, limit=arguments.limit)
    table = Table("事项", "部门", "地区", "编码", "得分", title=result.verdict, title_justify="left")
    for hit in result.hits:
        table.add_row(*map(Text, (hit.task_name, hit.dept_name, hit.district, hit.task_code, f"{hit.score:.3f}")))
    context.out.print(table)
    return 0


async def show_item(arguments: argparse.Namespace, context: Context) -> int:
    guide = await make_service(context).guide(arguments.task_code)
    context.out.print(Text(f"{guide.task_name}（{guide.dept_name}，{guide.district}）", style="bold"))
    for section in guide.sections:
        context.out.print(Text(section.title, style="bold"), Text(section.text or "——"))
    context.out.print(Text(f"来源：{guide.source}"))
    return 0


async def list_items(arguments: argparse.Namespace, context: Context) -> int:
    items = await make_service(context).listed(
        district=arguments.district, department=arguments.department, limit=arguments.limit
    )
    table = Table("编码", "事项", "部门", "地区")
    for item in items:
        table.add_row(*map(Text, (item.task_code, item.task_name, item.dept_name, item.district)))
    context.out.print(table)
    return 0
