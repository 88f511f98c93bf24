"""How do cases get in? A report is compared with what is there; a move becomes news in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.clock import CITY_ZONE
from services.errors import BadRequest
from services.identifiers import mask_id_number, mask_name
from services.progress import repository
from services.progress.errors import UnknownCode
from services.progress.gate import Gate
from services.progress.models import CaseRow, StepRow
from services.progress.rules import CODE_LEAST, ID_TAIL, as_instant, step_key, typed_code
from services.progress.types import CaseFeed, ListName, NewStep, StepFeed
from services.progress.views import CodeLists

Outcome = Literal["added", "updated", "unchanged"]


async def take_case(session: AsyncSession, gate: Gate, lists: CodeLists, feed: CaseFeed, now: datetime) -> Outcome:
    """Adds or updates a case; raises UnknownCode naming the field, BadRequest when a new case could never be opened."""
    _check_codes(lists, feed)
    number = typed_code(feed.project_no)
    values = _case_values(gate, number, feed)
    row = await repository.lock_case(session, number)
    if row is None and await _add(session, values, now):
        await _take_steps(session, number, feed.steps)
        return "added"
    row = row or await repository.lock_known_case(session, number)
    state_moved = row.state != feed.state
    for name, value in values.items():
        setattr(row, name, value)
    case_changed = session.is_modified(row)
    moved, steps_changed = await _take_steps(session, number, feed.steps)
    if state_moved or moved:
        await _tell(session, lists, row, moved, now)
    if not case_changed and not steps_changed:
        return "unchanged"
    row.updated_at = now
    return "updated"


async def _add(session: AsyncSession, values: dict[str, Any], now: datetime) -> bool:
    """False when somebody else has just added the case."""
    if not {"query_code_mark", "id_tail_mark"} & values.keys():
        raise BadRequest("query_code: a new case needs a query_code or an id_number")
    blank = {"id_masked": "", "result_explain": "", "revision": 0, "updated_at": now}
    return await repository.insert_case(session, {**blank, **values})


async def take_step(session: AsyncSession, lists: CodeLists, row: CaseRow, step: NewStep, now: datetime) -> Outcome:
    """Adds or updates one step of a locked case; raises UnknownCode naming the field."""
    _check_steps(lists, [step], where="")
    if step.case_state is not None:
        _check(lists, "state", step.case_state, "case_state")
    moved, changed = await _take_steps(session, row.project_no, [step])
    state_moved = step.case_state is not None and step.case_state != row.state
    if step.case_state is not None:
        row.state = step.case_state
    if moved or state_moved:
        await _tell(session, lists, row, moved, now)
    return "updated" if changed or state_moved else "unchanged"


async def _tell(session: AsyncSession, lists: CodeLists, row: CaseRow, moved: list[StepRow], now: datetime) -> None:
    """One message for one report, of its last step: a backend that reports three at once must not ring three times."""
    row.revision += 1
    row.updated_at = now
    await session.flush()
    last = moved[-1] if moved else None
    await repository.add_news(
        session,
        row,
        state_text=lists.text("state", row.state),
        process_name=last.process_name if last else "",
        step_text=lists.step_text(last) if last else "",
        now=now,
    )


async def _take_steps(session: AsyncSession, project_no: str, steps: Iterable[StepFeed]) -> tuple[list[StepRow], bool]:
    """Enters the steps; gives those that are new or in another state, in the order of the report, and whether anything
    changed at all."""
    known = {row.step_key: row for row in await repository.steps(session, project_no)}
    position = max((row.position for row in known.values()), default=0)
    moved: list[StepRow] = []
    for step in steps:
        values = _step_values(step)
        row = known.get(values["step_key"])
        if row is None:
            position += 1
            row = StepRow(project_no=project_no, position=position, **values)
            session.add(row)
            known[row.step_key] = row
            moved.append(row)
            continue
        if row.state != values["state"] or (row.ended_at is None) != (values["ended_at"] is None):
            moved.append(row)
        for name, value in values.items():
            setattr(row, name, value)
    return moved, bool(moved) or any(session.is_modified(row) for row in known.values())


def _case_values(gate: Gate, number: str, feed: CaseFeed) -> dict[str, Any]:
    values: dict[str, Any] = {
        "project_no": number,
        "task_code": feed.task_code,
        "task_name": feed.task_name,
        "state": feed.state,
        "org_name": feed.org_name,
        "applicant_masked": mask_name(feed.applyer_name.strip()),
        "apply_date": feed.apply_date,
        "accept_date": feed.accept_date,
        "promise_date": feed.promise_date,
    }
    if feed.result is not None:
        values["result_type"] = feed.result.result_type
        values["result_date"] = feed.result.result_date
        values["result_explain"] = feed.result.result_explain
    # A later report that does not repeat what opens the case leaves it as it is.
    if feed.query_code is not None:
        _check_length("query_code", feed.query_code, CODE_LEAST)
        values["query_code_mark"] = gate.code_mark(number, feed.query_code)
    if feed.id_number is not None:
        _check_length("id_number", feed.id_number, ID_TAIL)
        values["id_tail_mark"] = gate.id_mark(number, feed.id_number)
        values["id_masked"] = mask_id_number(typed_code(feed.id_number))
    return values


def _step_values(step: StepFeed) -> dict[str, Any]:
    started_at = as_instant(step.started_at, CITY_ZONE)
    return {
        "step_key": step.step_key or step_key(step.process_name, step.event_name, started_at),
        "process_name": step.process_name,
        "event_name": step.event_name,
        "state": step.state,
        "special": step.special,
        "started_at": started_at,
        "ended_at": as_instant(step.ended_at, CITY_ZONE),
        "explain": step.explain,
    }


def _check_length(field: str, text: str, least: int) -> None:
    """Signs that are not compared do not count: a code of nothing else would be opened by an empty one."""
    if len(typed_code(text)) < least:
        raise BadRequest(f"{field}: needs at least {least} letters or digits")


def _check_codes(lists: CodeLists, feed: CaseFeed) -> None:
    _check(lists, "state", feed.state, "state")
    if feed.result is not None:
        _check(lists, "result", feed.result.result_type, "result.result_type")
    _check_steps(lists, feed.steps, where="steps")


def _check_steps(lists: CodeLists, steps: Iterable[StepFeed], *, where: str) -> None:
    for index, step in enumerate(steps):
        place = f"{where}[{index}]." if where else ""
        if step.state is not None:
            _check(lists, "step_state", step.state, f"{place}state")
        if step.special is not None:
            _check(lists, "special", step.special, f"{place}special")


def _check(lists: CodeLists, list_name: ListName, code: str, field: str) -> None:
    if not lists.has(list_name, code):
        raise UnknownCode(f"{field}: {code!r} is not in the code list {list_name!r}")
