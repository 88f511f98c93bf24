"""How does a wanted version become a judged one? Claimed by one worker at a time, and never lost with it.

A version is made by whoever holds its lease; a worker that dies loses it, and the next one begins again. What is
written at the end is written once: in the transaction that ends the lease.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock
from services.db import Sessions
from services.training import repository
from services.training.errors import LeaseLost
from services.training.models import FileRow, VersionRow
from services.training.types import Change, Evaluation, HeldOut

#: A worker that gave no sign for this long has lost the version.
LEASE = timedelta(seconds=15)
#: Whatever kills a worker this often would kill the next one too.
MOST_TRIES = 3
#: Versions whose files stay, so that one can go back to them.
FILES_KEPT = 10

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A version that is ours to make, until the lease ends."""

    version: int
    owner: UUID
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What came out of the training."""

    model: bytes
    #: A zip of the YAML files that it learnt from.
    data: bytes
    data_digest: str
    examples: int
    intents: int


class MakingService:
    """The worker's side of the model versions."""

    def __init__(self, *, sessions: Sessions, clock: Clock, release: str) -> None:
        self._sessions = sessions
        self._clock = clock
        self._release = release

    async def claim(self) -> Claim | None:
        """A version that nobody works on; None where there is none."""
        async with self._sessions.begin() as session:
            now = self._clock.now()
            row = await repository.free_to_make(session, now)
            if row is None:
                return None
            if row.tries >= MOST_TRIES:
                _end(row, "failed", failure=f"given up after {row.tries} tries")
                row.finished_at = now
                return None
            row.owner, row.lease_until = uuid4(), now + LEASE
            row.state, row.tries, row.started_at = "training", row.tries + 1, now
            row.release = self._release
            log.info("training.claimed", version=row.version, tries=row.tries)
            return Claim(version=row.version, owner=row.owner, note=row.note)

    async def renew(self, claim: Claim, lines: Sequence[str] = ()) -> None:
        """A sign of life, with what happened since the last; raises LeaseLost."""
        async with self._sessions.begin() as session:
            row = await self._held(session, claim)
            now = self._clock.now()
            row.lease_until = now + LEASE
            await repository.add_log(session, claim.version, lines, now)

    async def trained(self, claim: Claim, made: Made) -> None:
        """The model is there; what is left is to judge it. Raises LeaseLost."""
        async with self._sessions.begin() as session:
            row = await self._held(session, claim)
            row.state, row.data_digest = "evaluating", made.data_digest
            row.examples, row.intents = made.examples, made.intents
            row.lease_until = self._clock.now() + LEASE
            digest = hashlib.sha256(made.model).hexdigest()
            await repository.put_file(
                session, FileRow(version=claim.version, model=made.model, digest=digest, data=made.data)
            )

    async def judged(self, claim: Claim, evaluation: Evaluation, changes: Sequence[Change]) -> None:
        """The version is ready. Raises LeaseLost."""
        async with self._sessions.begin() as session:
            row = await self._held(session, claim)
            row.evaluation = msgspec.to_builtins(evaluation)
            row.finished_at = self._clock.now()
            _end(row, "ready")
            await repository.replace_changes(session, claim.version, changes)
        log.info("training.ready", version=claim.version, changed=evaluation.changed)

    async def failed(self, claim: Claim, reason: str) -> None:
        """It cannot be made; raises LeaseLost."""
        async with self._sessions.begin() as session:
            row = await self._held(session, claim)
            row.finished_at = self._clock.now()
            _end(row, "failed", failure=reason[:2000])
        log.error("training.failed", version=claim.version)

    async def release(self, claim: Claim) -> None:
        """Gives the version back unfinished, for the next worker; it does not count as a try."""
        async with self._sessions.begin() as session:
            row = await self._held(session, claim)
            row.tries -= 1
            _end(row, "waiting")

    async def tidy(self) -> None:
        """Keeps the files of the latest versions only; what is known of the others stays."""
        async with self._sessions.begin() as session:
            await repository.drop_old_files(session, kept=FILES_KEPT)

    async def live_model(self) -> tuple[int, bytes] | None:
        """The live version with its file, where it fits this release."""
        async with self._sessions() as session:
            promotion = await repository.live(session)
            if promotion is None:
                return None
            version = await session.get_one(VersionRow, promotion.version)
            file = await repository.file_of(session, promotion.version)
        return (version.version, file.model) if file is not None and version.release == self._release else None

    async def held_out(self) -> list[HeldOut]:
        """The questions to judge by."""
        async with self._sessions() as session:
            return [HeldOut(question=row.question, intent=row.intent) for row in await repository.held_out(session)]

    async def _held(self, session: AsyncSession, claim: Claim) -> VersionRow:
        row = await session.get_one(VersionRow, claim.version, with_for_update=True)
        if row.owner != claim.owner:
            raise LeaseLost
        return row


def _end(row: VersionRow, state: str, *, failure: str = "") -> None:
    row.state, row.failure, row.owner, row.lease_until = state, failure, None, None
