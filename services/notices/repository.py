"""How are notices, their approved versions, runs and changes read and written? SQL only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    and_,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession

from services.notices.audience import Whom, rules_of
from services.notices.errors import NoticeNotFound
from services.notices.models import ChangeRow, NoticeRow, RunRow, VersionRow
from services.notices.personal import names_in
from services.notices.rules import ENDED
from services.notices.texts import not_found
from services.notices.values import Content, Link

NUMBER_DIGITS = 15
MOST_A_MONTH = 1000
#: Whoever counts the testers counts them alone.
LOCK_TESTERS = text("LOCK TABLE notice_testers IN SHARE ROW EXCLUSIVE MODE")


async def lock_notice(session: AsyncSession, notice_id: UUID) -> NoticeRow:
    """The notice, ours alone until the transaction ends; raises NoticeNotFound."""
    # What this session read before it had the lock may be out of date.
    fresh = {"populate_existing": True}
    query = select(NoticeRow).where(NoticeRow.id == notice_id).with_for_update().execution_options(**fresh)
    row = (await session.scalars(query)).one_or_none()
    if row is None:
        raise NoticeNotFound(not_found(str(notice_id)))
    return row


async def find_notice(session: AsyncSession, reference: str) -> NoticeRow:
    """By its id or by the number that people say; raises NoticeNotFound."""
    is_number = reference.isascii() and reference.isdigit() and len(reference) <= NUMBER_DIGITS
    try:
        condition = NoticeRow.number == int(reference) if is_number else NoticeRow.id == UUID(reference)
    except ValueError:
        raise NoticeNotFound(not_found(reference)) from None
    row = await session.scalar(select(NoticeRow).where(condition))
    if row is None:
        raise NoticeNotFound(not_found(reference))
    return row


async def lock_following(session: AsyncSession, notice_id: UUID) -> NoticeRow | None:
    """The next time of a recurring notice, where it is planned and not over, locked."""
    query = select(NoticeRow).where(NoticeRow.follows_id == notice_id, NoticeRow.state.not_in(ENDED))
    return (await session.scalars(query.with_for_update())).one_or_none()


async def list_notices(session: AsyncSession, *, state: str, before: int, limit: int) -> Sequence[NoticeRow]:
    """The newest first, below the number `before` (0: from the top)."""
    query = select(NoticeRow).order_by(NoticeRow.number.desc()).limit(limit)
    if state:
        query = query.where(NoticeRow.state == state)
    if before:
        query = query.where(NoticeRow.number < before)
    return (await session.scalars(query)).all()


async def notices_between(session: AsyncSession, since: datetime, until: datetime) -> Sequence[NoticeRow]:
    """What goes or went out in that span, and what recurs into it; trials and what was taken back left out."""
    recurs = and_(NoticeRow.recurrence != "", NoticeRow.followed.is_(False), NoticeRow.due_at < since)
    query = (
        select(NoticeRow)
        .where(
            or_(and_(NoticeRow.due_at >= since, NoticeRow.due_at < until), recurs),
            NoticeRow.trial_of.is_(None),
            NoticeRow.state.not_in(("cancelled", "expired")),
        )
        .order_by(NoticeRow.due_at)
        .limit(MOST_A_MONTH)
    )
    return (await session.scalars(query)).all()


def change(
    session: AsyncSession,
    notice: NoticeRow,
    *,
    at: datetime,
    by: str,
    action: str,
    to: str,
    detail: str = "",
) -> None:
    """Moves a locked notice to another state (or leaves it there) and writes down who did what."""
    notice.changes += 1
    session.add(
        ChangeRow(
            notice_id=notice.id,
            seq=notice.changes,
            at=at,
            by=by,
            action=action,
            from_state=notice.state,
            to_state=to,
            version=notice.version,
            detail=detail,
        )
    )
    notice.state = to
    notice.updated_at = at


async def changes(session: AsyncSession, notice_id: UUID) -> Sequence[ChangeRow]:
    """The audit trail, oldest first."""
    query = select(ChangeRow).where(ChangeRow.notice_id == notice_id).order_by(ChangeRow.seq)
    return (await session.scalars(query)).all()


async def content(session: AsyncSession, notice_id: UUID, version: int) -> Content:
    """An approved version."""
    query = (
        select(VersionRow, NoticeRow.number)
        .join(NoticeRow, NoticeRow.id == VersionRow.notice_id)
        .where(VersionRow.notice_id == notice_id, VersionRow.version == version)
    )
    row, number = (await session.execute(query)).one()
    return content_of(row, number)


def content_of(row: VersionRow, number: int) -> Content:
    """What a version says, as a value."""
    return Content(
        notice_id=row.notice_id,
        number=number,
        version=row.version,
        title=row.title,
        body=row.body,
        url=row.url,
        department=row.department,
        source_document=row.source_document,
        route=row.route,  # type: ignore[arg-type]  # the table allows no other
        due_at=row.due_at,
        emergency=row.emergency,
        fields=tuple(row.fields or ()),
        attachments=tuple(Link(name=one["name"], url=one["url"]) for one in row.attachments or ()),
        mass_form=row.mass_form or "text",  # type: ignore[arg-type]  # the table allows no other
        digest=row.digest or "",
        cover=row.cover,
    )


def version_of(notice: NoticeRow, at: datetime) -> VersionRow:
    """The notice's content as it is approved now."""
    return VersionRow(
        notice_id=notice.id,
        version=notice.version,
        title=notice.title,
        body=notice.body,
        url=notice.url,
        department=notice.department,
        source_document=notice.source_document,
        attachments=notice.attachments or [],
        fields=list(names_in(notice.title, notice.body, notice.url)),
        route=notice.route,
        mass_form=notice.mass_form or "text",
        digest=notice.digest or "",
        cover=notice.cover,
        audience_kind=notice.audience_kind,
        audience_rules=notice.audience_rules,
        emergency=notice.emergency,
        due_at=notice.due_at,
        submitted_by=notice.submitted_by,
        approved_by=notice.approved_by,
        approved_at=at,
    )


