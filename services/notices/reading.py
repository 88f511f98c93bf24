"""What do staff see of notices? Lists, one notice, its progress, its trail, and what it would look like and reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.clock import Clock
from services.db import Sessions
from services.notices import redo, repository
from services.notices.audience import Audience, AudienceRules, Whom
from services.notices.choosing import ChoosingService
from services.notices.covers import CoverService
from services.notices.examples import ExampleService
from services.notices.own_list import ListService
from services.notices.reach import ReachService
from services.notices.results import Change, FailuresPage, Notice, Preview, Progress, Reach, UsableField, Way
from services.notices.types import FailuresQuery, ListQuery
from services.notices.views import change_view, failures_view, notice_view, progress_view
from services.notices.ways import WaysService


class ReadingService:
    """Notices as staff see them; nothing is changed. `reference` is a notice's id or its number."""

    def __init__(self, *, sessions: Sessions, clock: Clock, audience: Audience) -> None:
        self._sessions = sessions
        self._clock = clock
        self._audience = audience
        self.choosing = ChoosingService(audience=audience)
        self.lists = ListService(sessions=sessions)
        self.covers = CoverService(sessions=sessions, clock=clock)
        self.examples = ExampleService(sessions=sessions, audience=audience)
        self._ways = WaysService(sessions=sessions, clock=clock, audience=audience)
        self._reach = ReachService(sessions=sessions, clock=clock, audience=audience)

    async def get(self, reference: str) -> Notice:
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
            return notice_view(notice, await repository.latest_run(session, notice.id))

    async def list(self, query: ListQuery) -> list[Notice]:
        async with self._sessions() as session:
            notices = await repository.list_notices(session, state=query.state, before=query.before, limit=query.limit)
            runs = await repository.runs_of(session, [notice.id for notice in notices])
            return [notice_view(notice, runs.get(notice.id)) for notice in notices]

    async def between(self, since: datetime, until: datetime) -> Sequence[Notice]:
        """Notices whose time lies in that span, trials and what was taken back left out; a thousand at most."""
        async with self._sessions() as session:
            notices = await repository.notices_between(session, since, until)
            runs = await repository.runs_of(session, [notice.id for notice in notices])
            return [notice_view(notice, runs.get(notice.id)) for notice in notices]

    async def progress(self, reference: str) -> Progress:
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
            run = await repository.latest_run(session, notice.id)
            return progress_view(notice, run, self._clock.now())

    async def changes(self, reference: str) -> Sequence[Change]:
        """The audit trail, oldest first."""
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
            return [change_view(row) for row in await repository.changes(session, notice.id)]

    async def failures(self, reference: str, query: FailuresQuery) -> FailuresPage:
        """Recipients that failed or are in doubt, page by page."""
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
            run = await repository.latest_run(session, notice.id)
            rows = [] if run is None else await redo.failures(session, run, query.after, query.limit)
        return failures_view(rows, first=query.after is None, full=len(rows) == query.limit)

    async def previews(self, reference: str) -> Sequence[Preview]:
        """The notice as it is written now, as each route would show it; the chosen route first."""
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
        content = repository.content_of(repository.version_of(notice, self._clock.now()), notice.number)
        return await self.examples.previews(content, repository.whom_of(notice), kind=notice.audience_kind)

    async def fields(self, reference: str) -> Sequence[UsableField]:
        """What its text may ask for, each with an example."""
        async with self._sessions() as session:
            notice = await repository.find_notice(session, reference)
        return await self.examples.fields(repository.whom_of(notice), notice.audience_kind, notice.list_columns)

    async def fields_of(self, rules: AudienceRules) -> Sequence[UsableField]:
        """What a text may ask of an audience that no notice has yet; raises BadNotice."""
        await self.choosing.check(rules, listed=False)
        return await self.examples.fields(Whom(rules=rules), "all", ())

    async def reach(self, reference: str) -> Reach:
        """Who would get it and who would not, before it is approved."""
        return await self._reach.of(reference)

    async def ways(self, reference: str) -> Sequence[Way]:
        """How many each route would reach, and what of the platform's quota it takes and leaves."""
        return await self._ways.of(reference)
