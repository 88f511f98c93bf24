"""How are items listed for staff, and what has each import brought? SQL only; the caller commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalogue.models import CatalogueItem

_IN_FORCE = and_(CatalogueItem.retired_at.is_(None), CatalogueItem.task_state == "1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which items are listed; empty fields ask for nothing."""

    search: str = ""
    department: str = ""
    #: `live` or `retired`.
    state: str = ""
    #: Only those with situations.
    situations: bool = False
    #: Only codes behind this one.
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One line of the list."""

    task_code: str
    task_name: str
    dept_name: str
    district: str
    in_force: bool
    #: How many questions make a citizen's own checklist.
    situations: int
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """What one source has brought."""

    name: str
    in_force: int
    retired: int
    updated_at: datetime


async def page(session: AsyncSession, wanted: Wanted) -> Sequence[Listed]:
    """By code."""
    query = (
        select(
            CatalogueItem.task_code,
            CatalogueItem.task_name,
            CatalogueItem.dept_name,
            CatalogueItem.district,
            _IN_FORCE,
            func.jsonb_array_length(CatalogueItem.situations),
            CatalogueItem.updated_at,
        )
        .where(*_conditions(wanted))
        .order_by(CatalogueItem.task_code)
        .limit(wanted.limit)
    )
    return [
        Listed(
            task_code=code,
            task_name=name,
            dept_name=department,
            district=district,
            in_force=in_force,
            situations=count,
            updated_at=updated_at,
        )
        for code, name, department, district, in_force, count, updated_at in await session.execute(query)
    ]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [CatalogueItem.task_code > wanted.after]
    if wanted.search:
        words = wanted.search
        found.append(
            or_(
                CatalogueItem.task_name.contains(words, autoescape=True),
                cast(CatalogueItem.aliases, Text).contains(words, autoescape=True),
                CatalogueItem.task_code == words,
            )
        )
    if wanted.department:
        found.append(CatalogueItem.dept_name.contains(wanted.department, autoescape=True))
    if wanted.state == "live":
        found.append(_IN_FORCE)
    elif wanted.state == "retired":
        found.append(~_IN_FORCE)
    if wanted.situations:
        found.append(func.jsonb_array_length(CatalogueItem.situations) > 0)
    return found


async def area_codes(session: AsyncSession, district: str, *, but: str) -> Sequence[str]:
    """Of the district's items in force, except one."""
    query = (
        select(CatalogueItem.area_code)
        .where(CatalogueItem.district == district, CatalogueItem.task_code != but, _IN_FORCE)
        .group_by(CatalogueItem.area_code)
        .order_by(CatalogueItem.area_code)
        .limit(5)
    )
    return (await session.scalars(query)).all()


async def rows(session: AsyncSession, keys: Collection[str]) -> Sequence[CatalogueItem]:
    """The items of these codes."""
    return (await session.scalars(select(CatalogueItem).where(CatalogueItem.task_code.in_(keys)))).all()


async def hashes(session: AsyncSession) -> dict[str, tuple[str, bool]]:
    """Code -> what was imported, and whether it is still there."""
    query = select(CatalogueItem.task_code, CatalogueItem.content_hash, CatalogueItem.retired_at.is_(None))
    return {code: (content_hash, there) for code, content_hash, there in await session.execute(query)}


async def feeds(session: AsyncSession) -> Sequence[Feed]:
    """Every source by name."""
    query = (
        select(
            CatalogueItem.feed,
            func.count().filter(_IN_FORCE),
            func.count().filter(~_IN_FORCE),
            func.max(CatalogueItem.updated_at),
        )
        .group_by(CatalogueItem.feed)
        .order_by(CatalogueItem.feed)
    )
    return [
        Feed(name=name, in_force=in_force, retired=retired, updated_at=at)
        for name, in_force, retired, at in await session.execute(query)
    ]
