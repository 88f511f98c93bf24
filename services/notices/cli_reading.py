"""What do staff read of notices at the command line? Lists, one notice, its progress, its failures."""

from __future__ import annotations

import argparse
import asyncio
import csv
from datetime import datetime
from pathlib import Path
from uuid import UUID

from rich.table import Table

from services.cli import Context
from services.clock import local
from services.notices import cli_texts
from services.notices.cli_plan import checked
from services.notices.service import NoticeService
from services.notices.types import FailuresQuery, Forwarded, ListQuery
from services.notices.verifying import VerificationService

#: Rows read at a time where all are wanted.
PAGE = 10_000
#: States that end by themselves, or by what somebody else does.
WATCHED = frozenset({"submitted", "approved", "due", "late", "sending", "paused"})


async def list_notices(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    table = Table("编号", "标题", "状态", "发送时间", "收件人", "已发", "失败", "存疑", "取消")
    query = ListQuery(state=arguments.state, before=arguments.before, limit=arguments.limit)
    for notice in await service.list(query):
        counted = notice.counters
        numbers = (counted.audience, counted.accepted, counted.failed, counted.in_doubt, counted.cancelled)
        table.add_row(
            str(notice.number), notice.title, notice.state_text, say(notice.due_at), *(str(value) for value in numbers)
        )
    context.out.print(table)
    return 0


async def show(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    notice = await service.get(arguments.id)
    for line in cli_texts.notice_lines(notice, await service.progress(arguments.id), say=say):
        context.out.print(line, markup=False)
    for line in await service.choosing.lines(notice):
        context.out.print(line, markup=False, soft_wrap=True)
    return 0


async def watch(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """A line whenever something has changed, until nothing will by itself."""
    told = ""
    while True:
        progress = await service.progress(arguments.id)
        line = cli_texts.progress_line(progress)
        if line != told:
            context.out.print(f"{local(context.clock.now()):%H:%M:%S}  {line}", markup=False, soft_wrap=True)
            told = line
        if progress.state not in WATCHED:
            break
        await asyncio.sleep(arguments.every)
    for line in cli_texts.reason_lines(progress):
        context.out.print(line, markup=False)
    return 0


async def choices(service: NoticeService, _arguments: argparse.Namespace, context: Context) -> int:
    """What can stand in --include and --exclude, by name or by code."""
    found = await service.choosing.choices()
    table = Table("写法", "名称", "编码", "人数")
    for word, some in cli_texts.choice_rows(found):
        for one in some:
            table.add_row(word, one.name, one.code, "" if one.followers is None else str(one.followers))
    context.out.print(table)
    return 0


async def preview(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    for one in await service.previews(arguments.id):
        for line in cli_texts.preview_lines(one):
            context.out.print(line, markup=False)
    return 0


async def fields(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """What the text may ask for."""
    table = Table("写法", "来自", "例如")
    for field in await service.fields(arguments.id):
        table.add_row(f"{{{field.name}}}", field.source_text, field.example or "（没有人有）")
    context.out.print(table)
    return 0


async def reach(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    for line in cli_texts.reach_lines(await service.reach(arguments.id)):
        context.out.print(line, markup=False, soft_wrap=True)
    table = Table("发送方式", "能收到", "调用次数", "今日已用", "之后还剩", "依据")
    for way in await service.ways(arguments.id):
        left = "——" if way.calls_left is None else str(way.calls_left)
        table.add_row(way.route_text, *map(str, (way.reachable, way.calls, way.calls_today)), left, way.note)
    context.out.print(table)
    return 0


async def verify(_service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """0 for a notice of ours, 1 for anything else."""
    forwarded = checked({"text": arguments.text}, Forwarded)
    found = await VerificationService(sessions=context.sessions, clock=context.clock).verify(forwarded.text)
    context.out.print(cli_texts.verified(found, "" if found.sent_at is None else say(found.sent_at)), markup=False)
    return 0 if found.verdict == "genuine" else 1


async def changes(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    for change in await service.changes(arguments.id):
        when = local(change.at).strftime("%Y-%m-%d %H:%M:%S")
        context.out.print(cli_texts.change_line(change, when), markup=False)
    return 0


async def failures(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """All failures: as CSV into a file or onto the screen, else as a table."""
    after: UUID | None = None
    parts: list[str] = []
    while True:
        page = await service.failures(arguments.id, FailuresQuery(after=after, limit=PAGE))
        parts.append(page.csv)
        after = page.next
        if after is None:
            break
    text = "".join(parts)
    if arguments.csv is None:
        table = Table(*text.splitlines()[0].split(","))
        for cells in csv.reader(text.splitlines()[1:]):
            table.add_row(*cells)
        context.out.print(table)
    elif arguments.csv == "-":
        context.out.out(text, end="", highlight=False)
    else:
        _write(Path(arguments.csv), text)
    return 0


def _write(path: Path, text: str) -> None:
    # Spreadsheet programs take a file without this mark for another encoding.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        file.write(text)


def say(instant: datetime) -> str:
    """By the city's clock."""
    return local(instant).strftime("%Y-%m-%d %H:%M")
