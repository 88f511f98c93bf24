"""Which table holds the audit log? One row a change; a trigger refuses every later touch."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.db import Base


class AuditRow(Base):
    """One change. Its numbers rise, so the newest is the one with the highest."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_login", "login", "id"),
        Index("ix_audit_log_action", "action", "id"),
        Index("ix_audit_log_subject", "subject_kind", "subject_id", "id"),
        Index("ix_audit_log_at", "at"),
        Index("ix_audit_log_address", "address", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    #: None for the command line, and for somebody who could not sign in.
    staff_id: Mapped[UUID | None]
    #: The account as it was called then.
    login: Mapped[str]
    #: The network address, or `command line`.
    address: Mapped[str]
    #: `<area>.<what was done>`, such as `staff.created`.
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    #: What was there and what is there now, identifiers masked; None where there is no such side.
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    #: Why, where somebody was asked.
    reason: Mapped[str]
