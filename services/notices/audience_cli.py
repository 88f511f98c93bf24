"""How do staff choose and count an audience at the command line?"""

from __future__ import annotations

import argparse

from services.cli import Context
from services.notices.audience import AudienceQuestion, AudienceRules
from services.notices.audience_words import read_rules
from services.notices.service import NoticeService


async def rules_of(service: NoticeService, arguments: argparse.Namespace) -> AudienceRules | None:
    """The rules on the command line; None where there are none. Raises BadNotice."""
    include, exclude = arguments.include or (), arguments.exclude or ()
    if not (include or exclude):
        return None
    names = await service.choosing.names()
    return read_rules(include, exclude, match_all=arguments.match_all, names=names)


async def count(service: NoticeService, arguments: argparse.Namespace, context: Context) -> int:
    """How many meet the rules now."""
    rules = await rules_of(service, arguments) or AudienceRules()
    counted = await service.choosing.count(AudienceQuestion(audience_rules=rules, emergency=arguments.emergency))
    for line in (*counted.lines, counted.summary):
        context.out.print(line, markup=False, soft_wrap=True)
    return 0
