"""What may staff do with notices? Write, submit, approve, pause, cancel, retry; each checked, each written down."""

from __future__ import annotations

import asyncio
import copy
from uuid import UUID, uuid4

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor
from services.clock import Clock
from services.db import Sessions
from services.notices import checks, errors, list_texts, recipient_rows, redo, repository, texts
from services.notices.audience import Audience, plain
from services.notices.changing import lock, withdraw
from services.notices.choosing import kind_of, own_list
from services.notices.covers import check_known
from services.notices.intake import read_citizens
from services.notices.lifecycle import LifecycleService
from services.notices.models import NoticeRow, RunRow
from services.notices.noting import note
from services.notices.reading import ReadingService
from services.notices.repeating import plan_next
from services.notices.results import Notice
from services.notices.types import NoticeDraft, NoticeEdit, Resolution
from services.notices.types import plain as plain_attachments
from services.notices.values import OwnList
from services.notices.views import notice_view

log = structlog.stdlib.get_logger(__name__)


#: Of the lines of a list that cannot be used, so many are named.
NAMED = 50


class NoticeService(ReadingService):
    """Notices as staff handle them. `reference` is a notice's id or its number."""

    def __init__(self, *, sessions: Sessions, clock: Clock, audience: Audience) -> None:
        super().__init__(sessions=sessions, clock=clock, audience=audience)
        self._lifecycle = LifecycleService(sessions=sessions, clock=clock, audience=audience)
        self._actor: Actor | None = None

    def by(self, actor: Actor) -> NoticeService:
        """The same service, whose changes are in the audit log as this person's, in the same transaction."""
        service = copy.copy(self)
        service._actor = actor
        return service

    # -- writing

    async def create(self, draft: NoticeDraft, *, recipients: OwnList | None = None) -> Notice:
        """A new draft; raises BadNotice or PastDue with a sentence that says what to change. `recipients` takes the
        place of the draft's own list, and may be longer."""
        now = self._clock.now()
        author = checks.staff_name(draft.author)
        fields = msgspec.structs.asdict(draft)
        own = own_list(draft.citizens, draft.recipients) if recipients is None else recipients
        for name in ("citizens", "recipients", "author"):
            fields.pop(name)
        rules = fields.pop("audience_rules")
        fields["attachments"] = plain_attachments(draft.attachments)
        await self.choosing.check(rules, listed=bool(own))
        notice = NoticeRow(
            **fields,
            audience_rules=plain(rules),
            id=uuid4(),
            state="draft",
            reason="",
            audience_kind=kind_of(rules, listed=bool(own)),
            list_columns=list(own.columns) if own else [],
            version=1,
            author=author,
            changes=0,
            created_at=now,
            updated_at=now,
        )
        checks.everything(notice, now)
        async with self._sessions.begin() as session:
            await check_known(session, notice.cover)
            session.add(notice)
            await session.flush()
            await session.refresh(notice)
            repository.change(session, notice, at=now, by=author, action="create", to="draft")
            if own:
                await recipient_rows.add_recipients(session, notice.id, own.rows)
            made = notice_view(notice, None)
            note(session, self._actor, made, "create", now=now)
        return made

    async def edit(self, reference: str, edit: NoticeEdit, *, recipients: OwnList | None = None) -> Notice:
        """Changes the text, the plan or the audience. What was already submitted becomes a new version and asks again;
        what was already approved is withdrawn first. `recipients` takes the place of the edit's own list."""
        staff = checks.staff_name(edit.staff)
        async with self._sessions.begin() as session:
            notice = await lock(session, reference, "edit")
            now = self._clock.now()
            given = edit.given()
            differ = {name for name, value in given.items() if getattr(notice, name) != value}
            for name, value in given.items():
                setattr(notice, name, value)
            await check_known(session, notice.cover)
            differ |= (await self.choosing.change(session, notice, edit, recipients)).keys()
            checks.everything(notice, now)
            await withdraw(session, notice)
            if notice.state != "draft":
                notice.version += 1
            notice.submitted_by = notice.approved_by = notice.reason = ""
            notice.wake_at, notice.late_released = None, False
            detail = ", ".join(sorted(differ))
            repository.change(session, notice, at=now, by=staff, action="edit", to="draft", detail=detail)
            changed = notice_view(notice, None)
            about = {"list": len(recipients.rows)} if recipients is not None else {}
            action = "take_in_list" if about else "remove_list" if edit.citizens is None else "edit"
            note(session, self._actor, changed, action, now=now, about=about)
            return changed

    async def take_in_list(self, reference: str, staff: str, lines: str) -> Notice:
        """Gives the notice the list in these lines of CSV, the whole of it or nothing; raises BadNotice that names the
        lines which cannot be used."""
        await self.get(reference)
        read = await asyncio.to_thread(read_citizens, lines.splitlines(keepends=True))
        if read.bad:
            raise errors.BadNotice(list_texts.refused(read.bad, NAMED))
        if not read.citizens:
            raise errors.BadNotice(list_texts.empty())
        return await self.edit(reference, NoticeEdit(staff=staff), recipients=read.own_list)

    async def submit(self, reference: str, staff: str) -> Notice:
        """Asks a second person; refused when the time is over or nobody would get it."""
        name = checks.staff_name(staff)
        if not await self._reach.anybody(reference):
            raise errors.EmptyAudience(texts.no_audience())
        async with self._sessions.begin() as session:
            notice = await lock(session, reference, "submit")
            checks.not_over(notice, self._clock.now())
            notice.submitted_by = name
            return await self._changed(session, notice, by=name, action="submit", to="submitted")

    async def approve(self, reference: str, staff: str, *, version: int = 0) -> Notice:
        """The second person's yes: the content is copied for good and the audience frozen, its first page at once."""
        name = checks.staff_name(staff)
        async with self._sessions.begin() as session:
            notice = await lock(session, reference, "approve")
            if checks.same_name(name, notice.submitted_by):
                raise errors.SamePerson(texts.same_person(notice.submitted_by))
            if version and version != notice.version:
                raise errors.StaleVersion(texts.stale_version(version, notice.version))
            now = self._clock.now()
            checks.not_over(notice, now)
            notice.approved_by = name
            notice.approved_version = notice.version
            notice.wake_at = notice.due_at
            session.add(repository.version_of(notice, now))
            await session.flush()
            session.add(RunRow(notice_id=notice.id, version=notice.version))
            await self._changed(session, notice, by=name, action="approve", to="approved")
        if notice.follows_id is None:
            await self._lifecycle.freeze_page(notice.id, notice.version)
        return await self.get(str(notice.id))

    async def release(self, reference: str, staff: str) -> Notice:
        """Staff say that a late notice goes out all the same."""
        name = checks.staff_name(staff)
        async with self._sessions.begin() as session:
            notice = await lock(session, reference, "release")
            notice.late_released = True
            notice.wake_at = self._clock.now()
            return await self._changed(session, notice, by=name, action="release", to="due")

    async def pause(self, reference: str, staff: str) -> Notice:
        """From the return of this call on no new recipient is attempted."""
        name = checks.staff_name(staff)
        async with self._sessions.begin() as session:
            notice = await lock(session, reference, "pause")
            notice.wake_at = None
            return await self._changed(session, notice, by=name, action="pause", to="paused")

    async def resume(self, reference: str, staff: str) -> Notice:
        """The next tick decides again what its time, quiet hours and expiry allow."""
        name = checks.staff_name(staff)
        async with self._sessions.begin() as session:
            notice = await lock(session, reference, "resume")
            notice.wake_at = now = self._clock.now()
            to = "due" if now >= notice.due_at else "approved"
            return await self._changed(session, notice, by=name, action="resume", to=to)

    async def cancel(self, reference: str, staff: str) -> Notice:
        """From the return of this call on no new recipient is attempted; what is open becomes cancelled. A recurring
        notice does not come again: its next time, where it is planned already, is cancelled as well."""
        name = checks.staff_name(staff)
        stopped: list[tuple[UUID, int | None]] = []
        async with self._sessions.begin() as session:
            notice: NoticeRow | None = await lock(session, reference, "cancel")
            while notice is not None:
                stopped.append((notice.id, notice.approved_version))
                await withdraw(session, notice)
                await self._changed(session, notice, by=name, action="cancel", to="cancelled")
                notice = await repository.lock_following(session, notice.id)
        for notice_id, version in stopped:
            if version is not None:
                await self._lifecycle.sweep(notice_id, version)
        return await self.get(str(stopped[0][0]))

    async def skip(self, reference: str, staff: str) -> Notice:
        """A recurring notice is left out this time and comes again at its next, which is planned at once."""
        name = checks.staff_name(staff)
        async with self._sessions.begin() as session:
            notice = await lock(session, reference, "skip")
            if not notice.recurrence or notice.followed:
                raise errors.NothingToDo(texts.comes_once(notice.number))
            version = notice.approved_version
            await plan_next(session, notice, self._clock.now())
            await withdraw(session, notice)
            await self._changed(session, notice, by=name, action="skip", to="cancelled")
        if version is not None:
            await self._lifecycle.sweep(notice.id, version)
        return await self.get(str(notice.id))

    # -- once more

    async def retry_failed(self, reference: str, staff: str) -> Notice:
        """Sends to those again who failed, and to nobody else."""
        name = checks.staff_name(staff)
        async with self._sessions.begin() as session:
            notice, run = await self._lock_for_redo(session, reference, "retry")
            moved = await redo.retry_failed(session, run, notice.route)
            if not moved:
                raise errors.NothingToDo(texts.nothing_failed(notice.number))
            return await self._going_again(session, notice, run, name, f"retry {moved}")

    async def resolve(self, reference: str, resolution: Resolution) -> Notice:
        """Staff decide about rows in doubt: they did arrive, or they are sent again."""
        name = checks.staff_name(resolution.staff)
        again = resolution.decision == "again"
        async with self._sessions.begin() as session:
            notice, run = await self._lock_for_redo(session, reference, "retry" if again else "resolve")
            decide = redo.send_again if again else redo.accept_as_sent
            moved = await decide(session, run, resolution.citizens, notice.route)
            if not moved:
                raise errors.NothingToDo(texts.nothing_in_doubt(notice.number))
            detail = f"resolve {resolution.decision} {moved}" + (f": {resolution.why}" if resolution.why else "")
            if again:
                return await self._going_again(session, notice, run, name, detail, why=resolution.why)
            return await self._changed(
                session, notice, by=name, action="resolve", to=notice.state, detail=detail, why=resolution.why
            )

    # -- inside

    async def _lock_for_redo(self, session: AsyncSession, reference: str, action: str) -> tuple[NoticeRow, RunRow]:
        notice = await lock(session, reference, action)
        run = await repository.current_run(session, notice) or await repository.latest_run(session, notice.id)
        if run is None:
            raise errors.WrongState(texts.wrong_state(notice.number, notice.state, action))
        if action == "retry":
            checks.not_expired(notice, self._clock.now())
        return notice, run

    async def _changed(
        self,
        session: AsyncSession,
        notice: NoticeRow,
        *,
        by: str,
        action: str,
        to: str,
        detail: str = "",
        why: str = "",
    ) -> Notice:
        """`why`: what staff wrote when they settled a doubt; only then is there any."""
        repository.change(session, notice, at=self._clock.now(), by=by, action=action, to=to, detail=detail)
        if action != "resolve":
            notice.reason = ""
        await session.flush()
        log.info("notice.changed", notice=str(notice.id), number=notice.number, action=action, state=to)
        view = notice_view(notice, await repository.latest_run(session, notice.id))
        note(session, self._actor, view, "resolve" if why else action, now=self._clock.now(), reason=why)
        return view

    async def _going_again(
        self, session: AsyncSession, notice: NoticeRow, run: RunRow, by: str, detail: str, *, why: str = ""
    ) -> Notice:
        locked = await repository.lock_run(session, run.notice_id, run.version)
        locked.closed_at = None
        to = "sending" if notice.state == "finished" else notice.state
        return await self._changed(session, notice, by=by, action="retry", to=to, detail=detail, why=why)
