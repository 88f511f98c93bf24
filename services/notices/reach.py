"""Who would get a notice if it went out as it is planned, who would not, and what does it cost? Before approval.

What only the platform knows (who blocked the account, who never subscribed) shows when it is sent; this counts what
our own rows tell. Everything is read page by page, so that a million followers need no more room than one page.
"""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.clock import Clock
from services.db import Sessions
from services.notices import recipient_rows, repository, texts
from services.notices.audience import EVERYBODY, Audience, Whom
from services.notices.filling import FillingService
from services.notices.models import NoticeRow
from services.notices.monthly import Sent, month_of, sent_since
from services.notices.results import Reach, Unreachable
from services.notices.rules import ROUTES
from services.notices.values import Content
from services.notices.ways import narrow

PAGE = 10_000
#: So many of those who cannot be reached are named, for each reason.
NAMED = 50

#: Routes that reach only some of those who have an address -> why they do not reach the others.
NARROW: Mapping[str, str] = {"customer": "no_window", "subscription": "not_agreed"}

#: Which of these citizens got (or may have got) `most` or more of those versions since then?
USED_UP = text("""
    SELECT d.citizen_id FROM notice_deliveries d
    JOIN unnest(CAST(:notices AS uuid[]), CAST(:versions AS int[])) AS s(notice_id, version)
        ON d.notice_id = s.notice_id AND d.version = s.version
    WHERE d.citizen_id = ANY(CAST(:citizens AS uuid[])) AND d.attempted_at >= :since
        AND d.state IN ('attempting', 'accepted', 'in_doubt')
    GROUP BY d.citizen_id HAVING count(*) >= :most
""")


@dataclass(kw_only=True, slots=True)
class Lost:
    """Whom a notice will not reach for one reason: how many, and the first of them."""

    count: int = 0
    first: list[UUID] = field(default_factory=list)

    def add(self, citizen: UUID) -> None:
        self.count += 1
        if len(self.first) < NAMED:
            self.first.append(citizen)


