"""Which model answers the citizens? Versions are wanted, compared, made live, and taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock
from services.db import Sessions
from services.training import repository
from services.training.errors import (
    AlreadyLive,
    ChangeNotFound,
    DoesNotFit,
    NoLiveModel,
    NothingBefore,
    NotReady,
    UnderWay,
    VersionNotFound,
)
from services.training.models import FileRow, PromotionRow, VersionRow
from services.training.rules import Rules, check
from services.training.types import (
    Change,
    Decided,
    LogLine,
    ModelVersion,
    Promotion,
    PromotionKind,
    VersionLine,
    Wanted,
)
from services.training.views import lines, views

log = structlog.stdlib.get_logger(__name__)

#: Who is said to have done what the program does by itself.
ITSELF = "系统"


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveFile:
    """The live model as Rasa's processes get it."""

    version: int
    digest: str


class TrainingService:
    """The staff's side of the model versions."""

    def __init__(self, *, sessions: Sessions, clock: Clock, release: str, rules: Rules) -> None:
        self._sessions = sessions
        self._clock = clock
        self._release = release
        self._rules = rules

    async def want(self, wanted: Wanted, *, actor: Actor | None = None) -> ModelVersion:
        """Asks for a new version; a worker makes it. `actor`: for the audit log. Raises UnderWay."""
        async with self._sessions.begin() as session:
            # Two who ask at the same moment get one version and one refusal.
            await repository.lock_promotions(session)
            if await repository.under_way(session) is not None:
                raise UnderWay
            row = self._new(state="waiting", by=wanted.by, note=wanted.note)
            session.add(row)
            await session.flush()
            self._note(session, actor, "training.wanted", row.version, reason=wanted.note)
        log.info("training.wanted", version=row.version, by=wanted.by)
        return await self.version(row.version)

    async def cancel(self, version: int, *, by: str, actor: Actor | None = None) -> ModelVersion:
        """Stops the making of a version; raises NotReady where it is no longer being made."""
        async with self._sessions.begin() as session:
            row = await self._version(session, version, lock=True)
            if row.state not in repository.OPEN:
                raise NotReady("this version is not being made any more")
            row.state, row.owner, row.lease_until = "cancelled", None, None
            row.finished_at = self._clock.now()
            await repository.add_log(session, version, [f"cancelled by {by}"], self._clock.now())
            self._note(session, actor, "training.cancelled", version)
        return await self.version(version)

    async def register(self, *, model: bytes, data: bytes, data_digest: str, examples: int, intents: int) -> int | None:
        """Takes in the model that came with a release and makes it live; None where the live one fits the release."""
        async with self._sessions.begin() as session:
            await repository.lock_promotions(session)
            current = await repository.live(session)
            if current is not None:
                version = await session.get_one(VersionRow, current.version)
                # What staff trained on this release holds their edits, which the release's own model lacks.
                same = version.requested_by != ITSELF or version.data_digest == data_digest
                if version.release == self._release and same:
                    return None
            row = self._new(state="ready", by=ITSELF, note="随程序发布")
            row.finished_at = row.started_at = row.requested_at
            row.data_digest, row.examples, row.intents = data_digest, examples, intents
            session.add(row)
            await session.flush()
            digest = hashlib.sha256(model).hexdigest()
            session.add(FileRow(version=row.version, model=model, digest=digest, data=data))
            await session.flush()
            self._make_live(session, row.version, current, kind="released", by=ITSELF, reason="")
        log.info("training.released", version=row.version)
        return row.version

    def _new(self, *, state: str, by: str, note: str) -> VersionRow:
        return VersionRow(
            state=state,
            requested_by=by,
            note=note,
            requested_at=self._clock.now(),
            release=self._release,
            data_digest="",
            examples=0,
            intents=0,
            failure="",
        )

    async def versions(self, *, before: int = 0, limit: int = 20) -> list[ModelVersion]:
        """The latest first."""
        async with self._sessions() as session:
            rows = await repository.versions(session, before=before, limit=limit)
            return await views(session, rows, release=self._release)

    async def lines(self, *, before: int = 0, limit: int = 20, words: str = "") -> list[VersionLine]:
        """As `versions`, for a list; `words`: in the note, or who asked for it."""
        async with self._sessions() as session:
            rows = await repository.lines(session, before=before, limit=limit, words=words)
            return await lines(session, rows, release=self._release)

    async def version(self, version: int) -> ModelVersion:
        """One version; raises VersionNotFound."""
        async with self._sessions() as session:
            row = await self._version(session, version)
            return (await views(session, [row], release=self._release))[0]

    async def log(self, version: int, *, after: int = 0, limit: int = 200) -> list[LogLine]:
        """What happened while it was made, after this line; raises VersionNotFound."""
        async with self._sessions() as session:
            await self._version(session, version)
            rows = await repository.log_of(session, version, after=after, limit=limit)
        return [LogLine(seq=row.seq, at=row.at, line=row.line) for row in rows]

    async def changes(self, version: int) -> list[Change]:
        """Real questions that it takes otherwise, the most asked first; raises VersionNotFound."""
        async with self._sessions() as session:
            await self._version(session, version)
            rows = await repository.changes(session, version)
        return [msgspec.convert(row, Change, from_attributes=True) for row in rows]

    async def decide(self, version: int, decided: Decided, *, actor: Actor | None = None) -> int:
        """Accepts or rejects what changed; gives the number. Raises VersionNotFound and ChangeNotFound."""
        async with self._sessions.begin() as session:
            await self._version(session, version)
            count = await repository.decide(
                session, version, decided.question, verdict=decided.verdict, by=decided.by, now=self._clock.now()
            )
            after = {"question": decided.question or "*", "verdict": decided.verdict}
            self._note(session, actor, "training.decided", version, after=after)
        if decided.question is not None and not count:
            raise ChangeNotFound
        return count

    async def promote(self, version: int, *, by: str, reason: str = "", actor: Actor | None = None) -> ModelVersion:
        """Makes a version the live one; Rasa's processes follow within seconds.

        Raises VersionNotFound, AlreadyLive, NotReady, DoesNotFit, NotReviewed, Worse.
        """
        async with self._sessions.begin() as session:
            await repository.lock_promotions(session)
            current = await repository.live(session)
            row = await self._usable(session, version, current)
            await check(session, row, self._rules)
            self._make_live(session, version, current, kind="promoted", by=by, reason=reason)
            self._note(session, actor, "training.promoted", version, reason=reason)
        log.info("training.promoted", version=version, by=by)
        return await self.version(version)

    async def roll_back(
        self,
        *,
        by: str,
        reason: str = "",
        kind: PromotionKind = "rolled_back",
        of: int | None = None,
        actor: Actor | None = None,
    ) -> ModelVersion:
        """Makes the version before the live one live again; `of`: only while that one is live.

        Raises NoLiveModel, NothingBefore, DoesNotFit.
        """
        async with self._sessions.begin() as session:
            await repository.lock_promotions(session)
            current = await repository.live(session)
            if current is None:
                raise NoLiveModel
            if of is not None and current.version != of:
                return await self.version(current.version)
            before = await repository.version_before(session, current)
            if before is None:
                raise NothingBefore
            row = await self._usable(session, before.version, current)
            self._make_live(session, row.version, current, kind=kind, by=by, reason=reason)
            self._note(session, actor, "training.rolled_back", row.version, reason=reason)
        log.warning("training.rolled_back", version=row.version, by=by, kind=kind)
        return await self.version(row.version)

    async def _usable(self, session: AsyncSession, version: int, current: PromotionRow | None) -> VersionRow:
        row = await self._version(session, version)
        if current is not None and current.version == version:
            raise AlreadyLive
        if row.state != "ready":
            raise NotReady
        if row.release != self._release:
            raise DoesNotFit
        return row

    def _make_live(
        self,
        session: AsyncSession,
        version: int,
        current: PromotionRow | None,
        *,
        kind: PromotionKind,
        by: str,
        reason: str,
    ) -> None:
        session.add(
            PromotionRow(
                version=version,
                replaced=current.version if current else None,
                kind=kind,
                by=by,
                reason=reason,
                at=self._clock.now(),
            )
        )

    async def promotions(self, *, limit: int = 20) -> list[Promotion]:
        """When which version became live, the latest first."""
        async with self._sessions() as session:
            rows = await repository.promotions(session, limit)
        return [msgspec.convert(row, Promotion, from_attributes=True) for row in rows]

    async def live(self) -> LiveFile:
        """Which model is live; raises NoLiveModel."""
        async with self._sessions() as session:
            promotion = await repository.live(session)
            digest = await repository.digest_of_file(session, promotion.version) if promotion else None
        if promotion is None or digest is None:
            raise NoLiveModel
        return LiveFile(version=promotion.version, digest=digest)

    async def model(self, version: int) -> bytes:
        """The file that Rasa loads; raises VersionNotFound."""
        async with self._sessions() as session:
            file = await repository.file_of(session, version)
        if file is None:
            raise VersionNotFound
        return file.model

    def _note(
        self,
        session: AsyncSession,
        actor: Actor | None,
        action: str,
        version: int,
        *,
        reason: str = "",
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Into the audit log, where somebody of the staff does it; the command line has the list of promotions."""
        if actor is not None:
            subject = Subject(kind="model", id=str(version))
            record(session, actor, action, subject, now=self._clock.now(), reason=reason, after=after)

    async def _version(self, session: AsyncSession, version: int, *, lock: bool = False) -> VersionRow:
        row = await session.get(VersionRow, version, with_for_update=lock or None)
        if row is None:
            raise VersionNotFound
        return row
