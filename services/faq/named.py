"""Which names do the FAQ's questions hold? Read for the assistant's dictionary; SQL only."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.faq.models import FaqRow

#: Rows read at a time.
PAGE = 500


class NamedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What of an entry holds names; its topics are codes."""

    question: str
    similar: list[str] = msgspec.field(default_factory=list)
    department: str = ""


async def named_entries(session: AsyncSession) -> AsyncIterator[NamedEntry]:
    """Every entry that is not retired; one whose day is past or to come is asked about too."""
    columns = [getattr(FaqRow, name) for name in NamedEntry.__struct_fields__]
    query = select(*columns).where(FaqRow.retired_at.is_(None)).execution_options(yield_per=PAGE)
    async for row in await session.stream(query):
        yield msgspec.convert(dict(row._mapping), NamedEntry)
