"""How do workers find, lease, attempt and settle recipients? The rows' side of sending; no platform in sight.

claim -> [advance -> the worker calls the platform]* -> release; each is one short transaction, and none is open
while the platform is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock, local
from services.db import Sessions
from services.notices import counting, deliveries, filling, receipts, repository, tally
from services.notices.rules import ROUTES, SYSTEM, RouteName
from services.notices.tally import Tally
from services.notices.values import Advance, Chunk, Outcome

log = structlog.stdlib.get_logger(__name__)

#: What a notice says to everybody alike has no places.
NOTHING_FILLED: Mapping[UUID, Mapping[str, str]] = MappingProxyType({})


class DispatchService:
    """The rows of notices being sent."""

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def has_work(self, *, emergencies: bool = False) -> bool:
        """Could `claim` find something now?"""
        async with self._sessions() as session:
            return await deliveries.has_work(session, emergencies=emergencies)

    async def claim(self, *, lease_seconds: float, emergencies: bool = False) -> Chunk | None:
        """Leases the most urgent free chunk, of `emergencies` only where asked; None when there is nothing to do.

        The attempts of a holder that never came back are settled on the way: retried where the route takes an
        idempotency key, else in doubt.
        """
        while True:
            async with self._sessions.begin() as session:
                found = await self._take(session, lease_seconds, emergencies=emergencies)
            if found is None:
                return None
            chunk, closed = found
            if chunk.recipients:
                return chunk
            if closed:
                await self.finish(chunk.key.notice_id)

    async def _take(
        self, session: AsyncSession, lease_seconds: float, *, emergencies: bool
    ) -> tuple[Chunk, bool] | None:
        lease = uuid4()
        for notice_id, version, routes in await deliveries.candidates(session, emergencies=emergencies):
            if not await deliveries.hold_notice(session, notice_id, version):
                continue
            taken = await deliveries.take_chunk(session, notice_id, version, lease, lease_seconds)
            if taken is None:
                continue
            key, lost = taken
            if lost:
                deltas = await deliveries.recover(session, key, routes)
                await counting.count(session, key, deltas)
                doubtful = tally.states(deltas)["in_doubt"]
                log.warning("notice.lease_lost", notice=str(notice_id), chunk=key.chunk, in_doubt=doubtful)
            recipients = await deliveries.lease_rows(session, key)
            closed = not recipients and not await deliveries.release(session, key, 0)
            content = await repository.content(session, notice_id, version)
            return Chunk(key=key, lease=lease, content=content, recipients=recipients), closed
        return None

    async def advance(
        self,
        chunk: Chunk,
        settled: Sequence[Outcome],
        attempt: Sequence[UUID],
        *,
        lease_seconds: float,
        filled: Mapping[UUID, Mapping[str, str]] = NOTHING_FILLED,
    ) -> Advance:
        """Settles the last attempts and commits the next ones before they are called, with what stands at the places
        of a personalised notice for each."""
        routes = deliveries.rules_of(chunk.content.route, emergency=chunk.content.emergency)
        async with self._sessions.begin() as session:
            going = await deliveries.hold_notice(session, chunk.key.notice_id, chunk.key.version)
            holds = await deliveries.lock_chunk(session, chunk.key, chunk.lease)
            deltas = await self._settle(session, chunk, settled, holds=holds)
            marked: frozenset[UUID] = frozenset()
            if going and holds and attempt:
                await deliveries.renew(session, chunk.key, lease_seconds)
                marked, doubtful = await deliveries.mark(session, chunk.key, attempt, routes)
                deltas.update(doubtful)
            await counting.count(session, chunk.key, deltas)
            await filling.keep(session, chunk.key, {one: filled[one] for one in marked & filled.keys()})
            if marked:
                route = _route_of(chunk, attempt[0])
                today = local(self._clock.now()).date()
                await counting.count_calls(session, route, today, 1 if ROUTES[route].grouped else len(marked))
        return Advance(going=going and holds, marked=marked)

    async def release(self, chunk: Chunk, settled: Sequence[Outcome], *, again_in_seconds: float) -> None:
        """Settles the last attempts and gives the chunk back; what was not attempted is pending again."""
        async with self._sessions.begin() as session:
            holds = await deliveries.lock_chunk(session, chunk.key, chunk.lease)
            deltas = await self._settle(session, chunk, settled, holds=holds)
            still_open = not holds or await deliveries.release(session, chunk.key, again_in_seconds)
            await counting.count(session, chunk.key, deltas)
        if not still_open:
            await self.finish(chunk.key.notice_id)

    async def _settle(self, session: AsyncSession, chunk: Chunk, settled: Sequence[Outcome], *, holds: bool) -> Tally:
        if not settled:
            return Tally()
        if not holds:
            log.warning("notice.settled_late", notice=str(chunk.key.notice_id), chunk=chunk.key.chunk)
        deltas = await deliveries.settle(session, chunk.key, settled, holds=holds)
        await receipts.remember(session, chunk, settled)
        return deltas

    async def finish(self, notice_id: UUID) -> bool:
        """Ends the notice when every recipient is settled; asking twice changes nothing."""
        async with self._sessions.begin() as session:
            notice = await repository.lock_notice(session, notice_id)
            now = self._clock.now()
            for open_run in await repository.lock_open_runs(session, notice_id):
                if repository.closes(open_run):
                    open_run.closed_at = now
            run = await repository.current_run(session, notice)
            if notice.state != "sending" or run is None or run.closed_at is None:
                return False
            notice.reason = ""
            repository.change(session, notice, at=now, by=SYSTEM, action="finish", to="finished")
        log.info("notice.finished", notice=str(notice_id), audience=run.audience, failed=run.failed)
        return True

    async def pause(self, notice_id: UUID, reason: str) -> None:
        """The notice pauses itself: the platform would refuse everybody."""
        async with self._sessions.begin() as session:
            notice = await repository.lock_notice(session, notice_id)
            if notice.state != "sending":
                return
            notice.reason = reason
            repository.change(
                session, notice, at=self._clock.now(), by=SYSTEM, action="pause", to="paused", detail=reason
            )
        log.warning("notice.paused", notice=str(notice_id), reason=reason)


def _route_of(chunk: Chunk, citizen_id: UUID) -> RouteName:
    """By which route is this one of the chunk called?"""
    fallen = next(one.fallen for one in chunk.recipients if one.citizen_id == citizen_id)
    return chunk.content.routes[fallen]
