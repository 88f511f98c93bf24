"""Which tables hold the FAQ? The entries, their versions and drafts, and what nobody could answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base
from services.importing.table import ImportedColumns


class FaqRow(ImportedColumns, Base):
    """One entry. Fields are described in `services.faq.types.FaqEntry`."""

    __tablename__ = "faq_entries"
    __table_args__ = (
        Index("ix_faq_entries_department", "department"),
        Index("ix_faq_entries_valid_until", "valid_until"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    similar: Mapped[list[str]] = mapped_column(JSONB)
    answer: Mapped[str]
    department: Mapped[str]
    source: Mapped[str]
    source_url: Mapped[str]
    valid_until: Mapped[date | None]
    topics: Mapped[list[str]] = mapped_column(JSONB)
    task_code: Mapped[str]


class UnansweredRow(Base):
    """One question without an answer."""

    __tablename__ = "faq_unanswered"
    __table_args__ = (CheckConstraint("count > 0", name="asked_at_all"),)

    #: The question normalised, so that spellings of one question count together.
    asked: Mapped[str] = mapped_column(primary_key=True)
    #: As it was first asked.
    question: Mapped[str]
    count: Mapped[int]
    first_asked_at: Mapped[datetime]
    last_asked_at: Mapped[datetime] = mapped_column(index=True)
    best_id: Mapped[str | None]
    best_score: Mapped[float | None]
    #: Since when staff say that this is nothing for us; it is counted on, and shown no more.
    out_of_scope_at: Mapped[datetime | None]


class VersionRow(Base):
    """An entry as it was once told to citizens, or taken away."""

    __tablename__ = "faq_versions"
    __table_args__ = (CheckConstraint("change IN ('imported', 'published', 'withdrawn', 'restored')", name="change"),)

    entry_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    #: `services.faq.types.FaqEntry`.
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    change: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class DraftRow(Base):
    """What somebody has written and nobody has published yet; one an entry."""

    __tablename__ = "faq_drafts"

    entry_id: Mapped[str] = mapped_column(primary_key=True)
    #: `services.faq.types.FaqEntry`.
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: The version that it was written upon; 0: a new entry.
    base: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]
