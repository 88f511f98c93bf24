"""How are model versions read and written? SQL only; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.training.models import ChangeRow, FileRow, HeldOutRow, LogRow, PromotionRow, VersionRow
from services.training.types import Change, HeldOut, Verdict

OPEN = ("waiting", "training", "evaluating")
#: Serialises who makes a version live: two at once would each replace the same one.
PROMOTION_LOCK = 7_205_760


async def live(session: AsyncSession) -> PromotionRow | None:
    """The latest promotion, whose version is the live one."""
    latest: PromotionRow | None = await session.scalar(select(PromotionRow).order_by(PromotionRow.seq.desc()).limit(1))
    return latest


async def lock_promotions(session: AsyncSession) -> None:
    """Until the transaction ends nobody else makes a version live."""
    await session.execute(select(func.pg_advisory_xact_lock(PROMOTION_LOCK)))


async def promotions(session: AsyncSession, limit: int) -> Sequence[PromotionRow]:
    """The latest first."""
    return (await session.scalars(select(PromotionRow).order_by(PromotionRow.seq.desc()).limit(limit))).all()


async def version_before(session: AsyncSession, current: PromotionRow) -> VersionRow | None:
    """The version that was live before this one; going back twice goes back two versions."""
    chain = select(PromotionRow).where(
        PromotionRow.version == current.version, PromotionRow.kind.in_(("released", "promoted"))
    )
    made_live = await session.scalar(chain.order_by(PromotionRow.seq.desc()).limit(1))
    replaced = (made_live or current).replaced
    return await session.get(VersionRow, replaced) if replaced is not None else None


async def versions(session: AsyncSession, *, before: int, limit: int) -> Sequence[VersionRow]:
    """The latest first."""
    query = select(VersionRow).order_by(VersionRow.version.desc()).limit(limit)
    if before:
        query = query.where(VersionRow.version < before)
    return (await session.scalars(query)).all()


#: Of what was found out about a version, which may be a hundred kilobytes, a list shows two numbers.
ACCURACY = VersionRow.evaluation["cross_validation"]["accuracy"].as_float()
HELD_OUT = VersionRow.evaluation["held_out"]["accuracy"].as_float()
LINE = (
    *(VersionRow.version, VersionRow.state, VersionRow.requested_by, VersionRow.note, VersionRow.requested_at),
    *(VersionRow.examples, VersionRow.release, ACCURACY.label("accuracy"), HELD_OUT.label("held_out")),
)


async def lines(session: AsyncSession, *, before: int, limit: int, words: str) -> Sequence[Row[Any]]:
    """As `versions`, with what a list shows; `words`: in the note, or who asked for it."""
    query = select(*LINE).order_by(VersionRow.version.desc()).limit(limit)
    if before:
        query = query.where(VersionRow.version < before)
    if words:
        said = or_(*(one.contains(words, autoescape=True) for one in (VersionRow.note, VersionRow.requested_by)))
        query = query.where(said)
    return (await session.execute(query)).all()


async def under_way(session: AsyncSession) -> VersionRow | None:
    """A version that waits or is being made."""
    found: VersionRow | None = await session.scalar(select(VersionRow).where(VersionRow.state.in_(OPEN)).limit(1))
    return found


async def free_to_make(session: AsyncSession, now: datetime) -> VersionRow | None:
    """A version that nobody works on, locked; others pass it by."""
    free = or_(VersionRow.lease_until.is_(None), VersionRow.lease_until < now)
    query = select(VersionRow).where(VersionRow.state.in_(OPEN), free).order_by(VersionRow.version).limit(1)
    found: VersionRow | None = await session.scalar(query.with_for_update(skip_locked=True))
    return found


async def add_log(session: AsyncSession, version: int, lines: Sequence[str], now: datetime) -> None:
    session.add_all([LogRow(version=version, at=now, line=line[:1000]) for line in lines])


async def log_of(session: AsyncSession, version: int, *, after: int, limit: int) -> Sequence[LogRow]:
    query = select(LogRow).where(LogRow.version == version, LogRow.seq > after).order_by(LogRow.seq).limit(limit)
    return (await session.scalars(query)).all()


async def undecided(session: AsyncSession, versions: Sequence[int]) -> dict[int, int]:
    """How many changed questions of each version nobody has decided on."""
    query = (
        select(ChangeRow.version, func.count())
        .where(ChangeRow.version.in_(versions), ChangeRow.verdict.is_(None))
        .group_by(ChangeRow.version)
    )
    return {version: count for version, count in await session.execute(query)}  # noqa: C416


async def rejected(session: AsyncSession, version: int) -> int:
    query = select(func.count()).select_from(ChangeRow).filter_by(version=version, verdict="rejected")
    return (await session.scalars(query)).one()


async def changes(session: AsyncSession, version: int) -> Sequence[ChangeRow]:
    """The most asked first."""
    query = select(ChangeRow).filter_by(version=version).order_by(ChangeRow.asked.desc(), ChangeRow.question)
    return (await session.scalars(query)).all()


async def replace_changes(session: AsyncSession, version: int, found: Sequence[Change]) -> None:
    """What a version takes otherwise; written again when a version is judged again."""
    for change in found:
        values = {
            "version": version,
            "question": change.question,
            "asked": change.asked,
            "old_intent": change.old_intent,
            "old_confidence": change.old_confidence,
            "new_intent": change.new_intent,
            "new_confidence": change.new_confidence,
            "verdict": None,
            "verdict_by": "",
        }
        await session.execute(insert(ChangeRow).values(values).on_conflict_do_nothing())


async def decide(
    session: AsyncSession, version: int, question: str | None, *, verdict: Verdict, by: str, now: datetime
) -> int:
    """Writes the verdict on one question, or on all that are undecided; gives the number."""
    statement = update(ChangeRow).where(ChangeRow.version == version)
    statement = (
        statement.where(ChangeRow.verdict.is_(None))
        if question is None
        else statement.where(ChangeRow.question == question)
    )
    done = await session.scalars(
        statement.values(verdict=verdict, verdict_by=by, verdict_at=now).returning(ChangeRow.question)
    )
    return len(done.all())


async def file_of(session: AsyncSession, version: int) -> FileRow | None:
    return await session.get(FileRow, version)


async def digest_of_file(session: AsyncSession, version: int) -> str | None:
    """Without reading the file itself."""
    found: str | None = await session.scalar(select(FileRow.digest).where(FileRow.version == version))
    return found


async def put_file(session: AsyncSession, row: FileRow) -> None:
    await session.merge(row)


async def drop_old_files(session: AsyncSession, *, kept: int) -> int:
    """Deletes the files of all but the latest versions and those that were live last; gives the number."""
    latest = select(VersionRow.version).order_by(VersionRow.version.desc()).limit(kept)
    lived = select(PromotionRow.version).order_by(PromotionRow.seq.desc()).limit(kept)
    statement = delete(FileRow).where(FileRow.version.not_in(latest), FileRow.version.not_in(lived))
    return len((await session.scalars(statement.returning(FileRow.version))).all())


async def held_out(session: AsyncSession) -> Sequence[HeldOutRow]:
    return (await session.scalars(select(HeldOutRow).order_by(HeldOutRow.question))).all()


async def put_held_out(session: AsyncSession, one: HeldOut, *, by: str, now: datetime) -> None:
    values = {"question": one.question, "intent": one.intent, "added_by": by, "added_at": now}
    statement = insert(HeldOutRow).values(values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=[HeldOutRow.question], set_={**values, "question": one.question})
    )


async def drop_held_out(session: AsyncSession, question: str) -> bool:
    row = await session.get(HeldOutRow, question)
    if row is not None:
        await session.delete(row)
    return row is not None
