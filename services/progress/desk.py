"""How do staff work on cases? Find one, see its steps and who was told, add a step; every change is audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from services.audit.trail import Actor, Subject, record
from services.clock import Clock, local
from services.db import Sessions
from services.errors import Conflict
from services.progress import desk_repository, feed, repository
from services.progress.desk_repository import Told, Wanted
from services.progress.errors import CaseNotFound
from services.progress.models import CaseRow, StepRow
from services.progress.rules import typed_code
from services.progress.types import Case, ListName, NewStep
from services.progress.views import CodeLists, case_view

log = structlog.stdlib.get_logger(__name__)

#: Moves whose telling is shown.
TOLD_SHOWN = 20


class CaseMoved(Conflict):
    """The case has moved since the page was shown."""

    type = "case-moved"
    title = "Case moved"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One line of the list."""

    project_no: str
    task_name: str
    org_name: str
    applicant: str
    state_text: str
    final: bool
    #: Is the promised day over, and the case not?
    overdue: bool
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskStep:
    """One step with what is needed to change it."""

    key: str
    process_name: str
    event_name: str
    state: str | None
    state_text: str
    special: str | None
    special_text: str
    started_at: datetime | None
    ended_at: datetime | None
    explain: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskCase:
    """One case with all that staff know of it."""

    case: Case
    id_masked: str
    overdue: bool
    steps: Sequence[DeskStep]
    #: Counts the moves that subscribers were told of.
    revision: int
    subscribers: int
    told: Sequence[Told]

    def step(self, key: str) -> DeskStep | None:
        """The step of that key."""
        return next((step for step in self.steps if step.key == key), None)


class CaseDesk:
    """The staff's side of cases."""

    def __init__(self, *, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def page(self, wanted: Wanted) -> Sequence[Listed]:
        """Cases, those that changed last first."""
        today = local(self._clock.now()).date()
        async with self._sessions() as session:
            lists = CodeLists(await repository.codes(session))
            rows = await desk_repository.page(session, wanted, today)
        return [
            Listed(
                project_no=row.project_no,
                task_name=row.task_name,
                org_name=row.org_name,
                applicant=row.applicant_masked,
                state_text=lists.text("state", row.state),
                final=lists.final(row.state),
                overdue=self._overdue(row, lists),
                updated_at=row.updated_at,
            )
            for row in rows
        ]

    async def choices(self, list_name: ListName) -> Sequence[tuple[str, str]]:
        """Code and text of a code list, in the order of its codes."""
        async with self._sessions() as session:
            rows = await repository.codes(session)
        return sorted((row.code, row.text) for row in rows if row.list_name == list_name)

    async def case(self, project_no: str) -> DeskCase:
        """Raises CaseNotFound."""
        async with self._sessions() as session:
            row = await repository.case(session, typed_code(project_no))
            if row is None:
                raise CaseNotFound
            lists = CodeLists(await repository.codes(session))
            steps = await repository.steps(session, row.project_no)
            return DeskCase(
                case=case_view(row, steps, lists, subscribed=False),
                id_masked=row.id_masked,
                overdue=self._overdue(row, lists),
                steps=[_step(step, lists) for step in steps],
                revision=row.revision,
                subscribers=await desk_repository.subscribers(session, row.project_no),
                told=await desk_repository.told(session, row.project_no, TOLD_SHOWN),
            )

    async def take_step(self, actor: Actor, project_no: str, step: NewStep, *, base: int) -> feed.Outcome:
        """Adds the step or changes the one of its key, and tells subscribers; again changes nothing.

        `base`: the case's revision when the page was shown. Raises CaseNotFound, UnknownCode, CaseMoved.
        """
        now = self._clock.now()
        async with self._sessions.begin() as session:
            lists = CodeLists(await repository.codes(session))
            row = await repository.lock_case(session, typed_code(project_no))
            if row is None:
                raise CaseNotFound
            shown, before = row.revision, await _facts(session, row, lists, step.step_key)
            outcome = await feed.take_step(session, lists, row, step, now)
            if outcome == "unchanged":
                return outcome
            if shown != base:
                raise CaseMoved
            row.updated_at = now
            await session.flush()
            after = await _facts(session, row, lists, step.step_key)
            subject = Subject(kind="case", id=row.project_no)
            record(session, actor, "cases.step", subject, now=now, before=_unnamed(before, after), after=after)
        log.info("case.step", outcome=outcome, staff=actor.login)
        return outcome

    def _overdue(self, row: CaseRow, lists: CodeLists) -> bool:
        today = local(self._clock.now()).date()
        return row.promise_date is not None and row.promise_date < today and not lists.final(row.state)


def _step(row: StepRow, lists: CodeLists) -> DeskStep:
    return DeskStep(
        key=row.step_key,
        process_name=row.process_name,
        event_name=row.event_name,
        state=row.state,
        state_text=lists.step_text(row),
        special=row.special,
        special_text=lists.text("special", row.special) if row.special else "",
        started_at=row.started_at,
        ended_at=row.ended_at,
        explain=row.explain,
    )


async def _facts(session: AsyncSession, row: CaseRow, lists: CodeLists, key: str | None) -> dict[str, Any]:
    """The case's state and the step of that key, in words, for the audit log."""
    facts: dict[str, Any] = {"case_state": lists.text("state", row.state)}
    found = next((step for step in await repository.steps(session, row.project_no) if step.step_key == key), None)
    if found is not None:
        step = _step(found, lists)
        facts |= {"process_name": step.process_name, "state": step.state_text, "special": step.special_text}
        facts |= {"started_at": _minute(step.started_at), "ended_at": _minute(step.ended_at), "explain": step.explain}
    return facts


def _unnamed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Without the step's name where it stays: the log then keeps it, and says which step it is about."""
    same = before.get("process_name") == after.get("process_name")
    return {name: value for name, value in before.items() if not (same and name == "process_name")}


def _minute(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""
