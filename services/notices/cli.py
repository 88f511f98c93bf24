"""How do staff handle notices at the command line? `python -m services notices ...`"""

from __future__ import annotations

import argparse
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from services.audience.service import AudienceService
from services.cli import Commands, Context, Handler
from services.notices import cli_arguments, cli_texts
from services.notices.audience import AudienceRules
from services.notices.audience_cli import count, rules_of
from services.notices.cli_plan import checked, list_of, plan
from services.notices.cli_reading import (
    changes,
    choices,
    failures,
    fields,
    list_notices,
    preview,
    reach,
    say,
    show,
    verify,
    watch,
)
from services.notices.cover_cli import news_fields
from services.notices.results import Notice
from services.notices.service import NoticeService
from services.notices.trial_cli import testers, trial
from services.notices.types import NoticeDraft, NoticeEdit, Resolution

Act = Callable[[NoticeService, argparse.Namespace, Context], Awaitable[int]]


def register(commands: Commands) -> None:
    """Adds `notices` and its actions."""
    actions: Mapping[str, Act] = {
        "create": create,
        "send": send,
        "edit": edit,
        "list": list_notices,
        "show": show,
        "watch": watch,
        "choices": choices,
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
    context.out.print(cli_texts.created(notice.number, notice.title, say(notice.due_at)), markup=False)
    return 0


async def send(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """Create, submit and approve in one go, by two people."""
    notice = await _create(service, arguments, context)
    if notice is None:
        return 1
    await service.submit(str(notice.id), arguments.by)
    notice = await service.approve(str(notice.id), arguments.approved_by)
    context.out.print(cli_texts.scheduled(notice.number, say(notice.due_at), notice.counters.audience), markup=False)
    return 0


async def _create(service: NoticeService, arguments: argparse.Namespace, context: Context) -> Notice | None:
    citizens = list_of(arguments.to, context)
    if arguments.to is not None and citizens is None:
        return None
    news = await news_fields(service, arguments)
    draft = checked({**plan(arguments, context.clock.now()), **news, "author": arguments.by}, NoticeDraft)
    rules = await rules_of(service, arguments)
    if rules is not None:
        draft = msgspec.structs.replace(draft, audience_rules=rules)
    return await service.create(draft, recipients=citizens)


async def edit(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """Changes what is given."""
    news = await news_fields(service, arguments)
    change = checked({**plan(arguments, context.clock.now()), **news, "staff": arguments.by}, NoticeEdit)
    citizens = list_of(arguments.to, context)
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
    citizens = list_of(arguments.to, context)
    if arguments.to is not None and citizens is None:
        return 1
    decision = "again" if arguments.again else "sent"
    given = {
        "staff": arguments.by,
        "decision": decision,
        "citizens": citizens and list(citizens.rows),
        "why": arguments.why,
    }
    resolution = checked(given, Resolution)
    return _told(context, await service.resolve(arguments.id, resolution))


def _told(context: Context, notice: Notice) -> int:
    context.out.print(cli_texts.now_in_state(notice.number, notice.state), markup=False)
    return 0
