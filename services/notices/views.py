"""How do rows look to callers? Rows in, the API's Structs out."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from services.clock import local
from services.notices import tally
from services.notices.audience import rules_of
from services.notices.models import ChangeRow, NoticeRow, RunRow
from services.notices.recurrence import next_after
from services.notices.repository import settled
from services.notices.results import Change, Counters, Failure, FailuresPage, Notice, Progress, ReasonCount
from services.notices.texts import reason_text, state_name
from services.notices.types import Attachment
from services.sheets import unformulated

#: A rate older than this says nothing about now.
RATE_HOLDS = timedelta(seconds=20)
CSV_HEADING = ("citizen_id", "channel", "state", "reason", "reason_text", "attempts", "settled_at")

#: Fields of a notice that are not its columns as they stand.
WORKED_OUT = frozenset(
    {"state_text", "audience_rules", "attachments", "counters", "due_at", "expires_at", "recurrence_ends_at", "next_at"}
)


def counters(run: RunRow | None) -> Counters:
    if run is None:
        return Counters()
    return Counters(
        audience=run.audience,
        pending=run.audience - settled(run),
        accepted=run.accepted,
        failed=run.failed,
        in_doubt=run.in_doubt,
        cancelled=run.cancelled,
        delivered=run.delivered,
        blocked=run.blocked,
        undelivered=run.undelivered,
    )


def reasons(run: RunRow) -> list[ReasonCount]:
    """What went wrong in a run, by reason."""
    return [
        ReasonCount(state=cast("Any", state), reason=reason, reason_text=reason_text(reason), count=count)
        for state, reason, count in tally.read(run.reasons)
    ]


def notice_view(row: NoticeRow, run: RunRow | None) -> Notice:
    values: dict[str, Any] = {name: getattr(row, name) for name in Notice.__struct_fields__ if name not in WORKED_OUT}
    return Notice(
        **values,
        state_text=state_name(row.state),
        audience_rules=rules_of(row.audience_rules),
        attachments=msgspec.convert(row.attachments or [], list[Attachment]),
        due_at=local(row.due_at),
        expires_at=None if row.expires_at is None else local(row.expires_at),
        recurrence_ends_at=None if row.recurrence_ends_at is None else local(row.recurrence_ends_at),
        next_at=_next_at(row),
        counters=counters(run),
    )


def _next_at(row: NoticeRow) -> datetime | None:
    if not row.recurrence or row.state in ("cancelled", "draft", "submitted"):
        return None
    found = next_after(row.recurrence, row.recurrence_zone, row.due_at, ends_at=row.recurrence_ends_at)
    return None if found is None else local(found)


def progress_view(row: NoticeRow, run: RunRow | None, now: datetime) -> Progress:
    counted = counters(run)
    moving = run is not None and run.rate_at is not None and now - run.rate_at < RATE_HOLDS and row.state == "sending"
    rate = run.rate if run is not None and moving else 0.0
    return Progress(
        id=row.id,
        number=row.number,
        state=cast("Any", row.state),
        state_text=state_name(row.state),
        reason=row.reason,
        counters=counted,
        reasons=[] if run is None else reasons(run),
        frozen=run is not None and run.frozen,
        started_at=None if run is None else run.started_at,
        closed_at=None if run is None else run.closed_at,
        rate=round(rate, 1),
        seconds_left=0.0 if run is not None and run.closed_at else (round(counted.pending / rate, 1) if rate else None),
    )


def change_view(row: ChangeRow) -> Change:
    return Change(**{name: getattr(row, name) for name in Change.__struct_fields__})


def failures_view(rows: Sequence[Any], *, first: bool, full: bool) -> FailuresPage:
    """`first`: with the heading of the CSV; `full`: there may be another page."""
    found = [
        Failure(
            citizen_id=row.citizen_id,
            channel=row.channel,
            state=row.state,
            reason=row.reason,
            reason_text=reason_text(row.reason),
            attempts=row.attempts,
            settled_at=row.settled_at,
        )
        for row in rows
    ]
    return FailuresPage(
        failures=found,
        csv=_csv(found, heading=first),
        next=found[-1].citizen_id if full and found else None,
    )


def _csv(failures: Sequence[Failure], *, heading: bool) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if heading:
        writer.writerow(CSV_HEADING)
    for failure in failures:
        settled_at = "" if failure.settled_at is None else local(failure.settled_at).isoformat(timespec="seconds")
        # A platform's words are not ours: what begins like a formula must not be one in a spreadsheet.
        cells = [unformulated(str(getattr(failure, name))) for name in CSV_HEADING[:-1]]
        writer.writerow([*cells, settled_at])
    return out.getvalue()
