"""How are service items read and written? SQL only; the caller commits."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalogue.models import CatalogueItem
from services.importing.table import ImportedTable

ITEMS_TABLE = ImportedTable(CatalogueItem, key="task_code", name="task_name")
#: What a search has to know of an item.
SEARCHED = (
    CatalogueItem.task_code, CatalogueItem.task_name, CatalogueItem.sub_catalog_name, CatalogueItem.catalog_name,
    CatalogueItem.aliases, CatalogueItem.dept_name, CatalogueItem.district, CatalogueItem.area_code,
    CatalogueItem.user_topic_type, CatalogueItem.corp_topic_type, CatalogueItem.server_type, CatalogueItem.material,
    CatalogueItem.accept_condition, CatalogueItem.task_state, CatalogueItem.retired_at,
)  # fmt: skip
IN_FORCE = and_(CatalogueItem.retired_at.is_(None), CatalogueItem.task_state == "1")


async def find(session: AsyncSession, task_code: str) -> CatalogueItem | None:
    """The item, in force or not."""
    return await session.get(CatalogueItem, task_code)


async def count_in_force(session: AsyncSession) -> int:
    """How many items citizens can find."""
    return await session.scalar(select(func.count()).select_from(CatalogueItem).where(IN_FORCE)) or 0


async def listed(session: AsyncSession, *, district: str, department: str, limit: int) -> Sequence[CatalogueItem]:
    """Items in force by code; empty text: any district, any department."""
    query = select(CatalogueItem).where(IN_FORCE).order_by(CatalogueItem.task_code).limit(limit)
    if district:
        query = query.where((CatalogueItem.district == district) | (CatalogueItem.area_code == district))
    if department:
        query = query.where(CatalogueItem.dept_name.contains(department, autoescape=True))
    return (await session.scalars(query)).all()
