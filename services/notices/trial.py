"""How do staff see a notice on real phones before anybody else does? A trial goes to a few enrolled citizens at once.

A trial is a notice of its own with a list of its own, marked as a trial in its title. It needs no second person,
since the second person enrolled who gets it: at most twenty, each by name.
"""

from __future__ import annotations

import copy
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.audit.trail import Actor, Subject
from services.clock import Clock
from services.db import Sessions
from services.notices import checks, errors, recipient_rows, repository, texts
from services.notices.audience import Audience
from services.notices.examples import ExampleService
from services.notices.models import NoticeRow, RunRow, TesterRow
from services.notices.noting import note_of
from services.notices.results import Notice, Tester
from services.notices.rules import limits_of
from services.notices.types import NewTester
from services.notices.values import Content
from services.notices.views import notice_view

log = structlog.stdlib.get_logger(__name__)

MOST_TESTERS = 20


class TrialService:
    """Who tries notices, and sending them a trial."""

    def __init__(self, *, sessions: Sessions, clock: Clock, audience: Audience) -> None:
        self._sessions = sessions
        self._clock = clock
        self._audience = audience
        self._examples = ExampleService(sessions=sessions, audience=audience)
        self._actor: Actor | None = None

    def by(self, actor: Actor) -> TrialService:
        """The same service, whose changes are in the audit log as this person's, in the same transaction."""
        service = copy.copy(self)
        service._actor = actor
        return service

    async def testers(self) -> list[Tester]:
        """All of them, by name."""
        async with self._sessions() as session:
            rows = (await session.scalars(select(TesterRow).order_by(TesterRow.name, TesterRow.citizen_id))).all()
        return [
            Tester(citizen_id=row.citizen_id, name=row.name, added_by=row.added_by, added_at=row.added_at)
            for row in rows
        ]

    async def enrol(self, new: NewTester) -> list[Tester]:
        """Adds somebody, or changes their name; raises BadNotice for who does not follow, and TooManyTesters."""
        staff, name = checks.staff_name(new.staff), new.name.strip()
        if not name:
            raise errors.BadNotice(texts.empty_field("姓名"))
        known = await self._audience.resolve_many([new.citizen_id])
        if not any(citizen.address for citizen in known):
            raise errors.BadNotice(texts.no_follower(str(new.citizen_id)))
        values = {"citizen_id": new.citizen_id, "name": name, "added_by": staff, "added_at": self._clock.now()}
        row = insert(TesterRow).values(values)
        async with self._sessions.begin() as session:
            await session.execute(repository.LOCK_TESTERS)
            await session.execute(row.on_conflict_do_update(index_elements=["citizen_id"], set_={"name": name}))
            if (await session.scalars(select(func.count()).select_from(TesterRow))).one() > MOST_TESTERS:
                raise errors.TooManyTesters(texts.too_many_testers(MOST_TESTERS))
            subject = Subject(kind="citizen", id=str(new.citizen_id))
            note_of(session, self._actor, "notices.tester_enrolled", subject, now=self._clock.now())
        log.info("notice.tester_enrolled", citizen=str(new.citizen_id))
        return await self.testers()

    async def remove(self, citizen_id: UUID) -> list[Tester]:
        """Takes somebody off; who is not on it stays off."""
        async with self._sessions.begin() as session:
            gone = delete(TesterRow).where(TesterRow.citizen_id == citizen_id).returning(TesterRow.citizen_id)
            if await session.scalar(gone) is not None:
                subject = Subject(kind="citizen", id=str(citizen_id))
                note_of(session, self._actor, "notices.tester_removed", subject, now=self._clock.now())
        return await self.testers()

    async def send(self, reference: str, staff: str) -> Notice:
        """Sends the notice as it is written now to every tester, at once; raises EmptyAudience where there is none."""
        name, now = checks.staff_name(staff), self._clock.now()
        testers = await self.testers()
        async with self._sessions.begin() as session:
            original = await repository.find_notice(session, reference)
            if not testers:
                raise errors.EmptyAudience(texts.no_testers())
            if original.trial_of is not None:
                raise errors.BadNotice(texts.trial_of_trial())
            trial = _trial_of(original, await self._content(original), by=name, now=now)
            session.add(trial)
            await session.flush()
            await session.refresh(trial)
            listed = {tester.citizen_id: dict[str, str]() for tester in testers}
            await recipient_rows.add_recipients(session, trial.id, listed)
            session.add(repository.version_of(trial, now))
            await session.flush()
            session.add(RunRow(notice_id=trial.id, version=1))
            detail = texts.trial_detail(original.number, original.version)
            repository.change(session, trial, at=now, by=name, action="trial", to="approved", detail=detail)
            subject = Subject(kind="notice", id=str(original.number))
            note_of(session, self._actor, "notices.tried", subject, now=now, after={"trial": trial.number})
        log.info("notice.trial", notice=str(trial.id), of=original.number, testers=len(testers))
        return notice_view(trial, None)

    async def _content(self, original: NoticeRow) -> Content:
        """What testers get: a personalised notice says to them what it says to one of its audience, masked."""
        content = repository.content_of(repository.version_of(original, self._clock.now()), original.number)
        if not content.fields:
            return content
        example = await self._examples.of(content, repository.whom_of(original), kind=original.audience_kind)
        if example is None:
            raise errors.BadNotice(texts.nobody_to_try())
        return example


def _trial_of(original: NoticeRow, content: Content, *, by: str, now: datetime) -> NoticeRow:
    """These words, due now; never an emergency, which would overtake others."""
    return NoticeRow(
        id=uuid4(),
        state="draft",
        title=texts.trial_title(content.title)[: limits_of(content.route, content.mass_form).max_title],
        body=content.body,
        url=content.url,
        department=original.department,
        source_document=original.source_document,
        attachments=original.attachments,
        # A mass message needs two receivers, and each has four a month: it is tried out by the platform's preview.
        route="preview" if original.route == "mass" else original.route,
        mass_form=original.mass_form,
        digest=original.digest,
        cover=original.cover,
        due_at=now,
        late_policy="send",
        late_after_seconds=original.late_after_seconds,
        emergency=False,
        audience_kind="list",
        version=1,
        approved_version=1,
        author=by,
        submitted_by=by,
        approved_by=by,
        wake_at=now,
        trial_of=original.id,
        changes=0,
        created_at=now,
        updated_at=now,
    )
