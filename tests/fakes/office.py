"""A notice office in one process: real rows, a fake platform, a clock that a test sets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from bot.broadcast.articles import ArticleDesk
from bot.broadcast.chunk import Limits, Tools
from bot.broadcast.engine import Broadcaster
from services.audience.service import AudienceService
from services.citizens.service import CitizenService
from services.clock import Clock
from services.db import Sessions
from services.notices.article_store import ArticleStore
from services.notices.covers import CoverService
from services.notices.dispatch import DispatchService
from services.notices.filling import FillingService
from services.notices.lifecycle import LifecycleService
from services.notices.rates import Rate, SharedRate
from services.notices.receipts import ReceiptService
from services.notices.results import Notice
from services.notices.service import NoticeService
from services.notices.trial import TrialService
from services.notices.types import NoticeDraft
from services.notices.verifying import VerificationService
from tests.fakes.articles import FakeArticles
from tests.fakes.notice_sender import FakePlatform, FakeSender

FOLLOW = text("""
    INSERT INTO citizens (citizen_id, channel, account, address, created_at, followed_at)
    SELECT c, 'wechat', 'gh_test', 'openid-' || c, now(), now() FROM unnest(CAST(:citizens AS uuid[])) AS c
""")


@dataclass
class Office:
    """Everything that a test needs of the notices."""

    sessions: Sessions
    clock: Any
    citizens: CitizenService
    audience: AudienceService
    service: NoticeService
    verification: VerificationService
    trials: TrialService
    covers: CoverService
    #: What the account keeps on the platform.
    articles: FakeArticles
    desk: ArticleDesk
    lifecycle: LifecycleService
    dispatch: DispatchService
    receipts: ReceiptService
    platform: FakePlatform
    broadcaster: Broadcaster

    async def follow(self, count: int) -> list[UUID]:
        """So many new followers."""
        citizens = sorted(uuid4() for _ in range(count))
        async with self.sessions.begin() as session:
            await session.execute(FOLLOW, {"citizens": citizens})
        return citizens

    async def draft(self, **fields: object) -> Notice:
        values: dict[str, object] = {
            "title": "关于元旦放假期间窗口服务的通知",
            "body": "1月1日至3日各办事大厅暂停服务，1月4日恢复。",
            "due_at": self.clock.now() + timedelta(hours=1),
            "author": "张三",
            **fields,
        }
        return await self.service.create(NoticeDraft(**values))

    async def approved(self, **fields: object) -> Notice:
        notice = await self.draft(**fields)
        await self.service.submit(str(notice.id), "张三")
        notice = await self.service.approve(str(notice.id), "李四")
        await self.lifecycle.freeze_all()
        return notice

    async def sending(self, **fields: object) -> Notice:
        notice = await self.approved(**fields)
        self.clock.instant = notice.due_at
        await self.lifecycle.tick()
        return await self.service.get(str(notice.id))

    async def send_all(self, rounds: int = 50) -> None:
        """Works until nothing is left that could be claimed now."""
        for _ in range(rounds):
            if not await self.broadcaster.run():
                return
        raise AssertionError("the broadcaster never came to an end")

    async def states(self, notice: Notice) -> dict[str, int]:
        """The rows themselves, counted the slow way: what the counters must equal."""
        query = text("SELECT state, count(*) FROM notice_deliveries WHERE notice_id = :id GROUP BY state")
        async with self.sessions() as session:
            return {row.state: row.count for row in await session.execute(query, {"id": notice.id})}

    async def available_now(self) -> None:
        """As if every lease had ended and every pause were over."""
        async with self.sessions.begin() as session:
            await session.execute(text("UPDATE notice_chunks SET available_at = now() - interval '1 second'"))

    async def check_counts(self, notice: Notice) -> None:
        """Counters and rows say the same, and they close."""
        states = await self.states(notice)
        counters = (await self.service.get(str(notice.id))).counters
        for state in ("accepted", "failed", "in_doubt", "cancelled"):
            assert getattr(counters, state) == states.get(state, 0), (state, states, counters)
        assert counters.audience == sum(states.values())
        assert await self.reasons(notice) == await self._reasons_of_rows(notice)

    async def reasons(self, notice: Notice) -> dict[tuple[str, str], int]:
        """What failed and what is in doubt, as it is told."""
        progress = await self.service.progress(str(notice.id))
        return {(one.state, one.reason): one.count for one in progress.reasons}

    async def _reasons_of_rows(self, notice: Notice) -> dict[tuple[str, str], int]:
        query = text("""
            SELECT state, reason, count(*) FROM notice_deliveries
            WHERE notice_id = :id AND version = (SELECT max(version) FROM notice_runs WHERE notice_id = :id)
                AND state IN ('failed', 'in_doubt')
            GROUP BY state, reason
        """)
        async with self.sessions() as session:
            return {(row[0], row[1]): row[2] for row in await session.execute(query, {"id": notice.id})}


def make_office(sessions: Sessions, clock: Clock) -> Office:
    """On this clock."""
    platform = FakePlatform()
    citizens = CitizenService(sessions=sessions, clock=clock)
    audience = AudienceService(sessions=sessions, clock=clock)
    dispatch = DispatchService(sessions, clock)
    filling = FillingService(sessions=sessions, audience=audience)
    rate = SharedRate(sessions=sessions, name="test", rate=Rate(per_second=100_000, capacity=100_000))
    rates = {"rate": rate, "group_rate": rate, "emergency_rate": rate}
    articles = FakeArticles(platform)
    desk = ArticleDesk(store=ArticleStore(sessions=sessions, clock=clock, account="wx0"), client=articles)
    tools = Tools(
        dispatch=dispatch,
        addresses=citizens,
        filling=filling,
        sender=FakeSender(platform),
        articles=desk,
        **rates,
    )
    return Office(
        sessions=sessions,
        clock=clock,
        citizens=citizens,
        audience=audience,
        service=NoticeService(sessions=sessions, clock=clock, audience=audience),
        verification=VerificationService(sessions=sessions, clock=clock),
        trials=TrialService(sessions=sessions, clock=clock, audience=audience),
        covers=CoverService(sessions=sessions, clock=clock),
        articles=articles,
        desk=desk,
        lifecycle=LifecycleService(sessions=sessions, clock=clock, audience=audience),
        dispatch=dispatch,
        receipts=ReceiptService(sessions),
        platform=platform,
        broadcaster=Broadcaster(tools, Limits(lease_seconds=30, burst=20, write_pause_seconds=0.05)),
    )
