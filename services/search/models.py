"""How does every machine learn that an index is out of date, and who has read how far? Rows of topics and readers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class SearchRevision(Base):
    """A writer takes the next number first, which holds other writers back, and marks each row it writes with it.

    So numbers become visible in their order, and "all rows above the number I know" misses nothing.
    """

    __tablename__ = "search_revisions"

    #: catalogue or faq.
    topic: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    changed_at: Mapped[datetime]


class SearchReader(Base):
    """One process that holds a topic's index; it writes its own row again and again."""

    __tablename__ = "search_readers"

    topic: Mapped[str] = mapped_column(primary_key=True)
    process_id: Mapped[UUID] = mapped_column(primary_key=True)
    machine: Mapped[str]
    pid: Mapped[int]
    #: Up to which revision its index has read, and how many documents that made.
    revision: Mapped[int] = mapped_column(BigInteger)
    documents: Mapped[int]
    #: When it began, when its index last changed, when it last wrote.
    since: Mapped[datetime]
    read_at: Mapped[datetime]
    seen_at: Mapped[datetime]
