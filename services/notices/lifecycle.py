"""What does a tick do with notices? Freezes audiences, starts what is due, ends what is over. Any number may tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import cast
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import CITY_ZONE, Clock
from services.db import Sessions
from services.notices import counting, deliveries, freezing, recipient_rows, repository, ticking
from services.notices.audience import Audience, Follower, Span, Whom
from services.notices.dispatch import DispatchService
from services.notices.models import NoticeRow, RunRow, VersionRow
from services.notices.repeating import RepeatingService
from services.notices.rules import ROUTES, SYSTEM, Decision, LatePolicy, Plan, allowed, decide
from services.notices.values import ChunkKey

log = structlog.stdlib.get_logger(__name__)

#: So long before it is due a notice that comes again gets its audience.
FREEZE_AHEAD = timedelta(minutes=10)
#: Recipients copied in one transaction; a whole number of every route's chunks.
PAGE = 10_000
#: Followers looked at in one transaction, where the database chooses and copies them by itself.
SPAN = 20_000
#: Chunks swept in one transaction.
SWEEP = 50
#: A due notice whose audience is not complete is looked at again after this.
FREEZE_POLL = timedelta(seconds=1)

#: A tick's decision -> the action for the audit trail and the new state.
DECIDED: Mapping[str, tuple[str, str]] = {
    "wait": ("wait", "approved"),
    "due": ("due", "due"),
    "go": ("start", "sending"),
    "ask": ("ask", "late"),
    "expire": ("expire", "expired"),
}


class LifecycleService:
    """Notices between approval and their end."""

    def __init__(self, *, sessions: Sessions, clock: Clock, audience: Audience) -> None:
        self._sessions = sessions
        self._clock = clock
        self._audience = audience
        self._dispatch = DispatchService(sessions, clock)
        self._repeating = RepeatingService(sessions=sessions, clock=clock)

    async def tick(self) -> None:
        """Everything that has become due since the last tick."""
        await self.freeze_all()
        await self.move()
        await self.sweep_all()

    async def move(self) -> None:
        """Starts, plans and ends; freezing and sweeping take longer and have ticks of their own."""
        await self.start_due()
        await self._repeating.plan_all()
        await self.watch_running()
        await self.finish_all()

    # -- the audience

    async def freeze_all(self) -> None:
        """Completes every approved notice's audience, page by page; that of a notice coming again shortly before its
        time, so that who followed meanwhile gets it."""
        async with self._sessions() as session:
            until = self._clock.now() + FREEZE_AHEAD
            runs = await ticking.unfrozen_runs(session, repeats_until=until)
        for run in runs:
            while await self.freeze_page(run.notice_id, run.version):
                pass

    async def freeze_page(self, notice_id: UUID, version: int) -> bool:
        """Copies the next page of the audience into rows; is there more? Whom the approved version is for, whatever has
        been written since."""
        async with self._sessions() as session:
            run = await repository.run_of(session, notice_id, version)
            if run is None or run.frozen or run.stopping:
                return False
            notice = await session.get_one(NoticeRow, notice_id)
            approved = await session.get_one(VersionRow, (notice_id, version))
        whom = repository.whom_of(notice, approved)
        size = ROUTES[approved.route].chunk_size
        if approved.audience_kind == "all":
            return await self._freeze_span(run, whom, size)
        return await self._freeze_listed(run, whom, size)

    async def _freeze_span(self, run: RunRow, whom: Whom, chunk_size: int) -> bool:
        """Those of the next followers who meet the rules, by one statement. Of two workers at once the second waits
        and goes on behind the first."""
        async with self._sessions.begin() as session:
            locked = await repository.lock_run(session, run.notice_id, run.version)
            if locked.frozen or locked.stopping:
                return False
            span = Span(after=locked.freeze_after, upto=await self._audience.last_of(locked.freeze_after, SPAN))
            chosen = self._audience.chosen(whom, span)
            await freezing.freeze_chosen(session, locked, chosen, upto=span.upto, chunk_size=chunk_size)
            if span.upto is None:
                await self._complete(session, locked)
            return not locked.frozen

    async def _freeze_listed(self, run: RunRow, whom: Whom, chunk_size: int) -> bool:
        """The next of the notice's own list. Two workers at once lose nothing: who finds that the other has moved on
        starts again from there."""
        page = await self._listed(run.notice_id, run.freeze_after, whom)
        async with self._sessions.begin() as session:
            locked = await repository.lock_run(session, run.notice_id, run.version)
            if locked.frozen or locked.stopping or locked.freeze_after != run.freeze_after:
                return not locked.frozen and not locked.stopping
            if page:
                await freezing.freeze_page(session, locked, page, chunk_size=chunk_size)
            if len(page) < PAGE:
                await self._complete(session, locked)
            return not locked.frozen

    async def _complete(self, session: AsyncSession, locked: RunRow) -> None:
        locked.frozen = True
        if locked.audience >= PAGE:
            await freezing.analyze(session)
        log.info("notice.frozen", notice=str(locked.notice_id), version=locked.version, audience=locked.audience)

    async def _listed(self, notice_id: UUID, after: UUID | None, whom: Whom) -> Sequence[Follower]:
        async with self._sessions() as session:
            citizens = await recipient_rows.recipients_after(
                session, notice_id, after, PAGE, partial(self._audience.meets, whom=whom)
            )
        known = {citizen.citizen_id: citizen for citizen in await self._audience.resolve_many(citizens)}
        return [known.get(citizen) or Stranger(citizen) for citizen in citizens]

    # -- what is due

    async def start_due(self) -> None:
        """Decides about every notice whose time to be looked at has come."""
        while await self._start_next():
            pass

    async def _start_next(self) -> bool:
        now = self._clock.now()
        async with self._sessions.begin() as session:
            notice = await ticking.claim_waiting(session, now)
            if notice is None:
                return False
            run = await repository.current_run(session, notice)
            if run is None:
                raise RuntimeError(f"approved notice without a run: {notice.id}")
            decision = decide(_plan(notice, run), now, CITY_ZONE)
            if decision.kind == "go" and not run.frozen:
                decision = Decision(kind="due", until=now + FREEZE_POLL, reason="freezing")
            await _apply(session, notice, run, decision, now)
        return True

    async def watch_running(self) -> None:
        """Ends what is past its expiry; what is being sent when quiet hours begin waits for their end."""
        now = self._clock.now()
        async with self._sessions() as session:
            running = await ticking.running(session)
        for seen in running:
            async with self._sessions.begin() as session:
                run = await repository.current_run(session, seen)
                if run is None or not _must_stop(seen, run, now):
                    continue
                notice = await repository.lock_notice(session, seen.id)
                if _must_stop(notice, run, now):
                    await _apply(session, notice, run, decide(_plan(notice, run), now, CITY_ZONE), now)

    # -- what is over

    async def sweep_all(self) -> None:
        """Cancels what is open of stopped runs, some chunks at a time."""
        async with self._sessions() as session:
            runs = await ticking.stopping_runs(session)
        for run in runs:
            while await self.sweep(run.notice_id, run.version):
                pass

    async def sweep(self, notice_id: UUID, version: int) -> bool:
        """Cancels the open rows of some chunks of a stopped run; is there more that can be done now?"""
        key = ChunkKey(notice_id=notice_id, version=version, chunk=-1)
        async with self._sessions.begin() as session:
            closed, deltas = await deliveries.sweep(session, notice_id, version, limit=SWEEP)
            await counting.count(session, key, deltas)
        if not closed:
            await self._dispatch.finish(notice_id)
        return closed > 0

    async def finish_all(self) -> None:
        """Ends notices whose last recipient was settled by a worker that died right after."""
        async with self._sessions() as session:
            sending = [notice for notice in await ticking.running(session) if notice.state == "sending"]
            runs = [await repository.current_run(session, notice) for notice in sending]
        for run in runs:
            if run is not None and (run.closed_at is not None or repository.closes(run)):
                await self._dispatch.finish(run.notice_id)


@dataclass(frozen=True, slots=True)
class Stranger:
    """Someone on a list whom we never met: the row fails with a reason, and staff see it."""

    citizen_id: UUID
    channel: str = "none"
    address: str | None = None


def _plan(notice: NoticeRow, run: RunRow) -> Plan:
    return Plan(
        due_at=notice.due_at,
        late_policy=cast("LatePolicy", notice.late_policy),
        late_after=timedelta(seconds=notice.late_after_seconds),
        late_released=notice.late_released,
        expires_at=notice.expires_at,
        quiet_from=notice.quiet_from,
        quiet_until=notice.quiet_until,
        emergency=notice.emergency,
        started=run.started_at is not None,
    )


def _must_stop(notice: NoticeRow, run: RunRow, now: datetime) -> bool:
    """Is a running notice expired, or (being sent) in quiet hours?"""
    kind = decide(_plan(notice, run), now, CITY_ZONE).kind
    return (kind == "expire" and allowed("expire", notice.state)) or (kind == "due" and notice.state == "sending")


async def _apply(session: AsyncSession, notice: NoticeRow, run: RunRow, decision: Decision, now: datetime) -> None:
    """Writes the decision about a locked notice down; only a change of state enters the audit trail."""
    notice.wake_at = decision.until
    notice.reason = decision.reason
    if decision.kind == "expire":
        locked = await repository.lock_run(session, run.notice_id, run.version)
        locked.stopping = True
    if decision.kind == "go":
        locked = await repository.lock_run(session, run.notice_id, run.version)
        locked.started_at = locked.started_at or now
    action, state = DECIDED[decision.kind]
    if notice.state != state:
        repository.change(session, notice, at=now, by=SYSTEM, action=action, to=state, detail=decision.reason)
        log.info("notice." + state, notice=str(notice.id), number=notice.number, reason=decision.reason)