# -- runs


async def run_of(session: AsyncSession, notice_id: UUID, version: int) -> RunRow | None:
    return await session.get(RunRow, (notice_id, version))


async def latest_run(session: AsyncSession, notice_id: UUID) -> RunRow | None:
    """The run of the newest version that was ever approved."""
    query = select(RunRow).where(RunRow.notice_id == notice_id).order_by(RunRow.version.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()


async def current_run(session: AsyncSession, notice: NoticeRow) -> RunRow | None:
    """The run of the version that may be sent."""
    return None if notice.approved_version is None else await run_of(session, notice.id, notice.approved_version)


async def runs_of(session: AsyncSession, notice_ids: Sequence[UUID]) -> dict[UUID, RunRow]:
    """Each notice's latest run, where it has one."""
    query = select(RunRow).where(RunRow.notice_id.in_(notice_ids)).order_by(RunRow.version)
    return {run.notice_id: run for run in await session.scalars(query)}


async def lock_run(session: AsyncSession, notice_id: UUID, version: int) -> RunRow:
    query = select(RunRow).where(RunRow.notice_id == notice_id, RunRow.version == version)
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).one()


async def lock_open_runs(session: AsyncSession, notice_id: UUID) -> Sequence[RunRow]:
    query = select(RunRow).where(RunRow.notice_id == notice_id, RunRow.closed_at.is_(None))
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).all()


def settled(run: RunRow) -> int:
    """Recipients about whom nothing more will happen by itself."""
    return run.accepted + run.failed + run.in_doubt + run.cancelled


def closes(run: RunRow) -> bool:
    """Is every recipient settled, and will no more be added?"""
    return (run.frozen or run.stopping) and settled(run) == run.audience


# -- audience


def whom_of(notice: NoticeRow, version: VersionRow | None = None) -> Whom:
    """Whom the notice is for as it is written now, or as it was approved. What is tried out reaches its testers,
    whether or not they want notices."""
    said = notice if version is None else version
    leavers = said.emergency or notice.trial_of is not None
    return Whom(rules=rules_of(said.audience_rules), notice_id=notice.id, leavers=leavers)
