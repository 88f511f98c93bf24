"""How do staff handle notices at the command line? `python -m services notices ...`"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from rich.table import Table

from services.audience.service import AudienceService
from services.cli import Commands, Context, Handler
from services.clock import CITY_ZONE, local
from services.notices import cli_arguments, cli_texts
from services.notices.audience import AudienceRules
from services.notices.audience_cli import count, rules_of
from services.notices.errors import BadNotice
from services.notices.intake import read_citizens, read_instant, read_quiet_hours
from services.notices.results import Notice
from services.notices.service import NoticeService
from services.notices.trial_cli import testers, trial
from services.notices.types import FailuresQuery, Forwarded, ListQuery, NoticeDraft, NoticeEdit, Resolution
from services.notices.values import OwnList
from services.notices.verifying import VerificationService

#: Rows read at a time where all are wanted.
PAGE = 10_000

Act = Callable[[NoticeService, argparse.Namespace, Context], Awaitable[int]]


def register(commands: Commands) -> None:
    """Adds `notices` and its actions."""
    actions: Mapping[str, Act] = {
        "create": create,
        "send": send,
        "edit": edit,
        "list": list_notices,
        "show": show,
        "preview": preview,
        "fields": fields,
        "reach": reach,
        "count": count,
        "verify": verify,
        "submit": submit,
        "approve": approve,
        "release": release,
        "pause": pause,
        "resume": resume,
        "skip": skip,
        "cancel": cancel,
        "retry-failed": retry_failed,
        "resolve": resolve,
        "failures": failures,
        "changes": changes,
    }
    handlers = {name: _handler(act) for name, act in actions.items()}
    cli_arguments.add(commands, {**handlers, "trial": trial, "testers": testers})


def _handler(act: Act) -> Handler:
    async def run(arguments: argparse.Namespace, context: Context) -> int:
        audience = AudienceService(sessions=context.sessions, clock=context.clock)
        service = NoticeService(sessions=context.sessions, clock=context.clock, audience=audience)
        return await act(service, arguments, context)

    return run


# -- writing


async def create(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """A draft; lines of the list that cannot be used are named, and nothing is created then."""
    notice = await _create(service, arguments, context)
    if notice is None:
        return 1
    context.out.print(cli_texts.created(notice.number, notice.title, _say(notice.due_at)), markup=False)
    return 0


async def send(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """Create, submit and approve in one go, by two people."""
    notice = await _create(service, arguments, context)
    if notice is None:
        return 1
    await service.submit(str(notice.id), arguments.by)
    notice = await service.approve(str(notice.id), arguments.approved_by)
    context.out.print(cli_texts.scheduled(notice.number, _say(notice.due_at), notice.counters.audience), markup=False)
    return 0


async def _create(service: NoticeService, arguments: argparse.Namespace, context: Context) -> Notice | None:
    citizens = _citizens(arguments.to, context)
    if arguments.to is not None and citizens is None:
        return None
    draft = _checked({**_plan(arguments, context.clock.now()), "author": arguments.by}, NoticeDraft)
    rules = await rules_of(service, arguments)
    if rules is not None:
        draft = msgspec.structs.replace(draft, audience_rules=rules)
    return await service.create(draft, recipients=citizens)


def _citizens(path: Path | None, context: Context) -> OwnList | None:
    """The list in the file; None, and each bad line named, when some of it cannot be used."""
    if path is None:
        return None
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            read = read_citizens(lines)
    except (OSError, UnicodeDecodeError) as error:
        raise BadNotice(cli_texts.unreadable(str(path), type(error).__name__)) from error
    for bad in read.bad:
        context.out.print(cli_texts.bad_line(bad.line, bad.value, bad.reason), style="red", markup=False)
    return None if read.bad else read.own_list


async def edit(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """Changes what is given."""
    change = _checked({**_plan(arguments, context.clock.now()), "staff": arguments.by}, NoticeEdit)
    citizens = _citizens(arguments.to, context)
    if arguments.to is not None and citizens is None:
        return 1
    rules = await rules_of(service, arguments)
    if arguments.everybody:
        change = msgspec.structs.replace(change, audience_rules=AudienceRules(), citizens=None)
    elif rules is not None:
        change = msgspec.structs.replace(change, audience_rules=rules)
    notice = await service.edit(arguments.id, change, recipients=citizens)
    context.out.print(cli_texts.edited(notice.number, notice.version), markup=False)
    return 0


def _plan(arguments: argparse.Namespace, now: datetime) -> dict[str, Any]:
    """The given fields of a notice by their names in the API."""
    fields = {
        "title": arguments.title,
        "body": arguments.text,
        "url": arguments.url,
        "department": arguments.department,
        "source_document": arguments.source,
        "attachments": _attachments(arguments.attach),
        "route": arguments.route,
        "late_policy": arguments.late,
        "late_after_seconds": None if arguments.late_after is None else arguments.late_after * 60,
        "due_at": now if arguments.at == "now" else _instant(arguments.at),
        "expires_at": _instant(arguments.expires),
        "emergency": arguments.emergency or None,
        "recurrence": arguments.repeat,
        "recurrence_zone": arguments.repeat_zone,
        "recurrence_ends_at": _instant(arguments.repeat_until),
    }
    if arguments.quiet is not None:
        fields["quiet_from"], fields["quiet_until"] = _quiet(arguments.quiet)
    return {name: value for name, value in fields.items() if value is not None}


def _attachments(written: list[str] | None) -> list[dict[str, str]] | None:
    """`名称=链接` each; one empty one takes all of them away."""
    if written is None:
        return None
    pairs = [value.partition("=") for value in written if value]
    return [{"name": name.strip(), "url": url.strip()} for name, _, url in pairs]


def _instant(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return read_instant(value, CITY_ZONE)
    except ValueError as error:
        raise BadNotice(cli_texts.bad_time(value)) from error


def _quiet(value: str) -> tuple[time, time]:
    try:
        return read_quiet_hours(value)
    except ValueError as error:
        raise BadNotice(cli_texts.bad_quiet(value)) from error


def _checked(values: Mapping[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise BadNotice(str(error)) from error


# -- acting


async def submit(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    return _told(context, await service.submit(arguments.id, arguments.by))


async def approve(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    return _told(context, await service.approve(arguments.id, arguments.by, version=arguments.version))


async def release(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    return _told(context, await service.release(arguments.id, arguments.by))


async def pause(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    return _told(context, await service.pause(arguments.id, arguments.by))


async def resume(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    return _told(context, await service.resume(arguments.id, arguments.by))


async def skip(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    return _told(context, await service.skip(arguments.id, arguments.by))


async def cancel(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    return _told(context, await service.cancel(arguments.id, arguments.by))


async def retry_failed(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    return _told(context, await service.retry_failed(arguments.id, arguments.by))


async def resolve(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    citizens = _citizens(arguments.to, context)
    if arguments.to is not None and citizens is None:
        return 1
    decision = "again" if arguments.again else "sent"
    given = {
        "staff": arguments.by,
        "decision": decision,
        "citizens": citizens and list(citizens.rows),
        "why": arguments.why,
    }
    resolution = _checked(given, Resolution)
    return _told(context, await service.resolve(arguments.id, resolution))


def _told(context: Context, notice: Notice) -> int:
    context.out.print(cli_texts.now_in_state(notice.number, notice.state), markup=False)
    return 0


# -- reading


async def list_notices(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    table = Table("编号", "标题", "状态", "发送时间", "收件人", "已发", "失败", "存疑", "取消")
    for notice in await service.list(ListQuery(limit=arguments.limit)):
        counted = notice.counters
        numbers = (counted.audience, counted.accepted, counted.failed, counted.in_doubt, counted.cancelled)
        table.add_row(
            str(notice.number), notice.title, notice.state_text, _say(notice.due_at), *(str(value) for value in numbers)
        )
    context.out.print(table)
    return 0


async def show(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    notice = await service.get(arguments.id)
    for line in cli_texts.notice_lines(notice, await service.progress(arguments.id), say=_say):
        context.out.print(line, markup=False)
    for line in await service.choosing.lines(notice):
        context.out.print(line, markup=False, soft_wrap=True)
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
    forwarded = _checked({"text": arguments.text}, Forwarded)
    found = await VerificationService(sessions=context.sessions, clock=context.clock).verify(forwarded.text)
    context.out.print(cli_texts.verified(found, "" if found.sent_at is None else _say(found.sent_at)), markup=False)
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


def _say(instant: datetime) -> str:
    return local(instant).strftime("%Y-%m-%d %H:%M")
