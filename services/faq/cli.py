"""How do staff fill and try the FAQ on a command line?"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from services.cli import Commands, Context
from services.clock import local
from services.faq import recall_cli
from services.faq.beyond import load_beyond
from services.faq.incoming import ENTRIES
from services.faq.service import FaqService
from services.faq.types import FaqEntry
from services.importing import command
from services.importing.delivery import Delivery, Progress
from services.importing.report import Report
from services.search.live import SharedLanguage


def register(commands: Commands) -> None:
    """Adds `faq import|search|unanswered|told|recall`."""
    topic = commands.add_parser("faq", help="questions and answers: import, search, unanswered, told, recall")
    actions = topic.add_subparsers(dest="action", required=True)
    importer = actions.add_parser("import", help="load entries from .jsonl, .json or .yml files; repeatable")
    command.add_arguments(importer)
    importer.set_defaults(run=import_entries)
    search = actions.add_parser("search", help="which entries may answer a citizen's question?")
    search.add_argument("question")
    search.add_argument("--limit", type=int, default=3, choices=range(1, 11), metavar="1..10")
    search.set_defaults(run=search_entries)
    unanswered = actions.add_parser("unanswered", help="questions without an answer, the most asked first")
    unanswered.add_argument("--limit", type=int, default=50)
    unanswered.set_defaults(run=list_unanswered)
    recall_cli.register(actions)


def make_service(context: Context) -> FaqService:
    """The service for one command."""
    return FaqService(
        sessions=context.sessions, clock=context.clock, language=SharedLanguage(), beyond_all=load_beyond()
    )


async def import_entries(arguments: argparse.Namespace, context: Context) -> int:
    """Loads files; 1 when there were bad rows."""
    return await import_files(arguments.files, context, source=arguments.source, retire=arguments.retire)


async def import_files(files: Sequence[Path], context: Context, *, source: str = "", retire: bool = False) -> int:
    """Loads files with a progress bar and a report; 1 when there were bad rows."""
    service = make_service(context)

    async def take_in(delivery: Delivery[FaqEntry], report: Report, progress: Progress) -> None:
        await service.take_in(delivery, report, retire=retire, progress=progress)

    return await command.import_files(ENTRIES, files, take_in, out=context.out, noun="问答", source=source)


async def search_entries(arguments: argparse.Namespace, context: Context) -> int:
    result = await make_service(context).search(arguments.question, limit=arguments.limit)
    table = Table("问题", "部门", "有效期至", "编号", "得分", title=result.verdict, title_justify="left")
    for hit in result.hits:
        valid_until = hit.valid_until.isoformat() if hit.valid_until else "长期"
        table.add_row(*map(Text, (hit.question, hit.department, valid_until, hit.id, f"{hit.score:.3f}")))
    context.out.print(table)
    return 0


async def list_unanswered(arguments: argparse.Namespace, context: Context) -> int:
    table = Table("次数", "问题", "最近一次", "最接近的问答")
    for one in await make_service(context).unanswered(limit=arguments.limit):
        asked_at = f"{local(one.last_asked_at):%Y-%m-%d %H:%M}"
        table.add_row(*map(Text, (str(one.count), one.question, asked_at, one.best_id or "——")))
    context.out.print(table)
    return 0
