"""How does an import look on a command line? A progress bar, then the report; shared by the topics' commands."""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.importing import delivery as deliveries
from services.importing.delivery import Delivered, Delivery, Kind, read_delivery
from services.importing.report import Report, print_report

S = TypeVar("S", bound=Delivered)
#: Writes a delivery: delivery, report, progress.
TakeIn = Callable[[Delivery[S], Report, deliveries.Progress], Awaitable[None]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """FILE..., --source and --retire."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="files ending in .jsonl, .json, .yml or .yaml"
    )
    parser.add_argument("--source", default="", help="names the feed; else each row's source, else the file's name")
    parser.add_argument("--retire", action="store_true", help="mark as no longer in force what the feed has lost")


async def import_files(
    kind: Kind[S], files: Sequence[Path], take_in: TakeIn[S], *, out: Console, noun: str, source: str = ""
) -> int:
    """Reads and writes with a progress bar and prints the report; the exit code is 1 when there were bad rows."""
    report = Report()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out) as bars:
        reading = bars.add_task("读取", total=None)
        delivery = read_delivery(kind, files, report, source=source, progress=lambda rows: bars.advance(reading, rows))
        bars.update(reading, total=bars.tasks[reading].completed)
        writing = bars.add_task("写入", total=len(delivery.entries))
        await take_in(delivery, report, lambda rows: bars.advance(writing, rows))
    print_report(out, report, noun=noun)
    return report.exit_code
