"""How is it asked on a command line who was told an answer, and how is a correction sent to them?"""

from __future__ import annotations

import argparse
from datetime import datetime

from rich.table import Table
from rich.text import Text

from services.audience.service import AudienceService
from services.audit.trail import COMMAND_LINE, Actor
from services.cli import Commands, Context
from services.clock import CITY_ZONE, local
from services.faq.recall import RecallService
from services.faq.told_repository import Span
from services.notices import cli_texts
from services.notices.errors import BadNotice
from services.notices.intake import read_instant
from services.notices.service import NoticeService
from services.notices.types import NoticeDraft


def register(actions: Commands) -> None:
    """Adds `told` and `recall`."""
    told = actions.add_parser("told", help="how many citizens were told an answer, by its versions")
    recall = actions.add_parser("recall", help="write a correction to exactly those who were told")
    for parser in (told, recall):
        parser.add_argument("entry", help="the entry's id")
        parser.add_argument("--since", default="", help="2026-11-24 09:00, by the city's clock")
        parser.add_argument("--until", default="")
    recall.add_argument("--title", required=True)
    recall.add_argument("--text", required=True)
    recall.add_argument("--at", required=True, help="when it is to be sent")
    recall.add_argument("--by", required=True, help="who writes it; somebody else has to approve it")
    recall.add_argument("--department", default="")
    told.set_defaults(run=list_told)
    recall.set_defaults(run=send_recall)


def _service(context: Context) -> RecallService:
    audience = AudienceService(sessions=context.sessions, clock=context.clock)
    notices = NoticeService(sessions=context.sessions, clock=context.clock, audience=audience)
    return RecallService(sessions=context.sessions, clock=context.clock, notices=notices)


async def list_told(arguments: argparse.Namespace, context: Context) -> int:
    service, span = _service(context), _span(arguments)
    count = await service.count(arguments.entry, span)
    table = Table("版本", "人数", "次数", "最早", "最近", title=f"收到过的人：{count}", title_justify="left")
    for one in await service.versions(arguments.entry, span):
        written = f"{_say(one.written_at)} 导入" if one.written_at else "——"
        cells = (
            f"第 {one.version} 版" if one.version else written,
            str(one.citizens),
            str(one.times),
            _say(one.first_at),
            _say(one.last_at),
        )
        table.add_row(*map(Text, cells))
    context.out.print(table)
    return 0


async def send_recall(arguments: argparse.Namespace, context: Context) -> int:
    draft = NoticeDraft(
        title=arguments.title,
        body=arguments.text,
        due_at=_instant(arguments.at),
        author=arguments.by,
        department=arguments.department,
    )
    actor = Actor(staff_id=None, login=arguments.by, address=COMMAND_LINE)
    done = await _service(context).recall(actor, arguments.entry, _span(arguments), draft)
    context.out.print(f"第 {done.notice} 号通知已提交，发给 {done.citizens} 人，等待另一人审核。", markup=False)
    return 0


def _span(arguments: argparse.Namespace) -> Span:
    since, until = (_instant(text) if text else None for text in (arguments.since, arguments.until))
    return Span(since=since, until=until)


def _instant(text: str) -> datetime:
    """By the city's clock; raises BadNotice."""
    try:
        return read_instant(text, CITY_ZONE)
    except ValueError as error:
        raise BadNotice(cli_texts.bad_time(text)) from error


def _say(instant: datetime) -> str:
    return f"{local(instant):%Y-%m-%d %H:%M}"
