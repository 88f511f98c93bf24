"""How are service items read and written? SQL only; the caller commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalogue.models import CatalogueItem

#: Rows a statement writes at a time: PostgreSQL takes 65,535 parameters.
BATCH = 500

in_force = and_(CatalogueItem.retired_at.is_(None), CatalogueItem.task_state == "1")


async def find(session: AsyncSession, task_code: str) -> CatalogueItem | None:
    """The item, in force or not."""
    return await session.get(CatalogueItem, task_code)


async def find_many(session: AsyncSession, task_codes: Sequence[str]) -> dict[str, CatalogueItem]:
    """Those of the items that are in force, by code."""
    found = await session.scalars(select(CatalogueItem).where(CatalogueItem.task_code.in_(task_codes), in_force))
    return {item.task_code: item for item in found}


async def changed_since(session: AsyncSession, revision: int) -> Sequence[CatalogueItem]:
    """Every item that a later revision wrote, in force or not."""
    return (await session.scalars(select(CatalogueItem).where(CatalogueItem.revision > revision))).all()


async def hashes(session: AsyncSession) -> dict[str, tuple[str, datetime | None]]:
    """Of each item its content hash and since when it is retired."""
    rows = await session.execute(select(CatalogueItem.task_code, CatalogueItem.content_hash, CatalogueItem.retired_at))
    return {code: (content_hash, retired_at) for code, content_hash, retired_at in rows}


async def upsert(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes whole rows; of one that is there only its `created_at` stays."""
    for start in range(0, len(rows), BATCH):
        statement = insert(CatalogueItem)
        kept = {
            column.name: statement.excluded[column.name]
            for column in CatalogueItem.__table__.columns
            if column.name not in {"task_code", "created_at"}
        }
        await session.execute(
            statement.on_conflict_do_update(index_elements=[CatalogueItem.task_code], set_=kept),
            list(rows[start : start + BATCH]),
        )


async def of_feeds(session: AsyncSession, feeds: Iterable[str]) -> dict[str, str]:
    """Codes and names of the items of these feeds that are not retired."""
    rows = await session.execute(
        select(CatalogueItem.task_code, CatalogueItem.task_name)
        .where(CatalogueItem.feed.in_(list(feeds)), CatalogueItem.retired_at.is_(None))
        .order_by(CatalogueItem.task_code)
    )
    return dict(rows.tuples())


async def retire(session: AsyncSession, task_codes: Sequence[str], revision: int, now: datetime) -> None:
    """Marks items as no longer in force."""
    await session.execute(
        update(CatalogueItem)
        .where(CatalogueItem.task_code.in_(task_codes))
        .values(retired_at=now, revision=revision, updated_at=now)
    )


async def count_in_force(session: AsyncSession) -> int:
    """How many items citizens can find."""
    return await session.scalar(select(func.count()).select_from(CatalogueItem).where(in_force)) or 0


async def listed(session: AsyncSession, *, district: str, department: str, limit: int) -> Sequence[CatalogueItem]:
    """Items in force by code; empty text: any district, any department."""
    query = select(CatalogueItem).where(in_force).order_by(CatalogueItem.task_code).limit(limit)
    if district:
        query = query.where((CatalogueItem.district == district) | (CatalogueItem.area_code == district))
    if department:
        query = query.where(CatalogueItem.dept_name.contains(department, autoescape=True))
    return (await session.scalars(query)).all()
