"""By which route would how many of an audience be reached, and what would be left of the platform's quota?

What is known: who has an address, who wrote within 48 hours, who agreed to subscription notices, who got four mass
messages this month. What only the platform knows shows when it is sent.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from services.clock import Clock, local
from services.db import Sessions
from services.notices import recipient_rows, repository, texts
from services.notices.audience import Audience, Whom
from services.notices.models import CallsRow, NoticeRow
from services.notices.monthly import month_of, sent_since
from services.notices.personal import names_in
from services.notices.results import Way
from services.notices.rules import ROUTES, RouteName

#: For so long after a citizen's last message the platform takes customer messages.
WINDOW = timedelta(hours=48)
ALL_ROUTES: tuple[RouteName, ...] = ("template", "subscription", "customer", "mass")


class WaysService:
    """Counts an audience by every route, before it is approved."""

    def __init__(self, *, sessions: Sessions, clock: Clock, audience: Audience) -> None:
        self._sessions = sessions
        self._clock = clock
        self._audience = audience

    async def of(self, reference: str) -> list[Way]:
        """As things stand now, the chosen route first; raises NoticeNotFound."""
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
            today = local(self._clock.now()).date()
            made = select(CallsRow.route, CallsRow.calls).where(CallsRow.day == today)
            calls = {row.route: row.calls for row in await session.execute(made)}
            when = max(self._clock.now(), notice.due_at)
            sent = await sent_since(session, "mass", month_of(when))
        # Nobody can have had four where fewer went out.
        full_since = month_of(when) if len(sent) >= ROUTES["mass"].a_month else None
        whom = {route: replace(repository.whom_of(notice), **narrow(when, route, full_since)) for route in ALL_ROUTES}
        called = await self._count(notice, whom["template"])
        ways = [await self._way(notice, route, whom[route], called, calls.get(route, 0)) for route in ALL_ROUTES]
        return sorted(ways, key=lambda way: not way.chosen)

    async def _way(self, notice: NoticeRow, route: RouteName, whom: Whom, called: int, made: int) -> Way:
        """`called`: how many have an address; each is called, also who turns out not to be reached."""
        rules = ROUTES[route]
        # One call to many says the same to all of them.
        refuses = rules.grouped and bool(names_in(notice.title, notice.body, notice.url))
        reachable = 0 if refuses else await self._count(notice, whom)
        calls = math.ceil(reachable / rules.chunk_size) if rules.grouped else called
        return Way(
            route=route,
            route_text=texts.ROUTE_NAMES[route],
            chosen=route == notice.route,
            reachable=reachable,
            calls=calls,
            calls_a_day=rules.calls_a_day or None,
            calls_today=made,
            calls_left=rules.calls_a_day - made - calls if rules.calls_a_day else None,
            note=texts.no_personal_mass() if refuses else texts.ROUTE_NOTES[route],
        )

    async def _count(self, notice: NoticeRow, whom: Whom) -> int:
        if notice.audience_kind == "all":
            return await self._audience.count_followers(whom)
        async with self._sessions() as session:
            return await recipient_rows.count_recipients(session, notice.id, partial(self._audience.meets, whom=whom))


def narrow(when: datetime, route: RouteName, full_since: datetime | None) -> dict[str, Any]:
    """What of an audience a route reaches at the time when it will be sent."""
    if route == "subscription":
        return {"addressed": True, "agreed": True}
    if route == "customer":
        return {"addressed": True, "heard_since": when - WINDOW}
    return {"addressed": True, "fewer_since": full_since if route == "mass" else None}
