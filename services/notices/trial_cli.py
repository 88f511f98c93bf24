"""How do staff try a notice on a few phones at the command line? `python -m services notices trial | testers`"""

from __future__ import annotations

import argparse
from uuid import UUID

import msgspec
from rich.table import Table

from services.audience.service import AudienceService
from services.cli import Context
from services.clock import local
from services.notices import cli_texts
from services.notices.errors import BadNotice
from services.notices.trial import TrialService
from services.notices.types import NewTester


async def trial(arguments: argparse.Namespace, context: Context) -> int:
    """Sends the notice as it is written now to every tester."""
    sent = await _service(context).send(arguments.id, arguments.by)
    context.out.print(cli_texts.trial_sent(sent.number), markup=False)
    return 0


async def testers(arguments: argparse.Namespace, context: Context) -> int:
    """Who sees notices beforehand; adds or removes somebody where told to."""
    service = _service(context)
    if arguments.add is not None:
        given = {"staff": arguments.by or "", "citizen_id": arguments.add, "name": arguments.name or ""}
        try:
            new = msgspec.convert(given, NewTester)
        except msgspec.ValidationError as error:
            raise BadNotice(cli_texts.tester_incomplete()) from error
        found = await service.enrol(new)
    elif arguments.remove is not None:
        found = await service.remove(_citizen(arguments.remove))
    else:
        found = await service.testers()
    table = Table("姓名", "市民编号", "登记人", "登记时间")
    for one in found:
        table.add_row(one.name, str(one.citizen_id), one.added_by, local(one.added_at).strftime("%Y-%m-%d %H:%M"))
    context.out.print(table)
    return 0


def _citizen(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise BadNotice(cli_texts.tester_incomplete()) from error


def _service(context: Context) -> TrialService:
    audience = AudienceService(sessions=context.sessions, clock=context.clock)
    return TrialService(sessions=context.sessions, clock=context.clock, audience=audience)