class ReachService:
    """Counts an audience before it is frozen."""

    def __init__(self, *, sessions: Sessions, clock: Clock, audience: Audience) -> None:
        self._sessions = sessions
        self._clock = clock
        self._audience = audience
        self._filling = FillingService(sessions=sessions, audience=audience)

    async def of(self, reference: str) -> Reach:
        """As things stand now; raises NoticeNotFound."""
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
            since = month_of(max(self._clock.now(), notice.due_at))
            sent = await sent_since(session, notice.route, since)
        most, only = ROUTES[notice.route].a_month, _only(notice, max(self._clock.now(), notice.due_at))
        if not most or len(sent) < most:
            sent = ()
        whom = replace(repository.whom_of(notice), leavers=True)
        wanting = repository.whom_of(notice)
        content = repository.content_of(repository.version_of(notice, self._clock.now()), notice.number)
        if notice.audience_kind == "all" and not sent and not content.fields:
            return await self._counted(notice, whom, wanting, only)
        audience, lost = 0, dict[str, Lost]()
        async for page in self._pages(notice, whom):
            audience += len(page)
            citizens = [citizen for citizen, _ in page]
            left = frozenset() if wanting == whom else await self._audience.left(citizens)
            used_up = await self._used_up(citizens, sent, most, since)
            unfilled = await self._unfilled(content, citizens, whom)
            outside = await self._outside(citizens, only)
            for citizen, reason in page:
                why = reason or ("left" if citizen in left else "month_used_up" if citizen in used_up else "")
                why = why or unfilled.get(citizen, "") or (NARROW[notice.route] if citizen in outside else "")
                if why:
                    lost.setdefault(why, Lost()).add(citizen)
        return _reach(notice, audience, lost)

    async def _counted(self, notice: NoticeRow, whom: Whom, wanting: Whom, only: Mapping[str, Any]) -> Reach:
        """Counted by the database alone: all followers who meet the rules, who of them wants no notices any more, and
        whom of the others the route does not reach."""
        audience, lost = await self._audience.count_followers(whom), dict[str, Lost]()
        left = 0
        if wanting != whom:
            gone = replace(whom, only_leavers=True)
            left = await self._audience.count_followers(gone)
            if left:
                named = [found.citizen_id for found in await self._audience.followers(None, NAMED, gone)]
                lost["left"] = Lost(count=left, first=named)
        if only:
            outside = audience - left - await self._audience.count_followers(replace(wanting, **only))
            if outside:
                lost[NARROW[notice.route]] = Lost(count=outside, first=await self._first_outside(wanting, only))
        return _reach(notice, audience, lost)

    async def _first_outside(self, wanting: Whom, only: Mapping[str, Any]) -> list[UUID]:
        """Some of those whom the route does not reach, found on the first page: nobody reads on for a name."""
        page = [found.citizen_id for found in await self._audience.followers(None, PAGE, wanting)]
        outside = await self._outside(page, only)
        return [citizen for citizen in page if citizen in outside][:NAMED]

    async def _outside(self, citizens: Sequence[UUID], only: Mapping[str, Any]) -> frozenset[UUID]:
        """Those of these citizens whom the route does not reach."""
        if not only:
            return frozenset()
        return frozenset(citizens) - await self._audience.among(citizens, replace(EVERYBODY, **only))

    async def anybody(self, reference: str) -> bool:
        """Is there anybody whom it is for?"""
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
            whom = repository.whom_of(notice)
            if notice.audience_kind == "all":
                return bool(await self._audience.followers(None, 1, whom))
            such = partial(self._audience.meets, whom=whom)
            return bool(await recipient_rows.recipients_after(session, notice.id, None, 1, such))

    async def _pages(self, notice: NoticeRow, whom: Whom) -> AsyncIterator[list[tuple[UUID, str]]]:
        """Citizens, each with the reason why nothing can reach them; empty: it can."""
        after: UUID | None = None
        while True:
            if notice.audience_kind == "all":
                page = [(found.citizen_id, "") for found in await self._audience.followers(after, PAGE, whom)]
            else:
                page = await self._listed(notice.id, after, whom)
            if page:
                yield page
                after = page[-1][0]
            if len(page) < PAGE:
                return

    async def _listed(self, notice_id: UUID, after: UUID | None, whom: Whom) -> list[tuple[UUID, str]]:
        async with self._sessions() as session:
            citizens = await recipient_rows.recipients_after(
                session, notice_id, after, PAGE, partial(self._audience.meets, whom=whom)
            )
        known = {found.citizen_id: found for found in await self._audience.resolve_many(citizens)}
        return [
            (citizen, "unknown" if citizen not in known else "" if known[citizen].address else "no_address")
            for citizen in citizens
        ]

    async def _unfilled(self, content: Content, citizens: list[UUID], whom: Whom) -> dict[UUID, str]:
        """For whom a place cannot be filled, and why."""
        if not content.fields:
            return {}
        filled = await self._filling.filled(content, citizens, whom)
        return {citizen: one.reason for citizen, one in filled.items() if one.reason}

    async def _used_up(self, citizens: list[UUID], sent: Sent, most: int, since: datetime) -> frozenset[UUID]:
        if not sent:
            return frozenset()
        values = {
            "notices": [notice_id for notice_id, _ in sent],
            "versions": [version for _, version in sent],
            "citizens": citizens,
            "since": since,
            "most": most,
        }
        async with self._sessions() as session:
            return frozenset((await session.execute(USED_UP, values)).scalars())


def _only(notice: NoticeRow, when: datetime) -> Mapping[str, Any]:
    """What must be true of whom the notice's one route reaches; an emergency goes on to others."""
    return {} if notice.emergency or notice.route not in NARROW else narrow(when, notice.route, None)  # type: ignore[arg-type]


def _reach(notice: NoticeRow, audience: int, lost: dict[str, Lost]) -> Reach:
    route = ROUTES[notice.route]
    reachable = audience - sum(one.count for one in lost.values())
    rows = audience - (lost["left"].count if "left" in lost else 0)
    # Whom the platform will refuse is called all the same: it is the platform that knows for sure.
    refused = sum(lost[why].count for why in NARROW.values() if why in lost)
    calls = math.ceil(rows / route.chunk_size) if route.grouped else reachable + refused
    warnings = []
    if not reachable:
        warnings.append(texts.nobody_reachable())
    if route.grouped and reachable == 1:
        warnings.append(texts.REASONS["too_few"] + "。")
    if route.calls_a_day and calls > route.calls_a_day:
        warnings.append(texts.beyond_a_day(calls, route.calls_a_day))
    return Reach(
        audience=audience,
        reachable=reachable,
        unreachable=[
            Unreachable(reason=why, reason_text=texts.reason_text(why), count=them.count, citizens=them.first)
            for why, them in sorted(lost.items())
        ],
        calls=calls,
        calls_a_day=route.calls_a_day or None,
        warnings=warnings,
    )
