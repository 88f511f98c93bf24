"""Which tables hold the FAQ? The entries, and what nobody could answer."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base
from services.importing.table import ImportedColumns


class FaqRow(ImportedColumns, Base):
    """One entry. Fields are described in `services.faq.types.FaqEntry`."""

    __tablename__ = "faq_entries"

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
