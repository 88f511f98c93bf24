"""Which tables does progress have?"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class CodeRow(Base):
    """One code of a code list: lists differ between provinces, so they are data."""

    __tablename__ = "progress_codes"
    __table_args__ = (CheckConstraint("list_name IN ('state', 'step_state', 'special', 'result')", name="list_name"),)

    list_name: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    final: Mapped[bool]


class CaseRow(Base):
    """A case. The applicant is kept masked; what opens the case is kept as keyed fingerprints."""

    __tablename__ = "progress_cases"
    __table_args__ = (
        Index("ix_progress_cases_updated_at", "updated_at", "project_no"),
        Index("ix_progress_cases_state", "state", "updated_at", "project_no"),
        Index("ix_progress_cases_number", "project_no", postgresql_ops={"project_no": "text_pattern_ops"}),
    )

    project_no: Mapped[str] = mapped_column(primary_key=True)
    task_code: Mapped[str]
    task_name: Mapped[str]
    state: Mapped[str]
    org_name: Mapped[str]
    applicant_masked: Mapped[str]
    id_masked: Mapped[str]
    query_code_mark: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_tail_mark: Mapped[bytes | None] = mapped_column(LargeBinary)
    apply_date: Mapped[date | None]
    accept_date: Mapped[date | None]
    promise_date: Mapped[date | None]
    result_type: Mapped[str | None]
    result_date: Mapped[date | None]
    result_explain: Mapped[str]
    #: Counts the moves that subscribers were told of.
    revision: Mapped[int]
    updated_at: Mapped[datetime]


class StepRow(Base):
    """One step of a case."""

    __tablename__ = "progress_steps"

    project_no: Mapped[str] = mapped_column(ForeignKey("progress_cases.project_no"), primary_key=True)
    step_key: Mapped[str] = mapped_column(primary_key=True)
    #: In the order in which they were reported.
    position: Mapped[int]
    process_name: Mapped[str]
    event_name: Mapped[str]
    #: None: `ended_at` says it.
    state: Mapped[str | None]
    special: Mapped[str | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    explain: Mapped[str]


class SubscriptionRow(Base):
    """A citizen who is told when a case moves."""

    __tablename__ = "progress_subscriptions"
    __table_args__ = (Index(None, "citizen_id"),)

    project_no: Mapped[str] = mapped_column(ForeignKey("progress_cases.project_no"), primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class NewsRow(Base):
    """One move of a case for one subscriber, entered in the transaction of the move."""

    __tablename__ = "progress_news"
    __table_args__ = (
        UniqueConstraint("project_no", "revision", "citizen_id"),
        Index("ix_progress_news_undelivered", "created_at", postgresql_where=text("delivered_at IS NULL")),
        Index("ix_progress_news_delivered", "delivered_at", postgresql_where=text("delivered_at IS NOT NULL")),
        Index(None, "citizen_id"),
    )

    news_id: Mapped[UUID] = mapped_column(primary_key=True)
    project_no: Mapped[str] = mapped_column(ForeignKey("progress_cases.project_no"))
    #: The case's revision after the move.
    revision: Mapped[int]
    citizen_id: Mapped[UUID]
    #: The texts of that moment: a later move has news of its own.
    state_text: Mapped[str]
    process_name: Mapped[str]
    step_text: Mapped[str]
    created_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class AttemptRow(Base):
    """One wrong query code, counted against the number asked for, the citizen who asked, and both together."""

    __tablename__ = "progress_attempts"
    __table_args__ = (Index(None, "subject", "attempted_at"), Index(None, "attempted_at"))

    attempt_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    #: Fingerprint of the number or of the citizen: what was typed may be anything, an ID number too.
    subject: Mapped[bytes] = mapped_column(LargeBinary)
    attempted_at: Mapped[datetime]


class OpeningRow(Base):
    """A citizen who has opened a case with its code: others' guesses at it do not stop them."""

    __tablename__ = "progress_openings"
    __table_args__ = (Index(None, "citizen_id"), Index(None, "opened_at"))

    project_no: Mapped[str] = mapped_column(ForeignKey("progress_cases.project_no"), primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
