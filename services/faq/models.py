"""Which tables hold the FAQ? Entries, versions, drafts, what nobody could answer, and who is to be told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
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
        Index("ix_faq_entries_owner", "owner"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str]
    similar: Mapped[list[str]] = mapped_column(JSONB)
    answer: Mapped[str]
    department: Mapped[str]
    source: Mapped[str]
    source_url: Mapped[str]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    owner: Mapped[str]
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
    #: Unanswered questions that it answers once it is published.
    answers: Mapped[list[str]] = mapped_column(JSONB)
    by: Mapped[str]
    at: Mapped[datetime]


class ToldRow(Base):
    """A reply has told a citizen this answer; without a word of what was said."""

    __tablename__ = "faq_told"
    __table_args__ = (
        Index("ix_faq_told_entry_id_told_at", "entry_id", "told_at"),
        Index("ix_faq_told_citizen_id", "citizen_id"),
        Index("ix_faq_told_told_at", "told_at"),
    )

    #: The message that was answered; of an answer that was promised, the promise.
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(primary_key=True)
    citizen_id: Mapped[UUID]
    #: When the answer had been written that was told: `VersionRow.at`. None: a backend of another makes no difference.
    written_at: Mapped[datetime | None]
    told_at: Mapped[datetime]


class RecallRow(Base):
    """A notice corrects an answer, for those who were told it."""

    __tablename__ = "faq_recalls"
    __table_args__ = (Index("ix_faq_recalls_entry_id", "entry_id"),)

    #: Number of the notice.
    notice: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[str]
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    written_at: Mapped[datetime | None]
    citizens: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]


class PromiseRow(Base):
    """A citizen wants to be told once this question is answered.

    open -> answered (in the transaction that publishes the answer) -> delivered to the outbox -> outcome
    """

    __tablename__ = "faq_promises"
    __table_args__ = (
        CheckConstraint("outcome IN ('sent', 'failed', 'in_doubt')", name="outcome"),
        Index("uq_faq_promises_open", "asked", "citizen_id", unique=True, postgresql_where=text("answered_at IS NULL")),
        Index("ix_faq_promises_citizen_id", "citizen_id"),
        Index("ix_faq_promises_entry_id", "entry_id"),
        Index("ix_faq_promises_promised_at", "promised_at"),
        Index(
            "ix_faq_promises_due",
            "answered_at",
            postgresql_where=text("answered_at IS NOT NULL AND delivered_at IS NULL"),
        ),
        Index(
            "ix_faq_promises_unsettled",
            "delivered_at",
            postgresql_where=text("delivered_at IS NOT NULL AND outcome IS NULL"),
        ),
    )

    promise_id: Mapped[UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[UUID]
    #: `UnansweredRow.asked` of the question; that row goes once the question is answered.
    asked: Mapped[str]
    #: As this citizen asked it, without identifiers.
    question: Mapped[str]
    promised_at: Mapped[datetime]
    #: The answer: a version of an entry.
    entry_id: Mapped[str | None]
    version: Mapped[int | None]
    answered_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    #: In the outbox since.
    delivered_at: Mapped[datetime | None]
    #: What came of it on the platform, and why where it did not arrive.
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
