"""Which names does the catalogue hold? Read for the assistant's dictionary; SQL only."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalogue.models import CatalogueItem
from services.catalogue.repository import IN_FORCE

#: Rows read at a time.
PAGE = 500


class NamedMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to bring, by its name."""

    material_name: str


class NamedItem(msgspec.Struct, frozen=True, kw_only=True):
    """What of an item is a name."""

    task_name: str
    dept_name: str
    catalog_name: str = ""
    sub_catalog_name: str = ""
    task_handle_item: str = ""
    district: str = ""
    result_name: str = ""
    aliases: list[str] = msgspec.field(default_factory=list)
    material: list[NamedMaterial] = msgspec.field(default_factory=list)


async def named_items(session: AsyncSession) -> AsyncIterator[NamedItem]:
    """Every item in force."""
    columns = [getattr(CatalogueItem, name) for name in NamedItem.__struct_fields__]
    query = select(*columns).where(IN_FORCE).execution_options(yield_per=PAGE)
    async for row in await session.stream(query):
        yield msgspec.convert(dict(row._mapping), NamedItem)
