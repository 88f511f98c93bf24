"""How are cases shown? With the texts of the code lists, in the city's time, the applicant masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.clock import local
from services.progress import texts
from services.progress.models import CaseRow, CodeRow, NewsRow, StepRow
from services.progress.types import Case, CaseNews, ListName, Result, Step


class CodeLists:
    """The code lists as they are now."""

    def __init__(self, rows: Sequence[CodeRow]) -> None:
        self._rows = {(row.list_name, row.code): row for row in rows}

    def has(self, list_name: ListName, code: str) -> bool:
        return (list_name, code) in self._rows

    def text(self, list_name: ListName, code: str) -> str:
        """What citizens read; a code that has been taken out of its list since is never shown itself."""
        row = self._rows.get((list_name, code))
        return row.text if row else texts.UNKNOWN_STATE

    def step_text(self, step: StepRow) -> str:
        """A step's state; without a code its end says it."""
        if step.state is not None:
            return self.text("step_state", step.state)
        return texts.STEP_UNDER_WAY if step.ended_at is None else texts.STEP_DONE

    def final(self, code: str) -> bool:
        """Is a case in this state over?"""
        row = self._rows.get(("state", code))
        return row is not None and row.final


def case_view(row: CaseRow, steps: Sequence[StepRow], lists: CodeLists, *, subscribed: bool) -> Case:
    """The case as its applicant sees it."""
    return Case(
        project_no=row.project_no,
        task_code=row.task_code,
        task_name=row.task_name,
        state=row.state,
        state_text=lists.text("state", row.state),
        final=lists.final(row.state),
        org_name=row.org_name,
        applicant=row.applicant_masked,
        apply_date=row.apply_date,
        accept_date=row.accept_date,
        promise_date=row.promise_date,
        steps=[_step(step, lists) for step in steps],
        result=_result(row, lists),
        subscribed=subscribed,
    )


def news_view(news: NewsRow, row: CaseRow) -> CaseNews:
    """What one subscriber is told."""
    return CaseNews(
        news_id=news.news_id,
        citizen_id=news.citizen_id,
        project_no=row.project_no,
        task_name=row.task_name,
        org_name=row.org_name,
        state_text=news.state_text,
        process_name=news.process_name,
        step_text=news.step_text,
        happened_at=local(news.created_at),
    )


def _step(row: StepRow, lists: CodeLists) -> Step:
    return Step(
        process_name=row.process_name,
        event_name=row.event_name,
        state_text=lists.step_text(row),
        special_text=lists.text("special", row.special) if row.special else "",
        started_at=_local(row.started_at),
        ended_at=_local(row.ended_at),
        explain=row.explain,
    )


def _result(row: CaseRow, lists: CodeLists) -> Result | None:
    if row.result_type is None:
        return None
    return Result(
        result_type=lists.text("result", row.result_type),
        result_date=row.result_date,
        result_explain=row.result_explain,
    )


def _local(moment: datetime | None) -> datetime | None:
    return local(moment) if moment is not None else None
