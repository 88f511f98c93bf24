"""How far is a case? Asked by who knows its code, told to who subscribed, reported by the backends that work on it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import Clock
from services.crypto import Cipher, load_cipher
from services.db import Sessions
from services.errors import BadRequest
from services.progress import feed, repository
from services.progress.errors import CaseNotFound
from services.progress.gate import Gate
from services.progress.models import CaseRow
from services.progress.rules import FORGOTTEN_AFTER, KNOWN_FOR, typed_code
from services.progress.types import Case, CaseFeed, CaseFollowed, CaseNews, CaseQuery, FeedOutcome, NewStep
from services.progress.views import CodeLists, case_view, news_view
from services.settings import ServicesSettings

log = structlog.stdlib.get_logger(__name__)


class ProgressService:
    """Cases: what citizens ask, what backends report, what subscribers are told."""

    def __init__(self, *, sessions: Sessions, clock: Clock, cipher: Cipher, attempts_per_hour: int) -> None:
        self._sessions = sessions
        self._clock = clock
        self._gate = Gate(cipher=cipher, attempts_per_hour=attempts_per_hour)

    @classmethod
    def from_settings(cls, sessions: Sessions, clock: Clock, settings: ServicesSettings) -> ProgressService:
        """Raises SettingsError when the vault key cannot be used."""
        return cls(
            sessions=sessions,
            clock=clock,
            cipher=load_cipher(settings.vault_key, settings.data_path),
            attempts_per_hour=settings.case_attempts_per_hour,
        )

    async def query(self, question: CaseQuery) -> Case:
        """The case for who knows its code; raises CaseNotFound, TooManyAttempts."""
        async with self._sessions.begin() as session:
            row = await self._gate.admit(
                session, question.project_no, question.query_code, question.citizen_id, self._clock.now()
            )
            if row is not None:
                subscribed = await repository.is_subscribed(session, row.project_no, question.citizen_id)
                return await self._view(session, row, subscribed=subscribed)
        # Outside the block: the wrong attempt is committed by now.
        raise CaseNotFound()

    async def subscribe(self, project_no: str, citizen_id: UUID, query_code: str) -> None:
        """From now on the citizen is told when the case moves; raises CaseNotFound, TooManyAttempts."""
        async with self._sessions.begin() as session:
            now = self._clock.now()
            row = await self._gate.admit(session, project_no, query_code, citizen_id, now)
            if row is not None:
                await repository.subscribe(session, row.project_no, citizen_id, now)
                return
        raise CaseNotFound()

    async def unsubscribe(self, project_no: str, citizen_id: UUID) -> None:
        """The citizen is told nothing more of the case; nothing happens where there was no subscription."""
        async with self._sessions.begin() as session:
            await repository.unsubscribe(session, typed_code(project_no), citizen_id)

    async def followed(self, citizen_id: UUID) -> Sequence[CaseFollowed]:
        """The cases of which the citizen is told."""
        async with self._sessions() as session:
            lists = CodeLists(await repository.codes(session))
            rows = await repository.followed_cases(session, citizen_id)
        return [
            CaseFollowed(project_no=row.project_no, task_name=row.task_name, state_text=lists.text("state", row.state))
            for row in rows
        ]

    async def show(self, project_no: str) -> Case:
        """The case for staff, without a code; raises CaseNotFound."""
        async with self._sessions() as session:
            row = await repository.case(session, typed_code(project_no))
            if row is None:
                raise CaseNotFound()
            return await self._view(session, row, subscribed=False)

    async def take_case(self, report: CaseFeed) -> FeedOutcome:
        """Adds a case or brings it up to date, and tells subscribers; raises UnknownCode, BadRequest."""
        async with self._sessions.begin() as session:
            lists = CodeLists(await repository.codes(session))
            outcome = await feed.take_case(session, self._gate, lists, report, self._clock.now())
        return FeedOutcome(project_no=typed_code(report.project_no), outcome=outcome)

    async def take_cases(self, reports: Sequence[CaseFeed]) -> Sequence[feed.Outcome | BadRequest]:
        """The same for many in one transaction: what became of each; what is wrong with one leaves the others."""
        async with self._sessions.begin() as session:
            lists = CodeLists(await repository.codes(session))
            outcomes: dict[int, feed.Outcome | BadRequest] = {}
            # In the order of numbers: two imports at once must not wait for each other in a circle.
            for index, report in sorted(enumerate(reports), key=lambda pair: typed_code(pair[1].project_no)):
                outcomes[index] = await self._outcome(session, lists, report)
            return [outcomes[index] for index in range(len(reports))]

    async def take_step(self, project_no: str, step: NewStep) -> Case:
        """Adds a step or brings it up to date, and tells subscribers; raises CaseNotFound, UnknownCode."""
        async with self._sessions.begin() as session:
            lists = CodeLists(await repository.codes(session))
            row = await repository.lock_case(session, typed_code(project_no))
            if row is None:
                raise CaseNotFound()
            outcome = await feed.take_step(session, lists, row, step, self._clock.now())
            await session.flush()
            log.info("case.step", outcome=outcome)
            return await self._view(session, row, subscribed=False)

    async def claim_news(self, limit: int) -> Sequence[CaseNews]:
        """Leases news for subscribers: until `mark_delivered` or the lease's end nobody else gets it."""
        async with self._sessions.begin() as session:
            rows = await repository.claim_news(session, self._clock.now(), limit)
        return [news_view(news, row) for news, row in rows]

    async def mark_delivered(self, news_id: UUID) -> None:
        """The news needs no more telling; again changes nothing."""
        async with self._sessions.begin() as session:
            await repository.mark_delivered(session, news_id, self._clock.now())

    async def tick(self) -> None:
        """Forgets wrong attempts that count no more, and who opened a case long ago."""
        now = self._clock.now()
        async with self._sessions.begin() as session:
            await repository.forget_attempts(session, now - FORGOTTEN_AFTER)
            await repository.forget_openings(session, now - KNOWN_FOR)

    @staticmethod
    async def erase_citizen(session: AsyncSession, citizen_id: UUID) -> None:
        """Ends the citizen's subscriptions, forgets what they opened, in the caller's transaction; the cases stay."""
        await repository.forget_citizen(session, citizen_id)

    async def _outcome(self, session: AsyncSession, lists: CodeLists, report: CaseFeed) -> feed.Outcome | BadRequest:
        """What is wrong with a report is found before anything of it is written."""
        try:
            return await feed.take_case(session, self._gate, lists, report, self._clock.now())
        except BadRequest as error:
            return error

    async def _view(self, session: AsyncSession, row: CaseRow, *, subscribed: bool) -> Case:
        lists = CodeLists(await repository.codes(session))
        return case_view(row, await repository.steps(session, row.project_no), lists, subscribed=subscribed)
